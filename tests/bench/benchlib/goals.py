# SPDX-License-Identifier: BSD-2-Clause
"""The goals of tiffd's performance as a table, and what was measured against each.

A goal that compares servers is judged by ratios within the rounds of one run, and by the pair that
is farthest from it: "the best peer" is the one that comes off best beside tiffd."""

from dataclasses import dataclass

from .ratio import Ratio
from .results import Place, Results
from .servers import PEERS

CACHED, EMBEDDED, STREAMING = ("tiffd-cached",), ("tiffd-embedded",), ("tiffd-streaming",)
DISCARD, WRK = ("large-discard", "tiff"), ("large-wrk", "tiff")
NARROW = 0.02  # an interval this narrow that still holds the limit: as good as the limit itself


@dataclass(frozen=True)
class Of:
    """A number out of the results: these servers' in one case."""

    case: Place
    servers: tuple[str, ...]


@dataclass(frozen=True)
class Goal:
    number: int
    text: str
    metric: str
    value: Of
    limit: float
    at_least: bool = True
    against: Of | None = None  # then value / against is what is limited, for each pair

    def met_by(self, measured: float) -> bool:
        return measured >= self.limit if self.at_least else measured <= self.limit


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    measured: float | None
    ratio: Ratio | None = None
    servers: tuple[str, ...] = ()  # the pair that decides

    @property
    def word(self) -> str:
        if self.measured is None:
            return "not run"
        if self.ratio is None:
            return "pass" if self.goal.met_by(self.measured) else "FAIL"
        if self.ratio.low is None:
            return "few rounds"
        ends = {self.goal.met_by(end) for end in (self.ratio.low, self.ratio.high)}
        if ends == {True} or (len(ends) == 2 and self.ratio.width <= NARROW):
            return "pass" if self.goal.met_by(self.ratio.median) else "FAIL"
        return "open" if len(ends) == 2 else "FAIL"


def _large(number: int, name: str, case: Place, server: tuple[str, ...], factor: float):
    """Speed and tail of one variant against the best peer."""
    value, peers = Of(case, server), Of(case, PEERS)
    yield Goal(number, f"{name}: bytes/s, best peer", "mb_s", value, factor, True, peers)
    yield Goal(number, f"{name}: p99, best peer", "p99_ms", value, 1.0, False, peers)


def _efficient(name: str, server: tuple[str, ...]) -> Goal:
    text = f"{name}, discard: busy s/GB, best peer"
    return Goal(1, text, "busy_s_gb", Of(DISCARD, server), 0.8, False, Of(DISCARD, PEERS))


def _variants(number: int, text: str, case: Place, ours, theirs, factor: float) -> Goal:
    return Goal(number, text, "mb_s", Of(case, ours), factor, True, Of(case, theirs))


def _streaming(name: str, case: Place, factor: float):
    for server, least in ((CACHED[0], factor), ("go-streaming", 12), ("nginx-buffers", 1.0)):
        text = f"streaming, {name}: bytes/s, {server}"
        yield _variants(3, text, case, STREAMING, (server,), least)


def _go(name: str, case: Place):
    both = CACHED + EMBEDDED
    yield _variants(4, f"cached and embedded, {name}: slower/faster", case, both, both, 0.97)
    for go, factor in (("go-embedded", 2.5), ("go-cached", 2.0)):
        text = f"the slower of them, {name}: bytes/s, {go}"
        yield _variants(4, text, case, both, (go,), factor)


def _small(case: str, against: str, factor: float):
    value, other = (Of(("small", case), (name,)) for name in (CACHED[0], against))
    yield Goal(5, f"{case}: requests/s, {against}", "requests_s", value, factor, True, other)
    if against == "h2o":
        text = f"{case}: busy us/request, {against}"
        yield Goal(5, text, "busy_us_request", value, 0.8, False, other)


def _objects():
    """Rows that many clients of map and tile data make."""
    for case in ("ranges", "many"):
        place = ("objects", case)
        for name in CACHED + STREAMING:
            text = f"{name}, {case}: requests/s, best peer"
            yield Goal(6, text, "requests_s", Of(place, (name,)), 1.0, True, Of(place, PEERS))


def _trees():
    """A directory of many files, in the memory that its bytes need and little more."""
    names, files = ("trees", "names"), ("tree-start", "files")
    text = "cached, tree: requests/s, best peer"
    yield Goal(6, text, "requests_s", Of(names, CACHED), 1.0, True, Of(names, PEERS))
    yield Goal(6, "cached, tree: bytes for each file", "bytes_object", Of(files, CACHED), 400, False)


def _scaling():
    total = [Of(("scaling", f"workers-{n}"), CACHED) for n in (2, 1)]
    yield Goal(6, "2 workers: bytes/s, 1 worker", "mb_s", total[0], 1.8, True, total[1])
    text = "2 workers: busy s/GB of all cores, 1 worker"
    yield Goal(6, text, "total_s_gb", total[0], 1.05, False, total[1])
    many = [Of(("scaling", f"connections-{n}"), CACHED) for n in (3000, 30)]
    yield Goal(6, "3,000 connections: bytes/s, 30", "mb_s", many[0], 0.7, True, many[1])
    for size in ("1KiB", "64KiB", "1MiB", "16MiB", "256MiB"):
        place = ("scaling", f"size-{size}")
        text = f"{size}: bytes/s, best peer"
        yield Goal(6, text, "mb_s", Of(place, CACHED), 0.95, True, Of(place, PEERS))


def _memory():
    idle = Of(("memory", "idle-9000"), CACHED)
    yield Goal(7, "bytes of an idle connection", "bytes_connection", idle, 200, False)
    for name in (CACHED, STREAMING):
        text = f"{name[0]}: MB that 30 busy connections add"
        yield Goal(7, text, "added_mb", Of(("memory", "busy-30"), name), 1.0, False)
    copies = Of(("memory", "workers-4"), CACHED)
    yield Goal(7, "copies of the object a further worker holds", "copies", copies, 0.05, False)


def _fairness():
    place = ("fairness", "tiff")
    for name in (CACHED, EMBEDDED, STREAMING):
        text = f"{name[0]}: p99 of the slow ones, ideal"
        yield Goal(8, text, "slow_p99_ideal", Of(place, name), 1.2, False)
        text = f"{name[0]}: part that the fast ones lose"
        yield Goal(8, text, "fast_loss", Of(place, name), 0.10, False)


def _balance():
    for count in (32, 100, 1000):
        text = f"{count} connections: busiest/idlest of 4 workers"
        place = ("balance", f"connections-{count}")
        yield Goal(9, text, "ratio", Of(place, CACHED), 1.3, False)


def _start():
    for name, limit in ((EMBEDDED, 8), (CACHED, 30)):
        text = f"{name[0]}: ms to the first byte"
        yield Goal(10, text, "first_byte_ms", Of(("start", "tiff"), name), limit, False)


GOALS: tuple[Goal, ...] = (
    *_large(1, "cached, discard", DISCARD, CACHED, 1.2),
    *_large(1, "embedded, discard", DISCARD, EMBEDDED, 1.2),
    _efficient("cached", CACHED),
    _efficient("embedded", EMBEDDED),
    *_large(2, "cached, wrk", WRK, CACHED, 1.1),
    *_large(2, "embedded, wrk", WRK, EMBEDDED, 1.1),
    *_streaming("discard", DISCARD, 0.9),
    *_streaming("wrk", WRK, 0.95),
    *_go("discard", DISCARD),
    *_go("wrk", WRK),
    *(g for case in ("object", "not-modified", "missing", "head") for g in _small(case, "h2o", 1.1)),
    *(g for how in ("sendfile", "buffers") for g in _small("pipelined-16", f"nginx-{how}", 2.0)),
    *_objects(),
    *_scaling(),
    *_memory(),
    *_fairness(),
    *_balance(),
    *_trees(),
    *_start(),
)


def _median(goal: Goal, results: Results) -> Verdict:
    found = [results.median(*goal.value.case, name, goal.metric) for name in goal.value.servers]
    known = [number for number in found if number is not None]
    return Verdict(goal, known[0] if known else None)


def _worst_pair(goal: Goal, results: Results) -> Verdict:
    pairs = []
    for own in goal.value.servers:
        for other in goal.against.servers:
            value, against = (goal.value.case, own), (goal.against.case, other)
            ratio = None if value == against else results.ratio(value, against, goal.metric)
            if ratio:
                pairs.append(Verdict(goal, ratio.median, ratio, (own, other)))
    pick = min if goal.at_least else max
    return pick(pairs, key=lambda verdict: verdict.measured, default=Verdict(goal, None))


def judge(results: Results, scenarios: set[str]) -> list[Verdict]:
    """The goals of the scenarios that were run."""
    return [
        (_worst_pair if goal.against else _median)(goal, results)
        for goal in GOALS
        if goal.value.case[0] in scenarios
    ]


def undecided(results: Results, scenario: str) -> set[tuple[str, str]]:
    """Cases and servers that further rounds could give a verdict on."""
    wanted = set()
    for verdict in judge(results, {scenario}):
        if verdict.word in ("open", "few rounds"):
            places = (verdict.goal.value.case, verdict.goal.against.case)
            wanted |= {(place[1], name) for place, name in zip(places, verdict.servers)}
    return wanted
