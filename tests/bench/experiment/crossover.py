# SPDX-License-Identifier: BSD-2-Clause
"""What sweeps say: curves, where one variant overtakes another, and sentences about it."""

import itertools
import math
import statistics
from dataclasses import dataclass

from . import analysis, words
from .analysis import HEADLINE, Difference
from .record import Point, Record

NOUN = {"sizes": "objects", "connections": "connections"}


def points(record: Record, sweep: str) -> dict[str, dict[float, Point]]:
    """By row and x."""
    found: dict[str, dict[float, Point]] = {}
    for point in record.sweep:
        if point.sweep == sweep:
            found.setdefault(point.row, {})[point.x] = point
    return found


def lines(record: Record, sweep: str, metric: str = "mb_s") -> dict[str, list[tuple[float, float]]]:
    """Medians, for a picture."""
    return {row: [(x, statistics.median(point.values[metric])) for x, point in sorted(by_x.items())
                  if point.values.get(metric)]
            for row, by_x in points(record, sweep).items()}


def at(record: Record, sweep: str, x: float, metric: str = "mb_s") -> list[Difference]:
    """Of each two rows at this point."""
    rows = {row: dict(enumerate(by_x[x].values.get(metric, [])))
            for row, by_x in points(record, sweep).items() if x in by_x and not by_x[x].failure}
    pairs = [(a, b, rows[a], rows[b]) for a, b in itertools.combinations(rows, 2)]
    return analysis.compare(pairs, HEADLINE, 0.0)


@dataclass(frozen=True)
class Crossing:
    """Between these two points the other row becomes the faster one."""

    slower: str
    faster: str
    before: float
    after: float
    estimate: float


def crossings(record: Record, sweep: str) -> list[Crossing]:
    """Only where both sides are more than noise."""
    xs = sorted({point.x for point in record.sweep if point.sweep == sweep})
    last: dict[tuple[str, str], tuple[float, Difference]] = {}
    found = []
    for x in xs:
        for difference in at(record, sweep, x):
            if not difference.real:
                continue
            pair = (difference.a, difference.b)
            if pair in last and (last[pair][1].effect > 0) != (difference.effect > 0):
                found.append(_crossing(pair, *last[pair], x, difference))
            last[pair] = (x, difference)
    return found


def _crossing(pair: tuple[str, str], x0: float, one: Difference, x1: float, other: Difference) -> Crossing:
    """Where the straight line between both ratios, in logarithms, meets 1."""
    y0, y1 = math.log(one.ratio), math.log(other.ratio)
    estimate = math.exp(math.log(x0) + (math.log(x1) - math.log(x0)) * y0 / (y0 - y1))
    slower, faster = (pair[1], pair[0]) if other.effect > 0 else pair
    return Crossing(slower, faster, x0, x1, estimate)


def _x(sweep: str, value: float) -> str:
    return words.size(value) if sweep == "sizes" else f"{value:.0f}"


def _unchanged(record: Record, sweep: str) -> list[str]:
    """Who wins at which points, where nothing crosses."""
    xs = sorted({point.x for point in record.sweep if point.sweep == sweep})
    winners: dict[tuple[str, str], list[float]] = {}
    for x in xs:
        for difference in at(record, sweep, x):
            if difference.real:
                pair = (difference.a, difference.b) if difference.effect > 0 else (difference.b, difference.a)
                winners.setdefault(pair, []).append(x)
    return [f"{a} is faster than {b} with {', '.join(_x(sweep, x) for x in found)} ({NOUN[sweep]})."
            for (a, b), found in winners.items()]


def sentences(record: Record) -> list[str]:
    found = []
    for sweep in NOUN:
        if not points(record, sweep):
            continue
        met = crossings(record, sweep)
        found += [f"From about {_x(sweep, c.estimate)} on ({NOUN[sweep]}; measured at {_x(sweep, c.before)} "
                  f"and {_x(sweep, c.after)}), {c.faster} is faster than {c.slower}; below, it is the other "
                  "way round." for c in met]
        said = _unchanged(record, sweep)
        if not met and not said:
            found.append(f"Over all {NOUN[sweep]} of the sweep, no difference is larger than the noise.")
        elif not met:
            found += said
    return found
