# SPDX-License-Identifier: BSD-2-Clause
"""Writes report.html and report.md beside the results they are about."""

from pathlib import Path

from . import conclusion, content, figures, graphs, markdown, page
from .content import Material
from .record import Record

HTML, MARKDOWN = "report.html", "report.md"


def render(record: Record, folder: Path, draw: bool = True) -> tuple[str, str, list]:
    """HTML, Markdown, and the figures that the latter names."""
    libraries: list[page.Library] = []
    missing = [text for text in (figures.available(),) if text] if draw else []
    draw = draw and not missing
    if draw:
        libraries, why = graphs.libraries()
        missing += [why] if why else []
    notes, record.notes = record.notes, record.notes + missing
    material = Material(record, folder, draw)
    document = content.document(material)
    record.notes = notes
    return page.render(document, libraries), markdown.render(document), markdown.figures(document.blocks)


def write(record: Record, folder: Path) -> list[Path]:
    html, text, pictures = render(record, folder)
    (folder / HTML).write_text(html, encoding="utf-8")
    (folder / MARKDOWN).write_text(text, encoding="utf-8")
    if pictures:
        (folder / markdown.FIGURES).mkdir(exist_ok=True)
    for picture in pictures:
        (folder / markdown.FIGURES / f"{picture.name}.svg").write_text(picture.svg + "\n", encoding="utf-8")
    return [folder / HTML, folder / MARKDOWN]


def summary(record: Record) -> str:
    lines = [conclusion.headline(record), "", conclusion.chart(record), ""]
    lines += [f"- {text}" for text in conclusion.paragraphs(record)]
    quality = conclusion.quality(record)
    if quality:
        lines += ["", "Keep in mind:", *(f"- {text}" for text in quality)]
    return "\n".join(lines)
