# SPDX-License-Identifier: BSD-2-Clause
"""Flame graphs (trees for d3-flame-graph) and call graphs (laid out by Graphviz)."""

import re
import subprocess

from benchlib import tools

from . import page, pprof
from .document import Figure, Flame
from .pprof import Stack

LEAST_NODE, LEAST_EDGE = 0.01, 0.005  # of the whole
NODES = 40
LIBRARIES = tools.TOP / "vendor"  # those of the dashboard
FILES = ("d3-selection.min.js", "d3-flamegraph.min.js")


def libraries() -> tuple[list[page.Library], str]:
    """d3-flame-graph and what it needs, and why not."""
    try:
        return [page.Library(name, (LIBRARIES / name).read_text()) for name in FILES], ""
    except OSError as error:
        return [], f"no flame graphs: {error.filename}: {error.strerror} (scripts/vendor fetches it)"


def flame(name: str, caption: str, weights: dict[Stack, float],
          before: dict[Stack, float] | None = None) -> Flame | None:
    if not weights:
        return None
    return Flame(name, caption, pprof.tree(weights, before), before is not None)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def dot(weights: dict[Stack, float]) -> str:
    """The graph in Graphviz's language: boxes as large as the time in them."""
    nodes, calls = pprof.edges(weights)
    total = sum(weights.values())
    kept = sorted((name for name in nodes if nodes[name][1] >= LEAST_NODE * total),
                  key=lambda name: (-nodes[name][1], name))[:NODES]
    lines = ["digraph calls {", 'bgcolor=transparent; ranksep=.3; nodesep=.2;',
             'node [shape=box, fontname="sans-serif", color="#010203", fontcolor="#010203"];',
             'edge [fontname="sans-serif", color="#010203", fontcolor="#010203", arrowsize=.6];']
    for name in kept:
        flat, cum = nodes[name]
        points = 8 + 12 * (flat / total) ** 0.5
        text = f"{name}\\n{flat / total:.1%} of {cum / total:.1%}"
        lines.append(f"{_quoted(name)} [label={_quoted(text).replace(chr(92) * 2 + 'n', chr(92) + 'n')}, "
                     f"fontsize={points:.1f}];")
    for (caller, called), weight in sorted(calls.items()):
        if caller in kept and called in kept and caller != called and weight >= LEAST_EDGE * total:
            width = 0.5 + 4 * weight / total
            lines.append(f"{_quoted(caller)} -> {_quoted(called)} [label=\"{weight / total:.1%}\", "
                         f"fontsize=8, penwidth={width:.2f}];")
    return "\n".join([*lines, "}"])


def call_graph(name: str, caption: str, weights: dict[Stack, float]) -> Figure | None:
    program = tools.find("dot")
    if not weights or not program:
        return None
    done = subprocess.run([program, "-Tsvg"], input=dot(weights), capture_output=True, text=True)
    if done.returncode != 0:
        return None
    svg = done.stdout[done.stdout.index("<svg"):].replace("#010203", "currentColor")
    svg = re.sub(r'\bid="([^"]*)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"<title>.*?</title>|<!--.*?-->", "", svg, flags=re.DOTALL).strip()
    return Figure(name, caption, svg.replace('fill="black"', 'fill="currentColor"'), wide=True)
