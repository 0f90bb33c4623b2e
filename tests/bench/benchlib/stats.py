# SPDX-License-Identifier: BSD-2-Clause
"""Tests and intervals for few values of unknown distribution. All are exact: their p-values count the
arrangements of ranks, equal values included, and approximate nothing."""

import math
import statistics
from dataclasses import dataclass

CONFIDENCE = 0.95
ALPHA = 0.05  # above this a difference may well be chance


def interval_rank(count: int, confidence: float = CONFIDENCE) -> int:
    """The k for which the k-th least and the k-th greatest of so many values enclose the true
    median with at least this confidence (sign test); 0: there are too few values."""
    rank, outside = 0, 0.0
    for k in range(count // 2):
        outside += math.comb(count, k) / 2**count
        if 2 * outside > 1 - confidence:
            break
        rank = k + 1
    return rank


def midranks(values: list[float]) -> list[int]:
    """Twice the rank of each value; equal values share the middle of their ranks."""
    ordered = sorted(values)
    first: dict[float, int] = {}
    count: dict[float, int] = {}
    for rank, value in enumerate(ordered, 1):
        first.setdefault(value, rank)
        count[value] = count.get(value, 0) + 1
    return [2 * first[value] + count[value] - 1 for value in values]


def _rank_sums(ranks: list[int], size: int) -> dict[int, int]:
    """How many ways there are to choose size of the ranks, by their sum."""
    ways: list[dict[int, int]] = [{0: 1}] + [{} for _ in range(size)]
    for rank in ranks:
        for chosen in range(size, 0, -1):
            for total, number in ways[chosen - 1].items():
                ways[chosen][total + rank] = ways[chosen].get(total + rank, 0) + number
    return ways[size]


def mann_whitney(old: list[float], new: list[float]) -> float:
    """The two-sided p-value of the U test, for two independent samples."""
    ranks = midranks(old + new)
    seen = sum(ranks[: len(old)])
    middle = len(old) * (len(old) + len(new) + 1)
    ways = _rank_sums(ranks, len(old))
    as_far = sum(n for total, n in ways.items() if abs(total - middle) >= abs(seen - middle))
    return as_far / math.comb(len(ranks), len(old))


def _signed_sums(ranks: list[int]) -> dict[int, int]:
    """How many of the 2^n ways to give each rank a sign lead to each sum of the positive ones."""
    ways = {0: 1}
    for rank in ranks:
        longer = dict(ways)
        for total, number in ways.items():
            longer[total + rank] = longer.get(total + rank, 0) + number
        ways = longer
    return ways


def signed_rank(differences: list[float]) -> float:
    """The two-sided p-value of Wilcoxon's signed-rank test that their centre is 0. Differences of
    exactly 0 are left out, as Wilcoxon does."""
    kept = [value for value in differences if value != 0]
    ranks = midranks([abs(value) for value in kept])
    seen = sum(rank for rank, value in zip(ranks, kept) if value > 0)
    ways = _signed_sums(ranks)
    middle = sum(ranks) / 2
    as_far = sum(n for total, n in ways.items() if abs(total - middle) >= abs(seen - middle))
    return as_far / 2 ** len(kept)


def walsh_rank(count: int, confidence: float = CONFIDENCE) -> int:
    """The k for which the k-th least and the k-th greatest Walsh average of so many values enclose
    their centre with at least this confidence (signed-rank test); 0: there are too few values."""
    ways = _signed_sums(list(range(1, count + 1)))
    rank, outside = 0, 0.0
    for total in range(count * (count + 1) // 4 + 1):
        outside += ways.get(total, 0) / 2**count
        if 2 * outside > 1 - confidence:
            break
        rank = total + 1
    return rank


@dataclass(frozen=True)
class Centre:
    """Of values that lie symmetrically around it, and what encloses it; low and high are None where
    there are fewer than six values."""

    middle: float
    low: float | None
    high: float | None


def hodges_lehmann(values: list[float]) -> Centre:
    """The median of the means of all pairs (Walsh averages), with the interval that belongs to the
    signed-rank test."""
    averages = sorted(
        (values[i] + values[k]) / 2 for i in range(len(values)) for k in range(i, len(values))
    )
    rank = walsh_rank(len(values))
    low, high = (averages[rank - 1], averages[-rank]) if rank else (None, None)
    return Centre(statistics.median(averages), low, high)


def holm(p_values: list[float]) -> list[float]:
    """p-values of several tests, adjusted so that all together err as rarely as one (Holm)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, least = [0.0] * len(p_values), 0.0
    for place, i in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - place) * p_values[i]))
        adjusted[i] = least
    return adjusted
