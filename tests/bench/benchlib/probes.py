# SPDX-License-Identifier: BSD-2-Clause
"""The ways to measure: each takes a server and a case, and returns named numbers."""

import os
import time
from dataclasses import dataclass, replace

from . import loads, machine
from .loads import Load
from .process import Running, ServerError, Site
from .servers import Server


@dataclass(frozen=True)
class Case:
    """One row of a scenario's work. Cores: 0 for the server, the others for the client."""

    name: str
    probe: str = "load"
    load: Load = Load()
    workers: int = 1
    spread: bool = False  # server and clients on all cores
    paths: tuple[str, ...] = ()  # what tiffd has as assets beside load.path
    number: int = 0  # of connections, for the probes that hold them
    servers: tuple[str, ...] = ()  # else those of the scenario


@dataclass
class Bench:
    site: Site
    seconds: float  # of one run
    verify: bool = True
    patience: float = 0.0  # seconds to wait for a quiet machine before a run


def server_cores(case: Case) -> set[int]:
    everything = os.sched_getaffinity(0)
    return everything if case.spread else {min(everything)}


def client_cores(case: Case) -> list[set[int]]:
    everything = sorted(os.sched_getaffinity(0))
    if case.spread:
        return [{core} for core in everything]
    return [set(everything[1:] or everything)]


def start(server: Server, case: Case, bench: Bench, workers: int = 0) -> Running:
    paths = tuple(dict.fromkeys((case.load.path, *case.paths)))
    known = tuple(path for path in paths if (bench.site.root / path[1:]).exists())
    return Running(server, bench.site, server_cores(case), workers or case.workers, known)


def _load(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    with start(server, case, bench) as running:
        plain = case.load.method == "GET" and case.load.status == 200
        if bench.verify and plain and not server.iperf_streams:
            running.verify(case.load.path)
        return loads.run(running, case.load, bench.seconds, client_cores(case)).metrics()


def _idle(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """What an idle keep-alive connection costs, after one answer each."""
    with start(server, case, bench) as running:
        running.get(case.load.path)
        before = machine.memory_bytes(running.process.pid)
        load = replace(case.load, groups=(str(case.number),))
        with loads.Held(running, load, client_cores(case)[0]) as held:
            if held.group["requests"] != case.number:
                raise ServerError(f"{held.group['requests']} of {case.number} were answered")
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
        before = loads.run(running, alone, bench.seconds, client_cores(case)).metrics()
        both = loads.run(running, case.load, seconds, client_cores(case))
    together = both.groups[0]["bytes"] / both.seconds / 1e6
    return {
        "slow_p99_ideal": both.groups[1]["latency_us"]["p99"] / 1000 / ideal_ms,
        "slow_requests": both.groups[1]["requests"],
        "fast_loss": 1 - together / before["mb_s"],
        "fast_mb_s": together,
        "errors": both.sum("errors"),
    }


def _balance(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """How connections that all work at once lie on the workers."""
    load = replace(case.load, groups=(str(case.number),))
    with start(server, case, bench) as running:
        with loads.Background(running, load, max(2.0, bench.seconds), client_cores(case)[-1]):
            counts = machine.connections_per_process(running.process.pid, running.port)
    most = sorted(counts.values(), reverse=True)[: case.workers]
    if len(most) < case.workers or sum(most) < case.number:
        raise ServerError(f"{sum(most)} connections on {len(most)} workers")
    return {"most": most[0], "least": most[-1], "ratio": most[0] / max(most[-1], 0.5)}


def _start_time(server: Server, case: Case, bench: Bench) -> dict[str, float]:
    """From fork to the first byte of the answer."""
    running = start(server, case, bench)
    try:
        begun = time.monotonic()
        running.spawn()
        with running.connect() as peer:
            peer.sendall(f"GET {case.load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            first = peer.recv(12)
            taken = time.monotonic() - begun
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
    "start": _start_time,
}
