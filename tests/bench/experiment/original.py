# SPDX-License-Identifier: BSD-2-Clause
"""The figures of the experiment that tiffd comes from: three Go programs, measured with
`autocannon -d 60 -c 30 -w 3` on another machine, an Apple M1 Max of 2021."""

from . import analysis, words
from .document import Block, Section, Table, Text
from .record import Record

FIGURES = (  # variant, requests/s, GB/s, memory, allocated
    ("embedded", "1083", "3.29", "108 MB", "184 GB"),
    ("streaming", "307", "0.94", "18 MB", "-"),
    ("cached", "1095", "3.33", "137 MB", "-"),
)


def _here(record: Record, row: str) -> list[str]:
    client = "autocannon" if "autocannon" in record.clients() else next(iter(record.clients()), "")
    rates = [analysis.median(record, row, client, analysis.BY_NAME[name])
             for name in ("requests_s", "mb_s")]
    memory = analysis.median(record, row, client, analysis.BY_NAME["rss_mb"])
    told = next((each for each in record.profiled if each.row == row), None)
    allocated = told.allocated if told else None
    return [words.number(rates[0]), words.number(rates[1] / 1000 if rates[1] is not None else None),
            "-" if memory is None else f"{memory:.0f} MB",
            "-" if allocated is None else f"{words.size(allocated)} a request"]


def sections(record: Record) -> list[Block]:
    rows = [[f"{variant}, there", *figures] for variant, *figures in FIGURES]
    here = {row.variant: row.name for row in reversed(record.rows) if row.variant}
    rows += [[f"{here[variant]}, here", *_here(record, here[variant])] for variant, *_ in FIGURES
             if variant in here]
    rows += [[f"{row.name}, here", *_here(record, row.name)] for row in record.rows if row.role == "go"]
    client = "autocannon" if "autocannon" in record.clients() else next(iter(record.clients()), "nothing")
    return [Section("The original's figures", [
        Text("There: three Go programs under autocannon on an Apple M1 Max of 2021, another machine with "
             f"another system. Here: this run, under {client}. Compare the variants within a place, not the "
             "places."),
        Table(["", "Req/s", "GB/s", "RSS", "allocated"], rows)])]
