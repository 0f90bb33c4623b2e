# SPDX-License-Identifier: BSD-2-Clause
"""Curves and bars, drawn by matplotlib as SVG that takes the page's colours."""

import io
import os
import re
import statistics


from . import analysis, perf, timeline
from .analysis import HEADLINE
from .document import Figure
from .record import Record, Run

INK = "#010203"  # becomes the page's text colour
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7f7f7f",
           "#bcbd22", "#17becf")
CURVE = ((0.1, "p0_1"), (1, "p1"), (2.5, "p2_5"), (10, "p10"), (25, "p25"), (50, "p50"), (75, "p75"),
         (90, "p90"), (97.5, "p97_5"), (99, "p99"), (99.9, "p99_9"), (99.99, "p99_99"))
WIDTH, HEIGHT = 4.4, 2.7  # inches: legible on a phone, where it is as wide as the screen
TRACK_COLOURS = {"request": "#56b4e9", "turn": "#009e73", "stall": "#e69f00", "read": "#cc79a7"}


class NoFigures(Exception):
    """matplotlib is not there."""


def _pyplot():
    os.environ.setdefault("MPLCONFIGDIR", "/tmp/tiffd-matplotlib")
    try:
        import matplotlib
    except ImportError as error:
        raise NoFigures(f"no curves: {error}; python3-matplotlib is missing") from None
    matplotlib.use("svg")
    settings = {"svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif", "text.color": INK,
                "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
                "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
                "axes.titlesize": 9, "legend.fontsize": 8, "axes.grid": True, "grid.alpha": 0.25}
    matplotlib.rcParams.update(settings)
    from matplotlib import pyplot

    return pyplot


def _svg(pyplot, figure, name: str) -> str:
    """The picture as an element, the same bytes each time."""
    import matplotlib

    matplotlib.rcParams["svg.hashsalt"] = name
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, bbox_inches="tight",
                   metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    text = buffer.getvalue()
    text = text[text.index("<svg"):].replace(INK, "currentColor")
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    # Names are the page's, not the picture's.
    text = re.sub(r'\bid="([^"]*)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", text)
    return text.replace("font-family: 'DejaVu Sans'", "font-family: inherit").strip()


def _colours(names: list[str]) -> dict[str, str]:
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}


def _rows(record: Record) -> list[str]:
    return [row.name for row in record.rows]


def throughput(record: Record, client: str) -> Figure | None:
    """A dot for each round, a bar at the median."""
    pyplot = _pyplot()
    names = [name for name in _rows(record) if analysis.by_round(record, name, client, HEADLINE)]
    if not names:
        return None
    figure, axes = pyplot.subplots(figsize=(WIDTH, 0.6 + 0.32 * len(names)))
    colours = _colours(_rows(record))
    for place, name in enumerate(reversed(names)):
        values = list(analysis.by_round(record, name, client, HEADLINE).values())
        axes.barh(place, statistics.median(values), 0.6, color=colours[name], alpha=0.45)
        axes.plot(values, [place] * len(values), "o", markersize=3, color=colours[name])
    axes.set_yticks(range(len(names)), list(reversed(names)))
    axes.set_xlabel(f"MB/s, {client}")
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    return Figure(f"throughput-{client}", f"Throughput with {client}: the median of the rounds, and each "
                  "round as a dot.", _svg(pyplot, figure, f"throughput-{client}"))


def _curve(runs: list[Run]) -> list[tuple[float, float]]:
    points = []
    for percent, name in CURVE:
        values = [run.latency_us[name] / 1000 for run in runs if run.latency_us.get(name)]
        if values:
            points.append((percent, statistics.median(values)))
    return points


def latency(record: Record, client: str) -> Figure | None:
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(WIDTH, HEIGHT))
    colours, drawn = _colours(_rows(record)), False
    for name in _rows(record):
        points = _curve(list(record.good(name, client).values()))
        if points:
            axes.plot([x for x, _ in points], [y for _, y in points], ".-", color=colours[name],
                      label=name, linewidth=1.2, markersize=4)
            drawn = True
    if not drawn:
        pyplot.close(figure)
        return None
    ticks = (0.1, 1, 10, 50, 90, 99, 99.9, 99.99)
    axes.set_xscale("function", functions=(_logit, _expit))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("percentile")
    axes.set_ylabel(f"latency, ms ({client})")
    axes.set_ylim(bottom=0)
    axes.legend()
    return Figure(f"latency-{client}", f"Latency by percentile with {client}: the median of the rounds. "
                  "The ends are stretched.", _svg(pyplot, figure, f"latency-{client}"))


def _logit(percent):
    import numpy

    share = numpy.clip(percent / 100, 1e-6, 1 - 1e-6)
    return numpy.log(share / (1 - share))


def _expit(value):
    import numpy

    return 100 / (1 + numpy.exp(-value))


def distribution(record: Record, client: str) -> Figure | None:
    """Boxes out of percentiles."""
    pyplot = _pyplot()
    boxes = []
    for name in _rows(record):
        points = {percent: value for percent, value in _curve(list(record.good(name, client).values()))}
        if {2.5, 25, 50, 75, 97.5} <= points.keys():
            boxes.append({"label": name, "whislo": points[2.5], "q1": points[25], "med": points[50],
                          "q3": points[75], "whishi": points[97.5], "fliers": [points.get(99, points[97.5])]})
    if not boxes:
        return None
    figure, axes = pyplot.subplots(figsize=(WIDTH, 0.6 + 0.32 * len(boxes)))
    line = {"color": INK}
    axes.bxp(list(reversed(boxes)), vert=False, widths=0.5, medianprops={"color": COLOURS[1]}, boxprops=line,
             whiskerprops=line, capprops=line, flierprops={"marker": "|", "markeredgecolor": INK})
    axes.set_xlabel(f"latency, ms ({client})")
    axes.set_xlim(left=0)
    return Figure(f"distribution-{client}", f"Latency with {client}: box 25 to 75 %, whiskers 2.5 to 97.5 %, "
                  "tick 99 %.", _svg(pyplot, figure, f"distribution-{client}"))


def over_time(record: Record, client: str) -> Figure | None:
    """CPU and memory during the last good run of each row."""
    pyplot = _pyplot()
    figure, (upper, lower) = pyplot.subplots(2, 1, figsize=(WIDTH, 1.4 * HEIGHT), sharex=True)
    colours, drawn = _colours(_rows(record)), False
    for name in _rows(record):
        runs = record.good(name, client)
        series = runs[max(runs)].series if runs else []
        if series:
            seconds = [point[0] for point in series]
            upper.plot(seconds, [point[1] for point in series], color=colours[name], label=name, linewidth=1)
            lower.plot(seconds, [point[3] / 1e6 for point in series], color=colours[name], linewidth=1)
            drawn = True
    if not drawn:
        pyplot.close(figure)
        return None
    upper.set_ylabel("cores used")
    lower.set_ylabel("PSS, MB")
    lower.set_xlabel(f"seconds of a run ({client})")
    upper.set_ylim(bottom=0)
    lower.set_ylim(bottom=0)
    upper.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2)
    return Figure(f"over-time-{client}", f"CPU time and memory of all processes of a server during its last "
                  f"run with {client}.", _svg(pyplot, figure, f"over-time-{client}"))


def where_time_goes(costs: dict[str, dict[str, float]]) -> Figure | None:
    """costs: by row, CPU s/GB by category."""
    if not costs:
        return None
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(WIDTH, 1.4 + 0.35 * len(costs)))
    order = [name for name, _ in perf.CATEGORIES] + [perf.KERNEL_REST, perf.BASE64, perf.PROGRAM,
                                                     perf.LIBRARIES]
    names = list(reversed(costs))
    left = [0.0] * len(names)
    for i, category in enumerate(order):
        values = [costs[name].get(category, 0.0) for name in names]
        if any(values):
            hatch = "//" if i >= len(COLOURS) else None
            axes.barh(names, values, 0.6, left=left, label=category, color=COLOURS[i % len(COLOURS)],
                      hatch=hatch)
            left = [a + b for a, b in zip(left, values)]
    axes.set_xlabel("CPU s/GB")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.3), ncol=3)
    return Figure("where-time-goes", "Where the CPU time of a gigabyte goes, by what the innermost known "
                  "function does (perf).", _svg(pyplot, figure, "where-time-goes"))


def connection(name: str, slug: str, told: timeline.Timeline) -> Figure | None:
    if not told.spans:
        return None
    pyplot = _pyplot()
    tracks = [track for track in timeline.TRACKS if track in told.spans]
    figure, axes = pyplot.subplots(figsize=(WIDTH, 0.7 + 0.3 * len(tracks)))
    for place, track in enumerate(reversed(tracks)):
        axes.broken_barh(told.spans[track], (place - 0.35, 0.7), facecolors=TRACK_COLOURS[track],
                         edgecolors=INK if track == "request" else "none", linewidth=0.4)
    axes.set_yticks(range(len(tracks)), list(reversed(tracks)))
    axes.set_xlabel("ms")
    axes.grid(axis="y", visible=False)
    return Figure(f"timeline-{slug}", f"{name}: one of the connections during "
                  f"{len(told.spans.get('request', []))} requests. turn: the worker serves it; stall: its "
                  "socket is full.", _svg(pyplot, figure, f"timeline-{slug}"))


def curves(name: str, title: str, x_label: str, lines: dict[str, list[tuple[float, float]]],
           y_label: str) -> Figure | None:
    """Of a sweep; both axes logarithmic."""
    if not any(lines.values()):
        return None
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(figsize=(WIDTH, HEIGHT))
    colours = _colours(list(lines))
    for row, points in lines.items():
        axes.plot([x for x, _ in points], [y for _, y in points], ".-", label=row, color=colours[row])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.legend()
    return Figure(name, title, _svg(pyplot, figure, name))


def available() -> str:
    """Why there will be no curves; "": there will."""
    try:
        _pyplot()
    except NoFigures as error:
        return str(error)
    return ""
