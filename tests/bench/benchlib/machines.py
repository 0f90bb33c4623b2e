# SPDX-License-Identifier: BSD-2-Clause
"""Results of several machines side by side, from the files that --json wrote. What differs between
machines is not a figure, but its ratio to the best peer on the same machine."""

import json
from dataclasses import dataclass
from pathlib import Path

from . import goals, tables
from .results import Place, Results
from .scenarios import SCENARIOS, Scenario


class FileError(Exception):
    """No file of results."""


@dataclass(frozen=True)
class Machine:
    name: str  # the file's
    date: str
    facts: dict
    results: Results


def facts_text(facts: dict) -> str:
    lists = {key: ", ".join(map(str, value)) for key, value in facts.items() if key != "versions"
             if isinstance(value, list)}
    simple = {key: value for key, value in facts.items() if not isinstance(value, (dict, list))}
    lines = ["  ".join(f"{key}: {value}" for key, value in simple.items())]
    lines += [f"{key}: {value}" for key, value in lists.items()]
    return "\n".join([*lines, *(f"{key}: {text}" for key, text in facts["versions"].items())])


def read(path: Path) -> Machine:
    try:
        document = json.loads(path.read_text())
        results = Results.from_json(document["results"])
        return Machine(path.name, document["date"], document["machine"], results)
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: not what --json writes: {error!r}") from error


def _cells(machine: Machine, scenario: Scenario, place: Place, server: str) -> list[str]:
    """The first column's median, and the ratio to the best peer of that machine."""
    row = tables.ratios(machine.results, scenario, place[1]).get(server, {})
    best = tables.best_peer(row, server)
    return [
        tables.number(machine.results.median(*place, server, tables.ratio_metric(scenario))),
        f"{tables.ratio_text(row[best], True)} {best}" if best else "-",
    ]


def _case(machines: list[Machine], scenario: Scenario, case: str) -> str:
    place = (scenario.name, case)
    names = dict.fromkeys(name for m in machines for name in m.results.servers(*place))
    metric = tables.ratio_metric(scenario)
    title = tables.TITLES.get(metric, metric)
    head = ["server"] + [cell for m in machines for cell in (f"{m.name}: {title}", "best peer")]
    lines = [[name, *(c for m in machines for c in _cells(m, scenario, place, name))]
             for name in names]
    return f"== {scenario.name} / {case}\n{tables.lay_out([head, *lines])}\n"


def _goals(machines: list[Machine]) -> str:
    """One line a goal that any of the machines was measured against."""
    judged = [goals.judge(m.results, {place[0] for place in goals_places()}) for m in machines]
    lines = [["goal", *(m.name for m in machines)]]
    for verdicts in zip(*judged):
        if any(verdict.measured is not None for verdict in verdicts):
            goal = verdicts[0].goal
            limit = f"{'>=' if goal.at_least else '<='} {tables.number(goal.limit)}"
            cells = (f"{tables.measured_text(v)} {v.word}" for v in verdicts)
            lines.append([f"{goal.number:2} {goal.text} {limit}", *cells])
    return f"== goals\n{tables.lay_out(lines)}"


def goals_places() -> list[Place]:
    return [goal.value.case for goal in goals.GOALS]


def side_by_side(paths: list[Path]) -> str:
    machines = [read(path) for path in paths]
    parts = [f"== {m.name}, {m.date}\n{facts_text(m.facts)}\n" for m in machines]
    places = dict.fromkeys(place for m in machines for place in m.results.places())
    known = {scenario.name: scenario for scenario in SCENARIOS}
    parts += [_case(machines, known[name], case) for name, case in places if name in known]
    return "\n".join([*parts, _goals(machines)])
