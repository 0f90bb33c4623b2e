# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, as results.json keeps it. Written anew after each run, so that nothing is lost
however the experiment ends."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

FORMAT = 1
FILE = "results.json"


class RecordError(Exception):
    """No results of an experiment."""


@dataclass
class Row:
    """One server."""

    name: str
    role: str  # tiffd, go, peer
    variant: str = ""
    transmit: str = ""
    control_of: str = ""
    program_bytes: int = 0
    server_command: list[str] = field(default_factory=list)
    server_config: str = ""


@dataclass
class Run:
    row: str
    client: str
    round: int
    seconds: float = 0.0
    requests: int = 0
    bytes: int = 0
    errors: int = 0
    latency_us: dict[str, float] = field(default_factory=dict)
    requests_s: dict[str, float] = field(default_factory=dict)
    bytes_s: dict[str, float] = field(default_factory=dict)
    usage: dict[str, float] = field(default_factory=dict)  # of the server's processes, see watch.py
    core_busy: float = 0.0  # share of the server's cores
    joules: float | None = None  # of the processors, where they tell
    start_ms: float = 0.0  # from the start of the program to the first byte of a response
    alone: list[dict] = field(default_factory=list)  # processes before the load
    loaded: list[dict] = field(default_factory=list)  # under it
    series: list[list[float]] = field(default_factory=list)  # [second, cores used, RSS, PSS]
    conditions: dict[str, float | None] = field(default_factory=dict)
    noise: list[str] = field(default_factory=list)  # why the machine was not quiet
    bad: list[str] = field(default_factory=list)  # why the numbers mean nothing


@dataclass
class Profiled:
    """A further run of a row, with the profilers on."""

    row: str
    client: str
    seconds: float = 0.0
    requests: int = 0
    bytes: int = 0
    cpu_profile: str = ""  # files in the folder of the results
    heap_profile: str = ""
    trace: str = ""
    stacks: str = ""  # of perf, folded
    kernel: dict[str, float] = field(default_factory=dict)  # share of CPU time by category
    calls: float | None = None  # system calls per request
    allocations: float | None = None  # per request
    allocated: float | None = None  # bytes per request
    usage: dict[str, float] = field(default_factory=dict)
    failure: str = ""


@dataclass
class Ledger:
    """Where the bytes of the object are."""

    row: str
    workers: int
    loaded: bool
    size: int
    held_in: str = ""
    resident: int | None = 0
    mapped: int = 0
    huge: int = 0
    buffered: int = 0
    queued: int = 0
    rss: int = 0
    pss: int | None = 0
    anonymous: int | None = 0


@dataclass
class Point:
    """Of a sweep."""

    sweep: str  # sizes, connections, ...
    row: str
    x: float
    values: dict[str, list[float]] = field(default_factory=dict)  # by metric, one each round
    failure: str = ""


@dataclass
class Record:
    command: list[str]
    began: str
    settings: dict[str, object]
    machine: dict[str, object]
    versions: dict[str, str]
    object_name: str
    object_bytes: int
    warnings: list[str] = field(default_factory=list)
    ended: str = ""
    ended_by: str = ""  # a signal, or what failed; "": it ran to its end
    rows: list[Row] = field(default_factory=list)
    client_commands: dict[str, list[str]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    profiled: list[Profiled] = field(default_factory=list)
    ledger: list[Ledger] = field(default_factory=list)
    sweep: list[Point] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what could not be measured, and why
    format: int = FORMAT

    def save(self, folder: Path) -> None:
        new = folder / f".{FILE}.new"
        new.write_text(json.dumps(asdict(self), indent=1) + "\n")
        os.replace(new, folder / FILE)

    def good(self, row: str, client: str) -> dict[int, Run]:
        """The runs that count, by round."""
        return {run.round: run for run in self.runs
                if run.row == row and run.client == client and not run.bad}

    def clients(self) -> list[str]:
        return list(dict.fromkeys(run.client for run in self.runs))

    def bad(self) -> list[Run]:
        return [run for run in self.runs if run.bad]


LISTS = {"rows": Row, "runs": Run, "profiled": Profiled, "ledger": Ledger, "sweep": Point}


def _checked(kind, told: dict, where: str):
    known = {each.name for each in fields(kind)}
    if not isinstance(told, dict) or set(told) - known:
        raise RecordError(f"{where}: not what an experiment writes")
    try:
        return kind(**told)
    except TypeError as error:
        raise RecordError(f"{where}: {error}") from None


def load(folder: Path) -> Record:
    path = folder / FILE
    try:
        told = json.loads(path.read_text())
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}: no folder of an experiment's results") from None
    except ValueError as error:
        raise RecordError(f"{path}: no JSON: {error}") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise RecordError(f"{path}: not results in format {FORMAT}")
    for name, kind in LISTS.items():
        values = told.get(name, [])
        if not isinstance(values, list):
            raise RecordError(f"{path}: {name}: a list is wanted")
        told[name] = [_checked(kind, value, f"{path}: {name}[{i}]") for i, value in enumerate(values)]
    return _checked(Record, told, str(path))
