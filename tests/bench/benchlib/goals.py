# SPDX-License-Identifier: BSD-2-Clause
"""The goals of tiffd's performance as a table, and what was measured against each."""

from dataclasses import dataclass
from typing import Callable, Iterable

from .results import Results
from .servers import PEERS

CACHED, EMBEDDED, STREAMING = ("tiffd-cached",), ("tiffd-embedded",), ("tiffd-streaming",)
DISCARD, WRK = ("large-discard", "tiff"), ("large-wrk", "tiff")


@dataclass(frozen=True)
class Of:
    """A number out of the results: the pick of these servers' medians."""

    case: tuple[str, str]
    metric: str
    servers: tuple[str, ...]
    pick: Callable[[Iterable[float]], float] = max

    def find(self, results: Results) -> float | None:
        found = [results.median(*self.case, server, self.metric) for server in self.servers]
        known = [number for number in found if number is not None]
        return self.pick(known) if known else None


@dataclass(frozen=True)
class Goal:
    number: int
    text: str
    value: Of
    limit: float
    at_least: bool = True
    against: Of | None = None  # then value / against is what is limited

    def measured(self, results: Results) -> float | None:
        value = self.value.find(results)
        if value is None or self.against is None:
            return value
        against = self.against.find(results)
        return value / against if against else None


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    measured: float | None

    @property
    def word(self) -> str:
        if self.measured is None:
            return "not run"
        goal = self.goal
        met = self.measured >= goal.limit if goal.at_least else self.measured <= goal.limit
        return "pass" if met else "FAIL"


def _large(number: int, name: str, case: tuple[str, str], server: tuple[str, ...], factor: float):
    """Speed and tail of one variant against the best peer."""
    speed = Of(case, "mb_s", server)
    tail = Of(case, "p99_ms", server)
    yield Goal(
        number, f"{name}: bytes/s, best peer", speed, factor, against=Of(case, "mb_s", PEERS)
    )
    yield Goal(
        number, f"{name}: p99, best peer", tail, 1.0, False, Of(case, "p99_ms", PEERS, min)
    )


def _efficient(name: str, server: tuple[str, ...]) -> Goal:
    busy = Of(DISCARD, "busy_s_gb", server)
    best = Of(DISCARD, "busy_s_gb", PEERS, min)
    return Goal(1, f"{name}, discard: busy s/GB, best peer", busy, 0.8, False, best)


def _variants(number: int, text: str, case, ours: tuple[str, ...], theirs: str, factor: float):
    return Goal(
        number, text, Of(case, "mb_s", ours), factor, against=Of(case, "mb_s", (theirs,))
    )


def _streaming(name: str, case: tuple[str, str]):
    yield _variants(3, f"streaming, {name}: bytes/s, cached", case, STREAMING, CACHED[0], 0.7)
    yield _variants(
        3, f"streaming, {name}: bytes/s, Go streaming", case, STREAMING, "go-streaming", 12
    )
    yield _variants(
        3, f"streaming, {name}: bytes/s, nginx-buffers", case, STREAMING, "nginx-buffers", 1.0
    )


def _go(name: str, case: tuple[str, str]):
    slower = Of(case, "mb_s", CACHED + EMBEDDED, min)
    faster = Of(case, "mb_s", CACHED + EMBEDDED, max)
    yield Goal(4, f"cached and embedded, {name}: slower/faster", slower, 0.97, against=faster)
    for go, factor in (("go-embedded", 2.5), ("go-cached", 2.0)):
        yield Goal(
            4, f"the slower of them, {name}: bytes/s, {go}", slower, factor,
            against=Of(case, "mb_s", (go,)),
        )


def _small(case: str, against: str, factor: float) -> Goal:
    place = ("small", case)
    text = f"{case}: requests/s, {against}"
    value, other = (Of(place, "requests_s", (name,)) for name in (CACHED[0], against))
    return Goal(5, text, value, factor, against=other)


def _scaling():
    total = [Of(("scaling", f"workers-{n}"), "total_s_gb", CACHED) for n in (2, 1)]
    yield Goal(6, "2 workers: busy s/GB of all cores, 1 worker", total[0], 1.05, False, total[1])
    many = [Of(("scaling", f"connections-{n}"), "mb_s", CACHED) for n in (3000, 30)]
    yield Goal(6, "3,000 connections: bytes/s, 30", many[0], 0.7, against=many[1])
    for size in ("1KiB", "64KiB", "1MiB", "16MiB", "256MiB"):
        place = ("scaling", f"size-{size}")
        yield Goal(
            6, f"{size}: bytes/s, best peer", Of(place, "mb_s", CACHED), 0.95,
            against=Of(place, "mb_s", PEERS),
        )


def _memory():
    idle = Of(("memory", "idle-9000"), "bytes_connection", CACHED)
    yield Goal(7, "bytes of an idle connection", idle, 320, False)
    for name in (CACHED, STREAMING):
        busy = Of(("memory", "busy-30"), "added_mb", name)
        yield Goal(7, f"{name[0]}: MB that 30 busy connections add", busy, 1.0, False)
    copies = Of(("memory", "workers-4"), "copies", CACHED)
    yield Goal(7, "copies of the object a further worker holds", copies, 0.05, False)


def _fairness():
    place = ("fairness", "tiff")
    for name in (CACHED, EMBEDDED, STREAMING):
        slow = Of(place, "slow_p99_ideal", name)
        yield Goal(8, f"{name[0]}: p99 of the slow ones, ideal", slow, 1.2, False)
        loss = Of(place, "fast_loss", name)
        yield Goal(8, f"{name[0]}: part that the fast ones lose", loss, 0.10, False)


def _balance():
    for count in (32, 100, 1000):
        ratio = Of(("balance", f"connections-{count}"), "ratio", CACHED)
        yield Goal(9, f"{count} connections: busiest/idlest of 4 workers", ratio, 1.3, False)


def _start():
    for name, limit in ((EMBEDDED, 10), (CACHED, 30)):
        first = Of(("start", "tiff"), "first_byte_ms", name)
        yield Goal(10, f"{name[0]}: ms to the first byte", first, limit, False)


GOALS: tuple[Goal, ...] = (
    *_large(1, "cached, discard", DISCARD, CACHED, 1.25),
    *_large(1, "embedded, discard", DISCARD, EMBEDDED, 1.25),
    _efficient("cached", CACHED),
    _efficient("embedded", EMBEDDED),
    *_large(2, "cached, wrk", WRK, CACHED, 1.2),
    *_large(2, "embedded, wrk", WRK, EMBEDDED, 1.2),
    *_streaming("discard", DISCARD),
    *_streaming("wrk", WRK),
    *_go("discard", DISCARD),
    *_go("wrk", WRK),
    *(_small(case, "h2o", 1.1) for case in ("object", "not-modified", "missing", "head")),
    *(_small("pipelined-16", f"nginx-{how}", 2.0) for how in ("sendfile", "buffers")),
    *_scaling(),
    *_memory(),
    *_fairness(),
    *_balance(),
    *_start(),
)


def judge(results: Results, scenarios: set[str]) -> list[Verdict]:
    """The goals of the scenarios that were run."""
    return [
        Verdict(goal, goal.measured(results)) for goal in GOALS if goal.value.case[0] in scenarios
    ]
