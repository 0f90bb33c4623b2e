# SPDX-License-Identifier: BSD-2-Clause
"""A further run of each row, with the profilers on: the daemon's own CPU and heap profiles and its
execution trace, then perf. Its throughput is not reported, for profilers cost time."""

import threading
import time
from dataclasses import replace
from pathlib import Path

from benchlib import loads
from benchlib.process import Running, ServerError, free_port

from . import lab, perf, pprof, subjects, watch
from .lab import PATH, Lab
from .observe import Observer
from .record import Profiled
from .subjects import Subject

LEAD = 0.1  # of the load: until it is steady
CPU_PART, CALLS_PART, STACKS_PART = 0.4, 0.1, 0.3  # of the load, one after the other
SLACK = 4  # by how much the load may be longer than the windows


class Loading:
    """A load beside which the profilers run; a context manager."""

    def __init__(self, place: Lab, running: Running, client: str, seconds: float):
        self.outcome: loads.Outcome | None = None
        self.failure = ""
        self.arguments = (running, place.load(client), seconds, place.client_cores)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.outcome = loads.run(*self.arguments)
        except ServerError as error:
            self.failure = str(error)

    def __enter__(self) -> "Loading":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.thread.join()


def _keep(place: Lab, told: Profiled, kind: str, data: bytes | str) -> str:
    name = f"{subjects.slug(told.row)}.{kind}"
    path = place.out / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


def _record(place: Lab, pids: list[int], seconds: float) -> Path:
    path = place.site.tools / "perf.data"
    perf.record(pids, STACKS_PART * seconds, path)
    return path


def _served(observer: Observer) -> tuple[int, int, int]:
    """Requests, bytes and allocations so far."""
    told = observer.vars()
    return told["totals"]["requests"], told["totals"]["sent_bytes"], told["memstats"]["Mallocs"]


def _calls(observer: Observer, pids: list[int], seconds: float) -> float | None:
    """System calls for each request."""
    before = _served(observer)[0]
    calls = perf.count_calls(pids, CALLS_PART * seconds)
    requests = _served(observer)[0] - before
    return calls / requests if calls and requests else None


def _windows(place: Lab, told: Profiled, observer: Observer, seconds: float) -> Path | None:
    """One profiler after the other, while the load goes on."""
    cpu = observer.profile("profile", CPU_PART * seconds)
    told.cpu_profile = _keep(place, told, "cpu.pb.gz", cpu)
    trace = observer.get("/debug/pprof/trace?seconds=1", 1)
    told.trace = _keep(place, told, "trace.json", trace)
    if perf.complaint():
        return None
    pids = [worker["pid"] for worker in observer.vars()["workers"] if worker["pid"]]
    told.calls = _calls(observer, pids, seconds)
    return _record(place, pids, seconds)


def _ours(place: Lab, told: Profiled, running: Running, observer: Observer, seconds: float) -> None:
    pid, load = running.process.pid, place.load(told.client)
    before, usage, begun = _served(observer), watch.usage(pid), time.monotonic()
    allocated = pprof.decode(observer.profile("allocs")).total("alloc_space")
    with loads.Background(running, load, SLACK * seconds, place.client_cores[0], LEAD * seconds):
        recorded = _windows(place, told, observer, seconds)
        after, told.seconds = _served(observer), time.monotonic() - begun
        told.usage = (watch.usage(pid) - usage).as_json()
    told.requests, told.bytes = after[0] - before[0], after[1] - before[1]
    heap = observer.profile("allocs")
    told.heap_profile = _keep(place, told, "allocs.pb.gz", heap)
    requests = max(1, told.requests)
    told.allocated = (pprof.decode(heap).total("alloc_space") - allocated) / requests
    told.allocations = (after[2] - before[2]) / requests
    _finish_kernel(place, told, recorded)


def _finish_kernel(place: Lab, told: Profiled, path: Path | None) -> None:
    if path is None or not path.exists():
        return
    stacks, categories = perf.read(path)
    path.unlink()
    counted = sum(categories.values())
    if counted:
        told.kernel = {name: count / counted for name, count in categories.items()}
        told.stacks = _keep(place, told, "stacks.txt", perf.fold(stacks))


def _tiffd(place: Lab, subject: Subject, told: Profiled, seconds: float) -> None:
    port = free_port()
    running = place.running(subjects.observed(subject, port))
    try:
        lab.begin(running)
        running.verify(PATH)
        _ours(place, told, running, Observer(port), seconds)
    finally:
        running.stop()


def _go_load(place: Lab, told: Profiled, running: Running, seconds: float) -> Path | None:
    pid, recorded = running.process.pid, None
    usage = watch.usage(pid)
    with Loading(place, running, told.client, seconds) as loading:
        time.sleep(LEAD * seconds)
        if not perf.complaint():
            begun = time.monotonic()
            calls = perf.count_calls([pid], CALLS_PART * seconds)
            told.calls = calls and calls / (time.monotonic() - begun)  # a second, so far
            recorded = _record(place, [pid], seconds)
    told.usage = (watch.usage(pid) - usage).as_json()
    outcome = loading.outcome
    if not outcome:
        raise ServerError(loading.failure or "the client did not end")
    told.seconds, told.requests, told.bytes = outcome.seconds, outcome.sum("requests"), outcome.sum("bytes")
    told.calls = told.calls and told.calls * told.seconds / max(1, told.requests)
    return recorded


def _go(place: Lab, subject: Subject, told: Profiled, seconds: float) -> None:
    """-cpuprofile and -memprofile, written when the program ends; as in the original, over all of its
    life."""
    files = {kind: place.out / f"{subjects.slug(told.row)}.{kind}.pb.gz" for kind in ("cpu", "allocs")}
    words = subject.server.command
    flags = (f"-cpuprofile={files['cpu'].resolve()}", f"-memprofile={files['allocs'].resolve()}")
    running = place.running(replace(subject.server, command=(words[0], *flags, *words[1:])))
    try:
        lab.begin(running)
        recorded = _go_load(place, told, running, seconds)
    finally:
        running.stop()
    _finish_kernel(place, told, recorded)
    told.cpu_profile, told.heap_profile = files["cpu"].name, files["allocs"].name
    heap = pprof.decode(files["allocs"].read_bytes(), told.heap_profile)
    told.allocated = heap.total("alloc_space") / max(1, told.requests)
    told.allocations = heap.total("alloc_objects") / max(1, told.requests)


def run(place: Lab, subject: Subject, client: str, seconds: float) -> Profiled:
    told = Profiled(subject.name, client)
    try:
        (_tiffd if subject.ours else _go)(place, subject, told, seconds)
    except (ServerError, pprof.ProfileError, OSError) as error:
        told.failure = str(error)
    return told
