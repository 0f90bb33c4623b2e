# SPDX-License-Identifier: BSD-2-Clause
"""Reads what can be compared: output in Go's benchmark format, a folder of scripts/experiment, and a
file of tests/bench/compare --json. All become values by name and unit, one value for each run."""

import json
import re
import sys
from pathlib import Path

LINE = re.compile(r"^Benchmark(?P<name>\S+)\s+(?P<n>\d+)\s+(?P<rest>\S.*)$")
VERSION = re.compile(r"^version: (?P<version>\S+)$")  # what `bench --vs` writes

Samples = dict[tuple[str, str], list[float]]

MORE_IS_BETTER = ("MB/s", "Req/s", "mb_s", "requests_s", "accepts_s", "alone_mb_s", "fast_mb_s", "jain",
                  "slow_requests", "core busy %")
NEITHER = ("core busy %", "background", "stolen")
# Of compare: numbers that say how a run went, not how fast the server is.
FACTS = ("round", "errors", "background", "stolen")


class BadInput(Exception):
    """A file that is not what it should be."""


def direction(unit: str) -> int:
    """1: more is better, -1: less is, 0: neither."""
    return 0 if unit in NEITHER else 1 if unit in MORE_IS_BETTER else -1


def _pairs(rest: str, where: str) -> list[tuple[str, float]]:
    """The pairs of value and unit behind the number of operations."""
    words = rest.split()
    if len(words) % 2:
        raise BadInput(f"{where}: a value without a unit, or a unit without a value: {rest!r}")
    pairs = []
    for value, unit in zip(words[::2], words[1::2]):
        try:
            pairs.append((unit, float(value)))
        except ValueError:
            raise BadInput(f"{where}: {value!r} is no number (before {unit})") from None
    return pairs


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"{path}: {reason}") from None


def versions(path: Path) -> dict[str, Samples]:
    """Of a file in Go's format, by what the line "version:" above each result said; "": none."""
    found: dict[str, Samples] = {}
    version = ""
    for number, line in enumerate(_text(path).splitlines(), 1):
        said = VERSION.match(line)
        version = said["version"] if said else version
        if not line.startswith("Benchmark"):
            continue
        match = LINE.match(line)
        if not match:
            raise BadInput(f"{path}:{number}: not 'BenchmarkName N value unit ...': {line!r}")
        for unit, value in _pairs(match["rest"], f"{path}:{number}"):
            samples = found.setdefault(version, {})
            samples.setdefault((match["name"], unit), []).append(value)
    if not found:
        raise BadInput(f"{path}: no benchmark in it (lines that begin with 'Benchmark')")
    return found


def _experiment(folder: Path) -> Samples:
    # The experiment is made of this library, so it is looked up only where it is needed.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from experiment import analysis, record

    try:
        told = record.load(folder)
    except record.RecordError as error:
        raise BadInput(str(error)) from None
    samples: Samples = {}
    for metric in analysis.METRICS:
        for client in told.clients():
            for row in told.rows:
                values = list(analysis.by_round(told, row.name, client, metric).values())
                if values:
                    samples[f"{row.name}, {client}", metric.title] = values
    if not samples:
        raise BadInput(f"{folder}: no good run in it")
    return samples


def _compare(path: Path, text: str) -> Samples:
    samples: Samples = {}
    try:
        for row in json.loads(text)["results"]:
            name = f"{row['scenario']}/{row['case']}, {row['server']}"
            for run in row["runs"]:
                for metric, value in run.items():
                    if metric not in FACTS:
                        samples.setdefault((name, metric), []).append(float(value))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: not what compare --json writes: {error!r}") from None
    if not samples:
        raise BadInput(f"{path}: no run in it")
    return samples


def read(path: Path) -> Samples:
    if path.is_dir():
        return _experiment(path)
    text = _text(path)
    if text.lstrip().startswith("{"):
        return _compare(path, text)
    merged: Samples = {}
    for samples in versions(path).values():
        for key, values in samples.items():
            merged.setdefault(key, []).extend(values)
    return merged
