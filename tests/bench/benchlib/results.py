# SPDX-License-Identifier: BSD-2-Clause
"""Runs the rounds, interleaved over the servers, and keeps every number of every run."""

import statistics
import sys
import time
from dataclasses import dataclass, field

from . import machine
from .probes import PROBES, Bench, Case
from .process import ServerError
from .scenarios import Scenario
from .servers import Server

Metrics = dict[str, float]


@dataclass
class Row:
    """One server in one case."""

    runs: list[Metrics] = field(default_factory=list)
    failure: str = ""

    def values(self, metric: str) -> list[float]:
        return [run[metric] for run in self.runs if metric in run]

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

    def servers(self, scenario: str, case: str) -> list[str]:
        return [key[2] for key in self.rows if key[:2] == (scenario, case)]

    def as_json(self) -> list[dict]:
        return [
            {
                "scenario": scenario,
                "case": case,
                "server": server,
                "runs": row.runs,
                "medians": {name: row.median(name) for name in (row.runs[0] if row.runs else {})},
                "failure": row.failure,
            }
            for (scenario, case, server), row in self.rows.items()
        ]


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _measure(server: Server, case: Case, bench: Bench, row: Row) -> None:
    background = machine.wait_until_quiet(bench.patience)
    try:
        row.runs.append(PROBES[case.probe](server, case, bench) | {"background": background})
    except ServerError as error:
        row.failure = str(error)


def run_case(
    scenario: Scenario,
    case: Case,
    servers: list[Server],
    bench: Bench,
    rounds: int,
    results: Results,
) -> None:
    for number in range(rounds):
        bench.verify = number == 0
        for server in servers:
            row = results.row(scenario.name, case.name, server.name)
            if row.failure:
                continue
            clock = time.strftime("%H:%M:%S")
            _progress(f"{clock} {scenario.name} {case.name}: {number + 1}/{rounds} {server.name}")
            _measure(server, case, bench, row)
    _progress("")
