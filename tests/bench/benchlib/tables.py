# SPDX-License-Identifier: BSD-2-Clause
"""Prints results and verdicts as text."""

import statistics

from . import machine, ratio
from .goals import Verdict
from .ratio import Ratio
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
    "reload_ms": "reload ms",
    "bytes_object": "B/file",
    "jain": "Jain",
    "unsent_mb": "unsent MB",
    "accepts_s": "accepts/s",
    "alone_mb_s": "MB/s before",
    "alone_p99_ms": "p99 ms before",
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


def ratio_metric(scenario: Scenario) -> str:
    """Requests mean nothing to iperf3: bytes/s where there are bytes."""
    return "mb_s" if "mb_s" in scenario.columns else scenario.columns[0]


def ratio_text(value: Ratio | None, whole: bool = False) -> str:
    """1.21, and if whole also what encloses it: 1.21 [1.15 1.28]."""
    if value is None:
        return "-"
    text = f"{value.median:.2f}"
    if whole and value.low is not None:
        text += f" [{value.low:.2f} {value.high:.2f}]"
    return text


def ratios(results: Results, scenario: Scenario, case: str) -> dict[str, dict[str, Ratio]]:
    """Of each server to each of the others, within rounds, in the metric of the ratios."""
    place, metric = (scenario.name, case), ratio_metric(scenario)
    names = results.servers(*place)
    others = [name for name in RATIO_COLUMNS if results.median(*place, name, metric)]
    table = {}
    for name in names:
        found = {other: results.ratio((place, name), (place, other), metric) for other in others}
        table[name] = {other: value for other, value in found.items() if value}
    return table


def best_peer(ratios: dict[str, Ratio], own: str) -> str | None:
    """The peer beside which a server comes off worst."""
    peers = [name for name in ratios if name in PEERS and name != own]
    return min(peers, key=lambda name: ratios[name].median, default=None)


def ratio_table(results: Results, scenario: Scenario, case: str) -> str:
    metric = ratio_metric(scenario)
    if metric not in ("mb_s", "requests_s"):
        return ""
    table = ratios(results, scenario, case)
    others = [name for name in RATIO_COLUMNS if any(name in row for row in table.values())]
    lines = [[f"{TITLES[metric]} against", "best peer", *others]]
    for name, row in table.items():
        if row and name not in YARDSTICKS:
            best = best_peer(row, name)
            lines.append([name, ratio_text(row[best], True) if best else "-",
                          *(ratio_text(row.get(other)) for other in others)])
    return lay_out(lines) if len(lines) > 1 else ""


def noise(results: Results, scenario: Scenario, case: str) -> str:
    """How much ratios differ between rounds: what the machine adds to them."""
    spreads = [
        value.spread
        for name, row in ratios(results, scenario, case).items()
        for other, value in row.items()
        if value.rounds > 1 and other != name
    ]
    if not spreads:
        return ""
    middle = statistics.median(spreads)
    text = f"noise: a ratio differs by ±{middle * 100:.0f} % between rounds"
    if middle > ratio.NOISY:
        text += "; TOO NOISY: trust only what the intervals leave"
    return text


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
        noise(results, scenario, case),
        disturbance(results, scenario, case),
        failures(results, scenario, case),
    )
    return "\n".join(part for part in parts if part) + "\n"


def measured_text(verdict: Verdict) -> str:
    return ratio_text(verdict.ratio, True) if verdict.ratio else number(verdict.measured)


def _pair(verdict: Verdict) -> str:
    """Whose ratio it is, and of how many rounds."""
    if not verdict.ratio:
        return ""
    return f"{' / '.join(verdict.servers)}, {verdict.ratio.rounds} rounds"


def verdict_text(verdicts: list[Verdict]) -> str:
    lines = [["goal", "measured", "limit", "verdict", "of"]]
    for verdict in verdicts:
        goal = verdict.goal
        limit = f"{'>=' if goal.at_least else '<='} {number(goal.limit)}"
        text = f"{goal.number:2} {goal.text}"
        lines.append([text, measured_text(verdict), limit, verdict.word, _pair(verdict)])
    words = [verdict.word for verdict in verdicts]
    met, missed, left = (words.count(word) for word in ("pass", "FAIL", "not run"))
    unknown = len(words) - met - missed - left
    title = "== goals (measured: the value, or its ratio within rounds to what is named last)"
    tail = f"{met} met, {missed} missed, {unknown} without a verdict, {left} not run"
    return f"{title}\n{lay_out(lines)}\n{tail}"
