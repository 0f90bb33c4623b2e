# SPDX-License-Identifier: BSD-2-Clause
"""A report as Markdown; its figures are files beside it."""

from .document import Block, Code, Document, Figure, Flame, Fold, Items, Section, Table, Text

FIGURES = "figures"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(table: Table) -> str:
    lines = [table.head, ["---"] + ["---:"] * (len(table.head) - 1), *table.rows]
    text = "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)
    return f"{text}\n\n*{table.caption}*" if table.caption else text


def _block(block: Block) -> str:
    match block:
        case Text(words):
            return words
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Table():
            return _table(block)
        case Code(text):
            return f"```\n{text}\n```"
        case Figure():
            return f"![{block.caption}]({FIGURES}/{block.name}.svg)\n\n*{block.caption}*"
        case Flame():
            return f"*{block.caption}* The flame graph is in report.html."
        case Fold():
            return f"**{block.title}**\n\n{_blocks(block.blocks)}"
        case Section():
            return f"{'#' * block.level} {block.title}\n\n{_blocks(block.blocks)}"
    raise TypeError(block)


def _blocks(blocks: list[Block]) -> str:
    return "\n\n".join(_block(block) for block in blocks)


def render(document: Document) -> str:
    return f"# {document.title}\n\n**{document.lead}**\n\n{_blocks(document.blocks)}\n"


def figures(blocks: list[Block]) -> list[Figure]:
    found = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block)
        elif isinstance(block, (Fold, Section)):
            found += figures(block.blocks)
    return found
