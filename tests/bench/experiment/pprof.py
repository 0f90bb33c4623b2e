# SPDX-License-Identifier: BSD-2-Clause
"""Reads profiles in the format profile.proto of pprof, as tiffd and Go programs write them, and makes
of them what `go tool pprof -text` shows, trees for flame graphs and edges for call graphs."""

import gzip
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Callable, Iterator

Stack = tuple[str, ...]  # outermost function first


class ProfileError(Exception):
    """No profile."""


@dataclass(frozen=True)
class Sample:
    stack: Stack
    values: tuple[int, ...]
    labels: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass
class Profile:
    types: list[tuple[str, str]]  # name and unit of each value
    samples: list[Sample]
    seconds: float = 0.0

    def index(self, name: str) -> int:
        names = [each[0] for each in self.types]
        if name not in names:
            raise ProfileError(f"no values {name!r} in it, only {', '.join(names)}")
        return names.index(name)

    def total(self, name: str) -> int:
        at = self.index(name)
        return sum(sample.values[at] for sample in self.samples)

    def only(self, wanted: Callable[[Sample], bool]) -> "Profile":
        return Profile(self.types, [s for s in self.samples if wanted(s)], self.seconds)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        octet = data[at]
        value |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return value, at


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif key & 7 == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise IndexError
            yield key >> 3, data[at : at + size]
            at += size
        else:
            raise ProfileError(f"a field of wire type {key & 7}")


def _numbers(value: int | bytes) -> list[int]:
    """Of a repeated field, packed or not."""
    if isinstance(value, int):
        return [_signed(value)]
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(_signed(number))
    return found


def _repeated(message: bytes) -> dict[int, list]:
    found = defaultdict(list)
    for number, value in _fields(message):
        found[number].append(value)
    return found


def _first(message: dict[int, list], number: int, default=0):
    return message[number][0] if message.get(number) else default


def _decode(data: bytes) -> Profile:
    top = _repeated(data)
    strings = [text.decode(errors="replace") for text in top[6]]
    functions = {}
    for message in map(_repeated, top[5]):
        functions[_first(message, 1)] = strings[_first(message, 2)]
    locations: dict[int, list[str]] = {}
    for message in map(_repeated, top[4]):
        lines = [functions.get(_first(_repeated(line), 1), "?") for line in message[4]]
        locations[_first(message, 1)] = lines or [f"{_first(message, 3):#x}"]
    types = [tuple(strings[_first(_repeated(kind), n)] for n in (1, 2)) for kind in top[1]]
    samples = []
    for message in map(_repeated, top[2]):
        places = [number for value in message[1] for number in _numbers(value)]
        values = [number for value in message[2] for number in _numbers(value)]
        stack = [name for place in places for name in locations[place]]
        labels = {}
        for label in map(_repeated, message[3]):
            text = strings[_first(label, 2)] if label.get(2) else str(_first(label, 3))
            labels[strings[_first(label, 1)]] = text
        samples.append(Sample(tuple(reversed(stack)), tuple(values), labels))
    return Profile(types, samples, _signed(_first(top, 10)) / 1e9)


def decode(data: bytes, where: str = "profile") -> Profile:
    try:
        return _decode(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except (OSError, EOFError, zlib.error, LookupError, TypeError, AttributeError) as error:
        raise ProfileError(f"{where}: no profile: {error!r}") from None


def format_value(value: float, unit: str) -> str:
    """As pprof writes it."""
    steps = {
        "nanoseconds": ((1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")),
        "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")),
    }.get(unit, ((1, ""),))
    if value == 0:
        return "0"
    for size, name in steps:
        if abs(value) >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + name
    return f"{value:g}{steps[-1][1]}"


@dataclass(frozen=True)
class TopRow:
    name: str
    flat: int
    cum: int


def top(profile: Profile, value: str) -> list[TopRow]:
    """Each function with what it used itself and with all that it called, most first."""
    at = profile.index(value)
    flat: dict[str, int] = defaultdict(int)
    cum: dict[str, int] = defaultdict(int)
    for sample in profile.samples:
        if sample.values[at] and sample.stack:
            flat[sample.stack[-1]] += sample.values[at]
            for name in set(sample.stack):
                cum[name] += sample.values[at]
    rows = [TopRow(name, flat.get(name, 0), all_of) for name, all_of in cum.items()]
    return sorted(rows, key=lambda row: (-row.flat, -row.cum, row.name))


def text(profile: Profile, value: str, most: int = 25) -> str:
    """The table of `go tool pprof -text`."""
    unit = profile.types[profile.index(value)][1]
    total = profile.total(value)
    if total == 0:
        return "nothing was sampled"
    lines = [f"{'flat':>10} {'flat%':>6} {'sum%':>6} {'cum':>10} {'cum%':>6}"]
    seen = 0
    rows = top(profile, value)
    for row in rows[:most]:
        seen += row.flat
        lines.append(
            f"{format_value(row.flat, unit):>10} {row.flat / total:6.1%} {seen / total:6.1%} "
            f"{format_value(row.cum, unit):>10} {row.cum / total:6.1%}  {row.name}"
        )
    if len(rows) > most:
        lines.append(f"and {len(rows) - most} more, {1 - seen / total:.1%} of all")
    head = f"Total: {format_value(total, unit)}"
    if profile.seconds:
        head += f" in {profile.seconds:.1f} s"
    return "\n".join([head, *lines])


def weights(profile: Profile, value: str, factor: float = 1.0) -> dict[Stack, float]:
    """By stack, equal ones added."""
    at = profile.index(value)
    found: dict[Stack, float] = defaultdict(float)
    for sample in profile.samples:
        found[sample.stack] += sample.values[at] * factor
    return {stack: weight for stack, weight in found.items() if weight}


def tree(weights: dict[Stack, float], before: dict[Stack, float] | None = None,
         least: float = 0.001) -> dict:
    """As d3-flame-graph takes it; with before, each node has the difference to it as well. What is
    less than a share of the whole is left out."""
    total = sum(weights.values())
    root: dict = {"name": "all", "value": 0.0, "delta": 0.0, "children": {}}
    for sign, stacks in ((1, weights), (-1, before or {})):
        for stack, weight in stacks.items():
            node = root
            for name in ("", *stack):
                if name:
                    empty = {"name": name, "value": 0.0, "delta": 0.0, "children": {}}
                    node = node["children"].setdefault(name, empty)
                node["value"] += weight if sign > 0 else 0
                node["delta"] += sign * weight

    def finished(node: dict) -> dict:
        kept = [finished(child) for child in node["children"].values()
                if child["value"] >= least * total and child["value"] > 0]
        result = {"name": node["name"], "value": round(node["value"], 6)}
        if before is not None:
            result["delta"] = round(node["delta"], 6)
        if kept:
            result["children"] = sorted(kept, key=lambda child: child["name"])
        return result

    return finished(root)


def edges(weights: dict[Stack, float]) -> tuple[dict[str, tuple[float, float]], dict[tuple[str, str], float]]:
    """Functions with flat and cum, and who calls whom with how much."""
    nodes: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    calls: dict[tuple[str, str], float] = defaultdict(float)
    for stack, weight in weights.items():
        if not stack:
            continue
        nodes[stack[-1]][0] += weight
        for name in set(stack):
            nodes[name][1] += weight
        for pair in set(zip(stack, stack[1:])):
            calls[pair] += weight
    return {name: (flat, cum) for name, (flat, cum) in nodes.items()}, dict(calls)
