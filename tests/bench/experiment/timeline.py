# SPDX-License-Identifier: BSD-2-Clause
"""One connection's moment out of an execution trace: what it waited for, and when it was served."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

TRACKS = ("request", "turn", "stall", "read")
REQUESTS = 2
SPANS = 600  # at most


@dataclass
class Timeline:
    connection: int = 0
    spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # begin and length, ms
    milliseconds: float = 0.0


def _track(event: dict) -> str:
    return event.get("name", "").split(" ")[0]


def _pick(events: list[dict]) -> tuple[int, int] | None:
    """Process and number of the connection with most complete requests."""
    counted = Counter((event["pid"], event["args"]["connection"]) for event in events
                      if _track(event) == "request")
    return max(sorted(counted), key=lambda key: counted[key], default=None)


def of(events: list[dict]) -> Timeline:
    whole = [event for event in events
             if event.get("ph") == "X" and _track(event) in TRACKS and "connection" in event.get("args", {})]
    picked = _pick(whole)
    if picked is None:
        return Timeline()
    own = sorted((event for event in whole if (event["pid"], event["args"]["connection"]) == picked),
                 key=lambda event: event["ts"])
    requests = [event for event in own if _track(event) == "request"][:REQUESTS]
    begin, end = requests[0]["ts"], requests[-1]["ts"] + requests[-1]["dur"]
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for event in own:
        if begin <= event["ts"] and event["ts"] + event["dur"] <= end + 1:
            length = max(event["dur"] / 1000, 0.001)
            spans[_track(event)].append(((event["ts"] - begin) / 1000, length))
    kept = {track: spans[track][:SPANS] for track in TRACKS if spans[track]}
    return Timeline(picked[1], kept, (end - begin) / 1000)


def read(path: Path) -> Timeline:
    try:
        told = json.loads(path.read_text())
        return of(told["traceEvents"] if isinstance(told, dict) else told)
    except (OSError, ValueError, KeyError, TypeError):
        return Timeline()
