# SPDX-License-Identifier: BSD-2-Clause
"""Every number of every run, by scenario, case, server and round."""

import statistics
from dataclasses import dataclass, field

from . import ratio
from .ratio import Ratio

Metrics = dict[str, float]
Place = tuple[str, str]  # scenario and case


@dataclass
class Row:
    """One server in one case."""

    runs: dict[int, Metrics] = field(default_factory=dict)  # by round
    failure: str = ""

    def by_round(self, metric: str) -> dict[int, float]:
        return {number: run[metric] for number, run in self.runs.items() if metric in run}

    def values(self, metric: str) -> list[float]:
        return list(self.by_round(metric).values())

    def median(self, metric: str) -> float | None:
        values = self.values(metric)
        return statistics.median(values) if values else None

    def spread(self, metric: str) -> float | None:
        """Half the distance from the least to the most, as a part of the median."""
        values, middle = self.values(metric), self.median(metric)
        return (max(values) - min(values)) / 2 / middle if middle else None


@dataclass
class Results:
    rows: dict[tuple[str, str, str], Row] = field(default_factory=dict)

    def row(self, scenario: str, case: str, server: str) -> Row:
        return self.rows.setdefault((scenario, case, server), Row())

    def median(self, scenario: str, case: str, server: str, metric: str) -> float | None:
        row = self.rows.get((scenario, case, server))
        return row.median(metric) if row else None

    def ratio(self, own: tuple[Place, str], other: tuple[Place, str], metric: str) -> Ratio | None:
        """Of one server's number to another's, each in a case of this run."""
        rows = [self.rows.get((*place, server), Row()) for place, server in (own, other)]
        return ratio.of_rounds(*(row.by_round(metric) for row in rows))

    def places(self) -> list[Place]:
        return list(dict.fromkeys(key[:2] for key in self.rows))

    def servers(self, scenario: str, case: str) -> list[str]:
        return [key[2] for key in self.rows if key[:2] == (scenario, case)]

    def as_json(self) -> list[dict]:
        return [
            {
                "scenario": scenario,
                "case": case,
                "server": server,
                "runs": [{"round": number} | run for number, run in row.runs.items()],
                "medians": {
                    name: row.median(name) for run in list(row.runs.values())[:1] for name in run
                },
                "failure": row.failure,
            }
            for (scenario, case, server), row in self.rows.items()
        ]

    @classmethod
    def from_json(cls, rows: list[dict]) -> "Results":
        results = cls()
        for told in rows:
            row = results.row(told["scenario"], told["case"], told["server"])
            row.failure = told["failure"]
            for run in told["runs"]:
                numbers = dict(run)
                row.runs[int(numbers.pop("round"))] = numbers
        return results
