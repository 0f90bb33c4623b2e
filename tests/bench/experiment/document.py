# SPDX-License-Identifier: BSD-2-Clause
"""What a report is made of, before it becomes HTML or Markdown."""

from dataclasses import dataclass, field
from typing import Union


@dataclass
class Text:
    words: str


@dataclass
class Items:
    """A list."""

    items: list[str]


@dataclass
class Table:
    head: list[str]
    rows: list[list[str]]
    caption: str = ""


@dataclass
class Code:
    """Something as a program printed it."""

    text: str


@dataclass
class Figure:
    name: str  # of its file, without .svg
    caption: str
    svg: str
    wide: bool = False  # may be scrolled, for it would be illegible if it were smaller


@dataclass
class Flame:
    """A flame graph, drawn by d3-flame-graph when the page is opened."""

    name: str
    caption: str
    tree: dict
    differential: bool = False


@dataclass
class Fold:
    """What is shown when somebody asks for it."""

    title: str
    blocks: list["Block"] = field(default_factory=list)


@dataclass
class Section:
    title: str
    blocks: list["Block"] = field(default_factory=list)
    level: int = 2

    @property
    def anchor(self) -> str:
        words = "".join(letter if letter.isalnum() else " " for letter in self.title.lower()).split()
        return "-".join(words)


Block = Union[Text, Items, Table, Code, Figure, Flame, Fold, Section]


@dataclass
class Document:
    title: str
    lead: str
    blocks: list[Block] = field(default_factory=list)

    def sections(self) -> list[Section]:
        return [block for block in self.blocks if isinstance(block, Section)]
