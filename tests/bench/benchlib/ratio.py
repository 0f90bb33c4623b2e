# SPDX-License-Identifier: BSD-2-Clause
"""The ratio of two servers' numbers. It is taken within each round, where both ran within seconds of
each other: a machine that is slower for a minute slows both, and leaves their ratio alone."""

import math
import statistics
from dataclasses import dataclass

from .stats import interval_rank

NOISY = 0.10  # a spread above this: the machine is too noisy for small differences


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds, and what encloses it; low and high are None below six rounds."""

    median: float
    low: float | None
    high: float | None
    spread: float  # half of the distance between the quartiles, as a part of the median
    rounds: int

    @property
    def width(self) -> float:
        """Half of the interval's width, as a part of the median."""
        return math.inf if self.low is None else (self.high - self.low) / 2 / self.median


def _spread(values: list[float], median: float) -> float:
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / median


def of_rounds(own: dict[int, float], other: dict[int, float]) -> Ratio | None:
    """From two servers' numbers by round; None when they share no round."""
    values = sorted(own[n] / other[n] for n in own.keys() & other.keys() if other[n] > 0)
    if not values:
        return None
    median = statistics.median(values)
    if median <= 0:
        return None
    rank = interval_rank(len(values))
    low, high = (values[rank - 1], values[-rank]) if rank else (None, None)
    return Ratio(median, low, high, _spread(values, median), len(values))
