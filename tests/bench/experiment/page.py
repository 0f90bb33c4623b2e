# SPDX-License-Identifier: BSD-2-Clause
"""A report as one HTML file that asks nobody for anything: styles, scripts and pictures are in it."""

import html
import json
import re
from dataclasses import dataclass

from .document import Block, Code, Document, Figure, Flame, Fold, Items, Section, Table, Text

STYLE = """
:root { --ink: #1b1f24; --paper: #ffffff; --faint: #57606a; --line: #d0d7de; --shade: #f6f8fa;
  --accent: #0b5cad; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9da7b3;
  --line: #30363d; --shade: #161b22; --accent: #6cb6ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
.lead { font-size: 1.15rem; border-left: .3rem solid var(--accent); padding: .2rem 0 .2rem .8rem; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .9rem; }
a { color: var(--accent); }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
.note { color: var(--faint); font-size: .875rem; margin: -.4rem 0 .8rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { background: var(--shade); }
pre { background: var(--shade); padding: .6rem; overflow-x: auto; font-size: .8rem; line-height: 1.35; }
figure { margin: 1rem 0; }
figure .picture svg { width: 100%; max-width: 42rem; height: auto; }
figure .wide svg { width: auto; max-width: none; }
figcaption { color: var(--faint); font-size: .875rem; }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .3rem; padding: .3rem .6rem; }
summary { cursor: pointer; }
.flame { width: 100%; overflow-x: auto; }
.flame .d3-flame-graph-label { color: #000; }
.crumb { min-height: 1.5em; font-size: .8rem; color: var(--faint); }
@media print { body { max-width: none; font-size: 10pt; } nav { display: none; }
  figure, table, pre { break-inside: avoid; } .scroll, pre, .wide { overflow: visible; }
  pre { white-space: pre-wrap; } td, th { white-space: normal; padding: .1rem .3rem; } }
"""
DRAW = """
for (const place of document.querySelectorAll('.flame')) {
  const chart = flamegraph().width(Math.max(320, place.clientWidth)).cellHeight(17).minFrameSize(2)
    .transitionDuration(0).inverted(false).selfValue(false)
    .setDetailsElement(place.parentNode.querySelector('.crumb'));
  const tree = JSON.parse(place.nextElementSibling.textContent);
  const largest = node => Math.max(Math.abs(node.delta), ...(node.children || []).map(largest));
  if (place.dataset.differential) {
    const most = largest(tree) || 1;
    chart.setColorMapper((node, color) => {
      const rest = Math.round(235 * (1 - Math.abs(node.data.delta) / most));
      return node.highlight ? color : node.data.delta > 0 ? `rgb(255, ${rest}, ${rest})`
        : `rgb(${rest}, ${rest}, 255)`;
    });
  }
  const unit = place.dataset.unit;
  chart.setLabelHandler(node => node.data.name + ': ' + node.data.value.toPrecision(3) + ' ' + unit +
    (node.data.delta === undefined ? '' : ' (' + (node.data.delta < 0 ? '' : '+') +
     node.data.delta.toPrecision(3) + ')'));
  d3.select(place).datum(tree).call(chart);
}
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(one => {
  one.open = true; }));
"""
UNIT = "CPU s/GB"


@dataclass(frozen=True)
class Library:
    """A script that the page carries."""

    name: str
    text: str


def _script_data(value: dict) -> str:
    """JSON that can't end the element that it is in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")


def _text(words: str) -> str:
    """Escaped; `code` becomes an element."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(words, quote=False))


def _table(table: Table) -> str:
    def line(cells: list[str], name: str) -> str:
        return "<tr>" + "".join(f"<{name}>{_text(cell)}</{name}>" for cell in cells) + "</tr>"

    note = f'<p class="note">{_text(table.caption)}</p>' if table.caption else ""
    rows = "\n".join(line(row, "td") for row in table.rows)
    return (f'<div class="scroll"><table><thead>{line(table.head, "th")}</thead>\n'
            f"<tbody>{rows}</tbody></table></div>{note}")


def _figure(figure: Figure) -> str:
    kind = "wide scroll" if figure.wide else "picture"
    label = html.escape(figure.caption)
    picture = f'<div class="{kind}" role="img" aria-label="{label}">{figure.svg}</div>'
    caption = f"<figcaption>{_text(figure.caption)}</figcaption>"
    return f'<figure id="figure-{figure.name}">{picture}{caption}</figure>'


def _flame(flame: Flame) -> str:
    kind = ' data-differential="1"' if flame.differential else ""
    return (f'<figure id="figure-{flame.name}"><div class="flame"{kind} data-unit="{UNIT}"></div>'
            f'<script type="application/json">{_script_data(flame.tree)}</script>'
            f'<div class="crumb"></div><figcaption>{_text(flame.caption)}</figcaption></figure>')


def _block(block: Block) -> str:
    match block:
        case Text(words):
            return f"<p>{_text(words)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{_text(item)}</li>" for item in items) + "</ul>"
        case Table():
            return _table(block)
        case Code(text):
            return f"<pre>{html.escape(text, quote=False)}</pre>"
        case Figure():
            return _figure(block)
        case Flame():
            return _flame(block)
        case Fold():
            return f"<details><summary>{_text(block.title)}</summary>\n{_blocks(block.blocks)}</details>"
        case Section():
            name = f"h{block.level}"
            return (f'<section id="{block.anchor}"><{name}>{_text(block.title)}</{name}>\n'
                    f"{_blocks(block.blocks)}</section>")
    raise TypeError(block)


def _blocks(blocks: list[Block]) -> str:
    return "\n".join(_block(block) for block in blocks)


def _script(library: Library) -> str:
    text = library.text.replace("</script", "<\\/script").replace("//# sourceMappingURL=", "// ")
    return f"<script>/* {library.name} */\n{text}\n</script>"


def render(document: Document, libraries: list[Library]) -> str:
    links = "".join(f'<a href="#{s.anchor}">{_text(s.title)}</a>' for s in document.sections())
    # A library is an element of its own, so that one that is broken breaks no other.
    scripts = "\n".join(_script(each) for each in libraries)
    draw = f"<script>{DRAW}</script>" if libraries else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{_text(document.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{_text(document.title)}</h1>
<p class="lead">{_text(document.lead)}</p>
<nav>{links}</nav>
{_blocks(document.blocks)}
{scripts}
{draw}
</body>
</html>
"""
