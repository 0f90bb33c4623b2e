# SPDX-License-Identifier: BSD-2-Clause
"""The ways to measure: each takes a server and a case, and returns named numbers."""

import contextlib
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass, field, replace

from . import loads, machine, slots
from .load import Load
from .process import Running, ServerError, Site
from .servers import Server


CROWD_CLIENTS = 8
CROWD_SECONDS = 120.0


@dataclass(frozen=True)
class Case:
    """One row of a scenario's work. Cores: 0 for the server, the others for the client."""

    name: str
    probe: str = "load"
    load: Load = Load()
    workers: int = 1
    spread: bool = False  # server and clients on all cores
    paths: tuple[str, ...] = ()  # what tiffd has as assets beside load.path
    many: bool = False  # tiffd has the objects below /many/ as assets, too
    tree: bool = False  # tiffd has the directory of load.path as a tree
    number: int = 0  # of connections, for the probes that hold them
    servers: tuple[str, ...] = ()  # else those of the scenario


@dataclass
class Bench:
    site: Site
    seconds: float  # of one run
    verify: bool = True
    patience: float = 0.0  # seconds to wait for a quiet machine before a run
    kept: dict[tuple[Case, str], Running] = field(default_factory=dict)

    def keep(self, server: Server, case: Case) -> Running:
        """A server that keeps running, so that the next round finds it there."""
        key = (case, server.name)
        if key not in self.kept:
            running = start(server, case, self)
            self.kept[key] = running.__enter__()
        return self.kept[key]

    def stop_all(self) -> None:
        for running in self.kept.values():
            running.stop()
        self.kept.clear()


def server_cores(case: Case) -> set[int]:
    everything = os.sched_getaffinity(0)
    return everything if case.spread else {min(everything)}


def client_cores(case: Case) -> list[set[int]]:
    everything = sorted(os.sched_getaffinity(0))
    if case.spread:
        return [{core} for core in everything]
    return [set(everything[1:] or everything)]


def start(
    server: Server, case: Case, bench: Bench, workers: int = 0, options: tuple[str, ...] = ()
) -> Running:
    paths = tuple(dict.fromkeys((case.load.path, *case.paths)))
    known = tuple(path for path in paths if (bench.site.root / path[1:]).is_file())
    if case.many:
        known += tuple(f"/many/{path.name}" for path in bench.site.root.glob("many/*"))
    if case.tree:
        known += (case.load.path,)
    count = workers or case.workers
    return Running(server, bench.site, server_cores(case), count, known, options)


def _verify(running: Running, load: Load) -> None:
    """Every server must deliver the very bytes, or its speed means nothing."""
    if load.range_size:
        for first in (0, load.object_size // 2 + 1, load.object_size - load.range_size):
            running.verify_range(load.path, first, load.range_size)
    elif load.objects:
        running.verify(f"{load.path}{load.objects - 1:05}")
    elif load.method == "GET" and load.status == 200:
        running.verify(load.path)


def _load(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    running = bench.keep(server, case)
    if bench.verify and not server.iperf_streams:
        _verify(running, case.load)
    outcome = loads.run(running, case.load, bench.seconds, client_cores(case))
    return (outcome if server.iperf_streams else outcome.answered()).metrics()


def _idle(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """What an idle keep-alive connection costs, after one response each."""
    with start(server, case, bench) as running:
        running.get(case.load.path)
        before = machine.memory_bytes(running.process.pid)
        load = replace(case.load, groups=(str(case.number),))
        with loads.Held(running, load, client_cores(case)[0]) as held:
            held.wait()
            time.sleep(0.5)
            after = machine.memory_bytes(running.process.pid)
    return {"bytes_connection": (after - before) / case.number, "pss_mb": after / 1e6}


def _busy(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """What busy connections add to a server that has sent the object once."""
    with start(server, case, bench) as running:
        running.get(case.load.path)
        before = machine.memory_bytes(running.process.pid)
        with loads.Background(running, case.load, bench.seconds, client_cores(case)[0]):
            during = machine.memory_bytes(running.process.pid)
    return {"added_mb": (during - before) / 1e6, "pss_mb": during / 1e6}


def _shared(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """How much of the object each further worker costs, when all have sent it."""
    sizes = {}
    for workers in (1, case.workers):
        with start(server, case, bench, workers) as running:
            with loads.Background(running, case.load, bench.seconds, client_cores(case)[0]):
                sizes[workers] = machine.memory_bytes(running.process.pid)
    added = (sizes[case.workers] - sizes[1]) / (case.workers - 1)
    return {"added_mb": added / 1e6, "copies": added / bench.site.size(case.load.path)}


def _fairness(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """case.load.groups: the fast ones, then the slow ones as COUNT:RATE."""
    fast, slow = case.load.groups
    rate = int(slow.split(":")[1])
    ideal_ms = bench.site.size(case.load.path) / rate * 1000
    seconds = max(bench.seconds, 2.5 * ideal_ms / 1000)
    with start(server, case, bench) as running:
        alone = replace(case.load, groups=(fast,))
        before = loads.run(running, alone, bench.seconds, client_cores(case)).answered().metrics()
        both = loads.run(running, case.load, seconds, client_cores(case)).answered()
    together = both.groups[0]["bytes"] / both.seconds / 1e6
    return {
        "slow_p99_ideal": both.groups[1]["latency_us"]["p99"] / 1000 / ideal_ms,
        "slow_requests": both.groups[1]["requests"],
        "fast_loss": 1 - together / before["mb_s"],
        "fast_mb_s": together,
        "errors": both.sum("errors"),
    }


def _balance(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """How connections that all work at once lie on the workers. tiffd's own count is read, for
    its connections move while /proc is walked through."""
    load = replace(case.load, groups=(str(case.number),))
    told = slots.Told() if server.role == "tiffd" else None
    with start(server, case, bench, options=told.options if told else ()) as running:
        with loads.Background(running, load, max(2.0, bench.seconds), client_cores(case)[-1]):
            if told:
                counts = told.connections(case.number)
            else:
                counts = machine.connections_per_process(running.process.pid, running.port)
    most = sorted(counts.values(), reverse=True)[: case.workers]
    if len(most) < case.workers or sum(most) < case.number:
        raise ServerError(f"{sum(most)} connections on {len(most)} workers")
    return {"most": most[0], "least": most[-1], "ratio": most[0] / max(most[-1], 0.5)}


def _crowd_clients(running: Running, case: Case) -> list[loads.Held]:
    """One client for each source address, and for as many connections as it may have open."""
    cores = client_cores(case)
    share = -(-case.number // CROWD_CLIENTS)
    clients = []
    for i in range(CROWD_CLIENTS):
        count = min(share, case.number - i * share)
        load = replace(case.load, groups=(str(count),), source=f"127.0.1.{i + 1}")
        clients.append(loads.Held(running, load, cores[i % len(cores)], CROWD_SECONDS))
    return clients


def _crowd(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """Opens case.number connections, and loads others before and beside them."""
    active = Load(path="/tiff", groups=("30",))
    with start(server, case, bench) as running:
        running.get(case.load.path)
        alone = loads.run(running, active, bench.seconds, client_cores(case)).answered().metrics()
        before = machine.memory_bytes(running.process.pid)
        with contextlib.ExitStack() as stack:
            begun = time.monotonic()
            clients = [stack.enter_context(held) for held in _crowd_clients(running, case)]
            for held in clients:
                held.wait()
            opened = time.monotonic() - begun
            after = machine.memory_bytes(running.process.pid)
            beside = loads.run(running, active, bench.seconds, client_cores(case)).answered().metrics()
    return {
        "accepts_s": case.number / opened,
        "bytes_connection": (after - before) / case.number,
        "alone_mb_s": alone["mb_s"],
        "alone_p99_ms": alone["p99_ms"],
        "mb_s": beside["mb_s"],
        "p99_ms": beside["p99_ms"],
        "errors": beside["errors"],
    }


def _resident(server: Server, case: Case, bench: Bench, path: str) -> float:
    """Of a server that has sent one object."""
    with start(server, case, bench) as running:
        running.get(path)
        return machine.memory_bytes(running.process.pid)


def _reload(running: Running, control: str) -> dict[str, float]:
    """Of a tiffd, when no file has changed."""
    if running.server.role != "tiffd":
        return {}
    begun = time.monotonic()
    tiffctl = running.site.tiffd.with_name("tiffctl")
    done = subprocess.run([tiffctl, "-s", control, "reload"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError(f"reload: {done.stderr.strip()}")
    return {"reload_ms": (time.monotonic() - begun) * 1000}


def _tree(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """What a directory costs: until the first response, and in memory for each file beside its content, which
    a cached one has in memory, too."""
    load, count = case.load, case.load.objects
    path = f"{load.path}{count - 1:05}"
    without = _resident(server, replace(case, tree=False), bench, case.paths[0])
    with tempfile.TemporaryDirectory(dir="/tmp") as place:  # a socket's path is short
        control = f"{place}/control"
        options = (f"server.control={control}",) if server.role == "tiffd" else ()
        running = start(server, case, bench, options=options)
        try:
            first, taken = running.first_response(path)
            if not first.endswith(b" 200"):
                raise ServerError(f"answered {first!r}")
            resident = machine.memory_bytes(running.process.pid)
            reload = _reload(running, control)
            content = bench.site.size(path) * count if "variant = cached" in running.config() else 0
        finally:
            running.stop()
    return {"first_byte_ms": taken * 1000, "pss_mb": resident / 1e6,
            "bytes_object": (resident - content - without) / count} | reload


def _start_time(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """From fork to the first byte of the response."""
    running = start(server, case, bench)
    try:
        first, taken = running.first_response(case.load.path)
        if not first.endswith(b" 200"):
            raise ServerError(f"answered {first!r}")
    finally:
        running.stop()
    return {"first_byte_ms": taken * 1000}


PROBES = {
    "load": _load,
    "idle": _idle,
    "busy": _busy,
    "shared": _shared,
    "fairness": _fairness,
    "balance": _balance,
    "crowd": _crowd,
    "tree": _tree,
    "start": _start_time,
}
