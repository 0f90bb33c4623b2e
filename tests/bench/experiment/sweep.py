# SPDX-License-Identifier: BSD-2-Clause
"""Sweeps: for which sizes and numbers of connections does the answer change, and what happens with a
cold cache, too little memory, or a slow disk? Servers of one point go on between its rounds, for a
large object takes long to load."""

import contextlib
import os
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchlib import loads, scenarios, tools
from benchlib.process import Running, ServerError, Site

from . import cgroup, lab, prepare, slowdisk, subjects
from .lab import PATH, Lab
from .record import Point
from .subjects import Subject

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SIZES = (KIB, 16 * KIB, 256 * KIB, 4 * MIB, 64 * MIB, GIB)
CONNECTIONS = (1, 10, 30, 100, 300, 1000, 3000)
ROUNDS, SECONDS = 7, 1.0
COLD_ROUNDS = 5
MEMORY_LIMIT = GIB // 2  # for an object of 1 GiB
DELAYS_MS = (1, 10)
SPARE = 4  # times the largest object must be free on the disk, and in memory
BUILD_SECONDS, START_SECONDS, LARGE_START_SECONDS = 120.0, 0.5, 6.0

Step = tuple[str, str, float, Callable[[], None]]


@dataclass
class Stage:
    """What the sweep makes for itself."""

    place: Lab
    site: Site | None = None  # with objects of all sizes


def path_of(size: int) -> str:
    return f"/size-{size}"


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def sizes_that_fit(free_disk: int, free_memory: int) -> tuple[int, ...]:
    return tuple(size for size in SIZES if SPARE * size <= min(free_disk, free_memory))


def _available_memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _make(stage: Stage, sizes: tuple[int, ...]) -> None:
    """Objects of all sizes, and a tiffd that has them embedded."""
    place = stage.place
    for size in sizes:
        scenarios.make_object(place.site.root / path_of(size)[1:], size)
    site, tiffd = place.site, place.site.tiffd
    files = [site.root / path_of(size)[1:] for size in sizes]
    if "embedded" in place.options.variants:
        try:
            tiffd = prepare.build_tiffd(place.options, files, prepare.SWEEP_BUILD)
        except tools.ToolError as error:
            place.record.notes.append(f"sweep: no tiffd with these objects: {error}")
    embeds = {f"/{file.name}": (file.name, "identity") for file in files} if tiffd != site.tiffd else {}
    stage.site = replace(site, tiffd=tiffd, embeds=embeds, port=0)


def _variants(stage: Stage, large: bool = False) -> list[Subject]:
    """large: of the objects that the sweep has made."""
    found = subjects.variants(stage.place.options)
    able = stage.site is not None and stage.site.embeds
    return [subject for subject in found if not large or able or not subject.server.embedded]


def reason(text: str) -> str:
    """The first error of what a server has said, else the end of it all."""
    found = re.search(r" error \S+: (.*)", text)
    return found[1] if found else " ".join(text.split())[-300:]


def _fail(stage: Stage, sweep: str, row: str, x: float, error: Exception) -> None:
    stage.place.record.sweep.append(Point(sweep, row, x, failure=reason(str(error))))


@contextlib.contextmanager
def _started(stage: Stage, sweep: str, x: float, site: Site, path: str, large: bool = False):
    """Servers of all variants; one that does not start is a failure at this point."""
    place = stage.place
    with contextlib.ExitStack() as stack:
        found: dict[str, Running] = {}
        for subject in _variants(stage, large):
            running = Running(subject.server, site, place.server_cores, place.options.workers, (path,))
            stack.callback(running.stop)
            try:
                lab.begin(running, path)
                found[subject.name] = running
            except (ServerError, OSError) as error:
                _fail(stage, sweep, subject.name, x, error)
        yield found


def _load(stage: Stage, running: Running, path: str, connections: int, size: int) -> dict[str, float]:
    outcome = loads.run(running, stage.place.load("discard", path, connections), SECONDS,
                        stage.place.client_cores)
    if outcome.sum("errors") or outcome.sum("bytes") < outcome.sum("requests") * size:
        raise ServerError(f"{outcome.sum('errors')} errors, or short bodies")
    return outcome.metrics()


def _measure(stage: Stage, sweep: str, x: float, site: Site, path: str, connections: int,
             large: bool = False) -> None:
    """Rounds over all variants, interleaved."""
    size = site.size(path)
    points: dict[str, Point] = {}
    with _started(stage, sweep, x, site, path, large) as servers:
        for number in range(ROUNDS):
            names = list(servers)
            for name in names[number % len(names) :] + names[: number % len(names)] if names else []:
                point = points.setdefault(name, Point(sweep, name, x))
                if point.failure:
                    continue
                try:
                    told = _load(stage, servers[name], path, connections, size)
                except ServerError as error:
                    point.failure = str(error)
                    continue
                for metric in ("mb_s", "p99_ms", "busy_s_gb"):
                    if metric in told:
                        point.values.setdefault(metric, []).append(told[metric])
    stage.place.record.sweep += points.values()


def drop_cache(path: Path) -> None:
    """Takes a file's pages out of the page cache, as far as nothing maps them."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _first_whole(stage: Stage, subject: Subject, cold: bool) -> float:
    """Milliseconds from the start of the program to the last byte of the first response."""
    place = stage.place
    running = place.running(subject.server)
    if cold:
        drop_cache(place.site.root / PATH[1:])
        drop_cache(place.site.tiffd)
    begun = time.monotonic()
    try:
        running.spawn()
        running.connect().close()
        running.verify(PATH)
        return (time.monotonic() - begun) * 1000
    finally:
        running.stop()


def _cold(stage: Stage) -> None:
    points = {(subject.name, cold): Point("cold cache", subject.name, float(cold))
              for subject in _variants(stage) for cold in (False, True)}
    for _ in range(COLD_ROUNDS):
        for subject in _variants(stage):
            for cold in (False, True):
                try:
                    values = points[subject.name, cold].values.setdefault("first_whole_ms", [])
                    values.append(_first_whole(stage, subject, cold))
                except (ServerError, OSError) as error:
                    points[subject.name, cold].failure = str(error)
    stage.place.record.sweep += points.values()


def _little_memory(stage: Stage) -> None:
    """An object of 1 GiB where half as much may be used, page cache included."""
    try:
        with cgroup.limited(MEMORY_LIMIT) as enter:
            site = replace(stage.site, enter=enter)
            _measure(stage, "too little memory", MEMORY_LIMIT, site, path_of(GIB), 4, True)
    except cgroup.NoCgroup as error:
        stage.place.record.notes.append(f"sweep: no limit of memory: {error}")


def _slow_disk(stage: Stage, delay_ms: float) -> None:
    place = stage.place
    try:
        with slowdisk.mounted(place.site.root / PATH[1:], delay_ms, place.site.tools) as root:
            site = replace(place.site, root=root, port=0, digests={})
            _measure(stage, "slow disk", delay_ms, site, PATH, place.options.connections)
    except slowdisk.NoDisk as error:
        place.record.notes.append(f"sweep: no slow disk: {error}")


def clean() -> None:
    """The build is large; the objects go with the folder that they are in."""
    shutil.rmtree(tools.TOP / prepare.SWEEP_BUILD, ignore_errors=True)


def raise_limits() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 16), hard))


def steps(place: Lab) -> Iterator[Step]:
    raise_limits()
    stage = Stage(place)
    count = len(subjects.variants(place.options))
    point = count * ROUNDS * (SECONDS + 0.3)
    sizes = sizes_that_fit(_free(place.site.root), _available_memory())
    if sizes != SIZES:
        place.record.notes.append(f"sweep: objects of {SIZES[len(sizes)]} bytes and more do not fit here")
    yield "sweep", "building", BUILD_SECONDS, lambda: _make(stage, sizes)
    for size in sizes:
        seconds = point + count * (LARGE_START_SECONDS if size >= GIB else START_SECONDS)
        yield ("sweep", f"objects of {size} bytes", seconds,
               lambda size=size: _measure(stage, "sizes", size, stage.site, path_of(size),
                                          place.options.connections, True))
    for number in CONNECTIONS:
        yield ("sweep", f"{number} connections", point,
               lambda number=number: _measure(stage, "connections", number, place.site, PATH, number))
    yield "sweep", "cold cache", COLD_ROUNDS * count * 1.5, lambda: _cold(stage)
    if GIB in sizes:
        yield "sweep", "too little memory", 2 * point, lambda: _little_memory(stage)
    for delay in DELAYS_MS:
        yield "sweep", f"slow disk, {delay} ms", point, lambda delay=delay: _slow_disk(stage, delay)
