# SPDX-License-Identifier: BSD-2-Clause
"""The load generators: how each is called, and what it says, in one form. A group has requests,
bytes, errors, latency_us by percentile, and what a second had: requests_s and bytes_s."""

import json
import statistics
from dataclasses import dataclass
from typing import Callable

from . import tools
from .load import Load
from .process import Running

PERCENTILES = ("p0_001", "p0_01", "p0_1", "p1", "p2_5", "p10", "p25", "p50", "p75", "p90", "p97_5",
               "p99", "p99_9", "p99_99", "p99_999")
LATENCY = ("mean", "stdev", "min", *PERCENTILES, "max")
SECONDS = ("p1", "p2_5", "p50", "p97_5", "mean", "stdev", "min")
THREADS = 3  # of autocannon, as in the original's autocannon -w 3

Result = tuple[float, list[dict]]  # seconds, and one group for each group of connections


@dataclass(frozen=True)
class Client:
    command: Callable[[Running, Load, float], list[str]]
    read: Callable[[str, Load], Result]
    title: str
    whole_seconds: bool = False  # of a run


def _url(running: Running, load: Load) -> str:
    return f"http://{load.address or running.site.address}:{running.port}{load.path}"


def _discard(running: Running, load: Load, seconds: float) -> list[str]:
    command = [str(running.site.tools / "client"), "-p", str(running.port), "-u", load.path]
    command += ["-a", load.address or running.site.address]
    command += ["-m", load.method, "-s", str(load.status), "-d", str(seconds)]
    for group in load.groups:
        command += ["-g", group]
    if load.range_size:
        command += ["-r", f"{load.range_size}:{load.object_size}"]
    if load.objects:
        command += ["-n", str(load.objects)]
    if load.source:
        command += ["-b", load.source]
    return command + (["-H", load.field] if load.field else [])


def _whole(seconds: float) -> str:
    return str(max(1, round(seconds)))


def _wrk(running: Running, load: Load, seconds: float) -> list[str]:
    command = ["wrk", "-t", "1", "-c", load.groups[0], "-d", f"{_whole(seconds)}s"]
    command += ["--timeout", "10s", "-s", str(tools.BENCH / "wrk.lua")]
    if load.field:
        command += ["-H", load.field]
    return command + [_url(running, load), "--", str(load.depth)]


def _autocannon(running: Running, load: Load, seconds: float) -> list[str]:
    threads = min(THREADS, int(load.groups[0]))
    command = [*tools.autocannon(), "-j", "-n", "-d", _whole(seconds), "-c", load.groups[0]]
    return [*command, "-w", str(threads), _url(running, load)]


def _iperf(running: Running, _: Load, seconds: float) -> list[str]:
    """-R: the server sends, as all others here."""
    command = ["iperf3", "-J", "-R", "-c", running.site.address, "-p", str(running.port)]
    return command + ["-P", str(running.server.iperf_streams), "-t", _whole(seconds)]


def percentile(values: list[float], percent: float) -> float:
    """The least value that at least percent of them do not exceed."""
    ordered = sorted(values)
    index = -int(-len(ordered) * percent // 100) - 1
    return ordered[min(max(index, 0), len(ordered) - 1)]


def of_seconds(values: list[float]) -> dict[str, float]:
    """A row of the table Req/Sec or Bytes/Sec, from what each whole second had."""
    row = {name: percentile(values, float(name[1:].replace("_", ".")))
           for name in SECONDS if name.startswith("p")}
    stdev = statistics.pstdev(values)
    return row | {"mean": statistics.fmean(values), "stdev": stdev, "min": min(values)}


def _read_discard(output: str, _: Load) -> Result:
    told = json.loads(output)
    for group in told["groups"]:
        # The second that a run ends in is not whole.
        whole = group.pop("each_second", [])[: int(told["seconds"])]
        if whole:
            group["requests_s"] = of_seconds([second[0] for second in whole])
            group["bytes_s"] = of_seconds([second[1] for second in whole])
    return told["seconds"], told["groups"]


def _read_wrk(output: str, load: Load) -> Result:
    told = json.loads(output.strip().splitlines()[-1])
    if load.status < 400:  # wrk counts these itself, but knows no other expectation
        told["errors"] += told["statuses"]
    return told["seconds"], [told]


def _named(told: dict, names: tuple[str, ...], factor: float) -> dict[str, float]:
    """autocannon's numbers by our names, which differ for two of them."""
    theirs = {"mean": "average", "stdev": "stddev"}
    return {name: told[theirs.get(name, name)] * factor for name in names}


def _read_autocannon(output: str, _: Load) -> Result:
    told = json.loads(output)
    group = {
        "requests": told["2xx"],
        "bytes": told["throughput"]["total"],
        "errors": told["errors"] + told["timeouts"] + told["non2xx"] + told["mismatches"],
        "latency_us": _named(told["latency"], LATENCY, 1000),
        "requests_s": _named(told["requests"], SECONDS, 1),
        "bytes_s": _named(told["throughput"], SECONDS, 1),
    }
    return told["duration"], [group]


def _read_iperf(output: str, _: Load) -> Result:
    end = json.loads(output)["end"]["sum_received"]
    return end["seconds"], [{"requests": 0, "bytes": end["bytes"], "errors": 0}]


CLIENTS = {
    "client": Client(_discard, _read_discard, "reads nothing: the kernel discards the bytes"),
    "wrk": Client(_wrk, _read_wrk, "copies each byte, in C", True),
    "autocannon": Client(_autocannon, _read_autocannon, "copies each byte, in JavaScript", True),
    "iperf3": Client(_iperf, _read_iperf, "no HTTP", True),
}
