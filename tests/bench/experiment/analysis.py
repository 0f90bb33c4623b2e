# SPDX-License-Identifier: BSD-2-Clause
"""Numbers out of runs, and whether two rows differ in them by more than the noise.

Two rows are compared within each round, where they ran within seconds or a minute of each other. The
test is Wilcoxon's signed-rank test (exact) on the logarithms of these ratios, adjusted for all pairs
(Holm); the interval is that of Hodges and Lehmann, which belongs to this test. The control, the first
row once more, shows what the machine makes of nothing: a difference must be larger than the far end of
the control's interval, too."""

import itertools
import math
import statistics
from dataclasses import dataclass
from typing import Callable

from benchlib import stats

from .record import Record, Row, Run

LEAST = 0.01  # a smaller difference is nobody's concern
CLOSE = 0.05  # within this two rows count as equal; what the interval leaves beyond it is undecided
ROUNDS = 6  # below that there is no interval


@dataclass(frozen=True)
class Metric:
    name: str
    title: str
    more: str  # "more bytes/s"
    less: str
    of: Callable[[Run], float | None]
    digits: int = 3


def _gigabytes(run: Run) -> float:
    return run.bytes / 1e9


def _each(key: str, factor: float = 1.0) -> Callable[[Run], float | None]:
    return lambda run: run.usage[key] * factor / run.requests if run.requests and run.usage else None


def _per_gb(*keys: str) -> Callable[[Run], float | None]:
    def of(run: Run) -> float | None:
        return sum(run.usage[key] for key in keys) / _gigabytes(run) if run.bytes and run.usage else None

    return of


def _latency(key: str) -> Callable[[Run], float | None]:
    return lambda run: run.latency_us[key] / 1000 if run.latency_us.get(key) else None


def _memory(key: str) -> Callable[[Run], float | None]:
    def of(run: Run) -> float | None:
        values = [process[key] for process in run.loaded]
        return None if not values or None in values else sum(values) / 1e6

    return of


METRICS = (
    Metric("mb_s", "MB/s", "more bytes per second", "fewer bytes per second",
           lambda run: run.bytes / run.seconds / 1e6 if run.seconds else None),
    Metric("requests_s", "Req/s", "more requests per second", "fewer requests per second",
           lambda run: run.requests / run.seconds if run.seconds else None),
    Metric("p50_ms", "p50 ms", "a longer median latency", "a shorter median latency", _latency("p50")),
    Metric("p99_ms", "p99 ms", "a longer 99th percentile", "a shorter 99th percentile", _latency("p99")),
    Metric("cpu_s_gb", "CPU s/GB", "more CPU time per gigabyte", "less CPU time per gigabyte",
           _per_gb("user", "system")),
    Metric("user_s_gb", "user s/GB", "more user time", "less user time", _per_gb("user")),
    Metric("system_s_gb", "system s/GB", "more system time", "less system time", _per_gb("system")),
    Metric("core_busy", "core busy %", "a busier core", "an idler core",
           lambda run: run.core_busy * 100 if run.core_busy else None),
    Metric("switches", "switches/req", "more context switches", "fewer context switches",
           lambda run: (run.usage["voluntary"] + run.usage["involuntary"]) / run.requests
           if run.requests and run.usage else None),
    Metric("faults", "faults/req", "more page faults", "fewer page faults", _each("minor_faults")),
    Metric("rss_mb", "RSS MB", "a larger RSS", "a smaller RSS", _memory("rss")),
    Metric("pss_mb", "PSS MB", "more memory (PSS)", "less memory (PSS)", _memory("pss")),
    Metric("j_gb", "J/GB", "more energy per gigabyte", "less energy per gigabyte",
           lambda run: run.joules / _gigabytes(run) if run.joules and run.bytes else None),
    Metric("start_ms", "start ms", "a later first byte after the start",
           "an earlier first byte after the start", lambda run: run.start_ms or None),
)
BY_NAME = {metric.name: metric for metric in METRICS}
HEADLINE, COST = BY_NAME["mb_s"], BY_NAME["cpu_s_gb"]


def by_round(record: Record, row: str, client: str, metric: Metric) -> dict[int, float]:
    found = {number: metric.of(run) for number, run in record.good(row, client).items()}
    return {number: value for number, value in found.items() if value is not None}


def median(record: Record, row: str, client: str, metric: Metric) -> float | None:
    values = list(by_round(record, row, client, metric).values())
    return statistics.median(values) if values else None


def spread(record: Record, row: str, client: str, metric: Metric) -> float | None:
    """Half of the distance between the quartiles, as a part of the median."""
    values = list(by_round(record, row, client, metric).values())
    if len(values) < 2 or not statistics.median(values):
        return None
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / middle


@dataclass(frozen=True)
class Difference:
    """Of row a to row b: ratio is a / b."""

    a: str
    b: str
    metric: Metric
    ratio: float
    low: float | None
    high: float | None
    p: float  # adjusted
    rounds: int
    floor: float  # what the control may differ by
    family: int = 1  # of tests that were adjusted together

    @property
    def effect(self) -> float:
        return self.ratio - 1

    @property
    def few(self) -> bool:
        """Even if all rounds agreed, the test could not say so."""
        return self.rounds < ROUNDS or self.family * 2 / 2**self.rounds > stats.ALPHA

    @property
    def hidden(self) -> float:
        """The largest difference that the noise may hide."""
        return max(abs(math.exp(abs(math.log(end))) - 1) for end in (self.low or 1, self.high or 1))

    @property
    def real(self) -> bool:
        """More than the noise."""
        return (not self.few and self.p <= stats.ALPHA and abs(math.log(self.ratio)) > self.floor
                and abs(self.effect) >= LEAST)

    @property
    def undecided(self) -> bool:
        """Neither larger than the noise nor small: nothing is known."""
        return not self.few and not self.real and self.hidden > CLOSE

    @property
    def word(self) -> str:
        if self.few:
            return "too few rounds"
        if self.undecided:
            return "undecided"
        if not self.real:
            return "no difference"
        return "more" if self.effect > 0 else "less"

    def swapped(self) -> "Difference":
        low, high = (None, None) if self.low is None else (1 / self.high, 1 / self.low)
        return Difference(self.b, self.a, self.metric, 1 / self.ratio, low, high, self.p, self.rounds,
                          self.floor, self.family)

    def interval(self) -> str:
        return "" if self.low is None else f"[{self.low:.3f} {self.high:.3f}]"


def log_ratios(one: dict[int, float], other: dict[int, float]) -> list[float]:
    """Within rounds that both have."""
    return [math.log(one[n] / other[n]) for n in sorted(one.keys() & other.keys())
            if one[n] > 0 and other[n] > 0]


def control_floor(record: Record, client: str, metric: Metric) -> float:
    """By how much the same program may differ from itself here: the far end of the control's interval
    (logarithm of the ratio)."""
    itself = control(record, client, metric)
    if itself is None:
        return 0.0
    ends = (itself.ratio,) if itself.low is None else (itself.low, itself.high)
    return max(abs(math.log(end)) for end in ends)


def compare(pairs: list[tuple[str, str, dict[int, float], dict[int, float]]], metric: Metric,
            floor: float) -> list[Difference]:
    """pairs: names and numbers by round of both."""
    logs = [log_ratios(one, other) for _, _, one, other in pairs]
    kept = [(pair, values) for pair, values in zip(pairs, logs) if values]
    adjusted = stats.holm([stats.signed_rank(values) for _, values in kept])
    found = []
    for ((a, b, _, _), values), p in zip(kept, adjusted):
        centre = stats.hodges_lehmann(values)
        low, high = (None, None) if centre.low is None else (math.exp(centre.low), math.exp(centre.high))
        found.append(Difference(a, b, metric, math.exp(centre.middle), low, high, p, len(values), floor,
                                len(kept)))
    return found


def measured(record: Record) -> list[Row]:
    """The rows to compare: all but the control."""
    return [row for row in record.rows if not row.control_of]


def differences(record: Record, client: str, metric: Metric) -> list[Difference]:
    """Of each two variants, and of each other server to the first variant; adjusted within either."""
    numbers = {row.name: by_round(record, row.name, client, metric) for row in measured(record)}
    own = [row.name for row in measured(record) if row.role == "tiffd"]
    others = [row.name for row in measured(record) if row.role != "tiffd"]
    floor = control_floor(record, client, metric)
    families = [list(itertools.combinations(own, 2)), [(name, own[0]) for name in others if own]]
    return [difference for pairs in families for difference in
            compare([(a, b, numbers[a], numbers[b]) for a, b in pairs], metric, floor)]


def control(record: Record, client: str, metric: Metric) -> Difference | None:
    """The control against the row that it repeats."""
    for row in record.rows:
        if row.control_of:
            pair = (row.name, row.control_of, by_round(record, row.name, client, metric),
                    by_round(record, row.control_of, client, metric))
            return next(iter(compare([pair], metric, 0.0)), None)
    return None


def between(found: list[Difference], a: str, b: str) -> Difference | None:
    """a to b, whichever way it was computed."""
    for difference in found:
        if (difference.a, difference.b) == (a, b):
            return difference
        if (difference.a, difference.b) == (b, a):
            return difference.swapped()
    return None
