# SPDX-License-Identifier: BSD-2-Clause
"""Results of experiments that were never made, with differences and noise that are known."""

import math
import random
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/bench"))
sys.dont_write_bytecode = True

from experiment.record import Ledger, Profiled, Record, Row, Run  # noqa: E402

SIZE = 3146488
PERCENTILES = {"p2_5": 0.8, "p25": 0.9, "p50": 1.0, "p75": 1.1, "p97_5": 1.6, "p99": 2.0, "mean": 1.0,
               "stdev": 0.2, "max": 2.5}
HELD = {"cached": "memory_file", "embedded": "program_file", "streaming": "page_cache"}


def process(command, rss):
    return {"pid": 1, "command": command, "rss": rss, "vsz": 2 * rss, "pss": rss // 2, "uss": rss // 3,
            "anonymous": rss // 4}


def run(row, client, number, speed, cost):
    """speed: bytes a second; cost: CPU seconds of a gigabyte."""
    requests = round(speed * 2 / SIZE)
    latency = 30 / (speed / SIZE) * 1e6
    second = {"p1": 0.9, "p2_5": 0.9, "p50": 1.0, "p97_5": 1.1, "mean": 1.0, "stdev": 0.1, "min": 0.9}
    return Run(
        row, client, number, 2.0, requests, requests * SIZE,
        latency_us={name: round(latency * factor, 1) for name, factor in PERCENTILES.items()},
        requests_s={name: round(factor * requests / 2, 2) for name, factor in second.items()},
        bytes_s={name: round(factor * requests * SIZE / 2) for name, factor in second.items()},
        usage={"user": round(0.1 * cost * speed * 2e-9, 6), "system": round(0.9 * cost * speed * 2e-9, 6),
               "minor_faults": 0, "major_faults": 0, "voluntary": requests, "involuntary": requests // 10},
        core_busy=0.95, start_ms=30.0, loaded=[process("tiffd: worker 0", 12000000)],
        conditions={"seconds": 2.0, "stolen": 0.0, "others": 0.0, "clock": None},
    )


def made(speeds, rounds=8, noise=0.015, seed=1, client="discard", costs=None):
    """speeds: by row, in parts of 3 GB/s; a row that ends in "(again)" is the control. The machine is
    slower in some rounds, for all rows alike, and each run has a noise of its own."""
    random.seed(seed)
    record = Record(["scripts/experiment"], "2026-01-01T00:00:00Z", {"workers": 1, "connections": 30},
                    {"cores": 2, "cpu": "a processor"}, {"tiffd": "tiffd 1"}, "an object", SIZE)
    for name in speeds:
        control = name.removesuffix(" (again)") if name.endswith(" (again)") else ""
        record.rows.append(Row(name, "tiffd", "" if control else name, control_of=control,
                               program_bytes=8000000))
    for number in range(rounds):
        slow = random.choice((1.0, 0.8, 0.6))
        for name, speed in speeds.items():
            wobble = math.exp(random.gauss(0, noise))
            cost = (costs or {}).get(name, 0.3)
            record.runs.append(run(name, client, number, 3e9 * speed * slow * wobble, cost / slow / wobble))
    record.ended = "2026-01-01T00:10:00Z"
    return record


def whole():
    """With something in each part."""
    speeds = {"cached": 1.0, "embedded": 1.0, "streaming": 0.7, "cached (again)": 1.0}
    record = made(speeds, costs={"streaming": 0.43})
    record.client_commands = {"discard": ["client", "-g", "30"]}
    for name in ("cached", "embedded", "streaming"):
        for loaded in (False, True):
            mapped = 0 if name == "streaming" else SIZE
            record.ledger.append(Ledger(name, 1, loaded, SIZE, HELD[name], SIZE, mapped, 0, 0,
                                        2000000 * loaded, 30000000, 15000000, 9000000))
        record.profiled.append(Profiled(name, "discard", 5.0, 5000, 5000 * SIZE,
                                        kernel={"copy": 0.5, "TCP": 0.3, "the program": 0.2}, calls=50.0,
                                        allocations=0.02, allocated=10.0))
    record.runs[0].noise = ["other programs kept 0.5 cores busy"]
    return record
