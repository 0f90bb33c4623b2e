# SPDX-License-Identifier: BSD-2-Clause
"""Prints results and verdicts as text."""

from . import machine
from .goals import Verdict
from .results import Results, Row
from .scenarios import Scenario
from .servers import PEERS, YARDSTICKS

TITLES = {
    "requests_s": "req/s",
    "mb_s": "MB/s",
    "busy_s_gb": "busy s/GB",
    "total_s_gb": "all cores s/GB",
    "busy_us_request": "busy us/req",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "bytes_connection": "B/connection",
    "added_mb": "added MB",
    "pss_mb": "PSS MB",
    "slow_p99_ideal": "slow p99/ideal",
    "fast_loss": "fast loss",
    "fast_mb_s": "fast MB/s",
    "slow_requests": "slow reqs",
    "first_byte_ms": "first byte ms",
}
RATIO_COLUMNS = PEERS + YARDSTICKS


def number(value: float | None) -> str:
    if value is None:
        return "-"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"


def lay_out(lines: list[list[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*lines)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row, columns: list[str]) -> list[str]:
    spread = row.spread(columns[0])
    cells = [number(row.median(column)) for column in columns]
    cells.insert(1, f"±{spread * 100:.0f}%" if spread is not None else "-")
    return cells


def main_table(results: Results, scenario: Scenario, case: str) -> str:
    names = results.servers(scenario.name, case)
    rows = {name: results.row(scenario.name, case, name) for name in names}
    ran = [row for row in rows.values() if row.runs]
    columns = [c for c in scenario.columns if any(row.values(c) for row in ran)]
    if not columns:
        return ""
    titles = [TITLES.get(column, column) for column in columns]
    titles.insert(1, "spread")
    lines = [["server", *titles]]
    lines += [[name, *_cells(row, columns)] for name, row in rows.items() if row.runs]
    return lay_out(lines)


def _ratio_metric(scenario: Scenario) -> str:
    """Requests mean nothing to iperf3: bytes/s where there are bytes."""
    return "mb_s" if "mb_s" in scenario.columns else scenario.columns[0]


def ratio_table(results: Results, scenario: Scenario, case: str) -> str:
    metric = _ratio_metric(scenario)
    if metric not in ("mb_s", "requests_s"):
        return ""
    names = results.servers(scenario.name, case)
    others = [name for name in RATIO_COLUMNS if results.median(scenario.name, case, name, metric)]
    lines = [[f"{TITLES[metric]} against", *others]]
    for name in names:
        own = results.median(scenario.name, case, name, metric)
        if own is not None and name not in YARDSTICKS and others:
            against = [results.median(scenario.name, case, other, metric) for other in others]
            lines.append([name, *(f"{own / value:.2f}" for value in against)])
    return lay_out(lines) if len(lines) > 1 else ""


def failures(results: Results, scenario: Scenario, case: str) -> str:
    reasons: dict[str, list[str]] = {}
    for name in results.servers(scenario.name, case):
        row = results.row(scenario.name, case, name)
        if row.failure:
            reasons.setdefault(" ".join(row.failure.split())[:120], []).append(name)
    return "\n".join(f"left out: {', '.join(names)}: {why}" for why, names in reasons.items())


def disturbance(results: Results, scenario: Scenario, case: str) -> str:
    names = results.servers(scenario.name, case)
    rows = [results.row(scenario.name, case, name) for name in names]
    used = [value for row in rows for value in row.values("background")]
    disturbed = sum(value > machine.QUIET for value in used)
    if not disturbed:
        return ""
    return (
        f"disturbed: other programs ran before {disturbed} of {len(used)} runs, "
        "trust only large ratios"
    )


def case_text(results: Results, scenario: Scenario, case: str) -> str:
    parts = (
        f"== {scenario.name} / {case}: {scenario.title}",
        main_table(results, scenario, case),
        ratio_table(results, scenario, case),
        disturbance(results, scenario, case),
        failures(results, scenario, case),
    )
    return "\n".join(part for part in parts if part) + "\n"


def verdict_text(verdicts: list[Verdict]) -> str:
    lines = [["goal", "measured", "limit", "verdict"]]
    for verdict in verdicts:
        goal = verdict.goal
        limit = f"{'>=' if goal.at_least else '<='} {number(goal.limit)}"
        text = f"{goal.number:2} {goal.text}"
        lines.append([text, number(verdict.measured), limit, verdict.word])
    words = [verdict.word for verdict in verdicts]
    met, missed, left = (words.count(word) for word in ("pass", "FAIL", "not run"))
    title = "== goals (measured: the value, or its ratio to what is named last)"
    return f"{title}\n{lay_out(lines)}\n{met} met, {missed} missed, {left} not run"


