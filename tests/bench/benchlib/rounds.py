# SPDX-License-Identifier: BSD-2-Clause
"""Runs a scenario round by round over its cases and servers, until every goal that it decides has
a verdict or the rounds are over."""

import sys
import time
from typing import Callable

from . import goals, machine
from .probes import PROBES, Bench, Case
from .process import ServerError
from .results import Results
from .scenarios import Scenario
from .servers import Server


# Servers keep running between rounds, so that a round is short; but where a process's memory happens to
# lie makes a difference of its own, so now and then they start anew.
ROUNDS_OF_A_PROCESS = 4


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _measure(scenario: Scenario, case: Case, server: Server, bench: Bench, number: int,
             results: Results) -> None:
    row = results.row(scenario.name, case.name, server.name)
    if row.failure:
        return
    clock = time.strftime("%H:%M:%S")
    _progress(f"{clock} {scenario.name} {case.name}: round {number + 1} {server.name}")
    background = machine.wait_until_quiet(bench.patience)
    try:
        row.runs[number] = PROBES[case.probe](server, case, bench) | {"background": background}
    except ServerError as error:
        row.failure = str(error)


def _rotated(servers: list[Server], number: int) -> list[Server]:
    """Another begins each round, so that no server always follows the same one."""
    start = number % max(1, len(servers))
    return servers[start:] + servers[:start]


def run_scenario(
    scenario: Scenario,
    servers_of: Callable[[Case], list[Server]],
    bench: Bench,
    least: int,
    most: int,
    results: Results,
) -> None:
    """At least so many rounds of everything; then, up to the most, rounds of what an open goal
    compares."""
    try:
        _run_rounds(scenario, servers_of, bench, least, most, results)
    finally:
        bench.stop_all()
    _progress("")


def _run_rounds(scenario, servers_of, bench: Bench, least: int, most: int, results: Results) -> None:
    for number in range(max(least, most)):
        bench.verify = number == 0
        if number % ROUNDS_OF_A_PROCESS == 0:
            bench.stop_all()
        wanted = goals.undecided(results, scenario.name) if number >= least else None
        if wanted is not None and not wanted:
            break
        for case in scenario.cases:
            for server in _rotated(servers_of(case), number):
                if wanted is None or (case.name, server.name) in wanted:
                    _measure(scenario, case, server, bench, number, results)
