# SPDX-License-Identifier: BSD-2-Clause
"""Runs the load generators and brings their results into one form."""

import json
import subprocess
import time
from dataclasses import dataclass

from . import machine, tools
from .process import Running, ServerError, pinned

GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Load:
    """What is asked of a server."""

    client: str = "client"  # client: discards in the kernel; wrk: copies
    path: str = "/tiff"
    method: str = "GET"
    status: int = 200
    field: str = ""  # a request field; "If-None-Match": the path's own ETag
    groups: tuple[str, ...] = ("30",)  # CONNECTIONS[:RATE], as client takes them
    depth: int = 1  # requests in a pipeline, with wrk
    processes: int = 1  # of the client, each with its own groups
    range_size: int = 0  # of ranges at random offsets, with client
    object_size: int = 0  # what the ranges lie in
    objects: int = 0  # path is followed by one of so many numbers of five digits, with client
    source: str = ""  # the client's address
    address: str = ""  # the server's; else that of the site


@dataclass
class Outcome:
    seconds: float
    groups: list[dict]  # requests, bytes, errors, latency_us; one each group and process
    busy: float  # seconds of the server's cores
    total: float  # seconds of all cores
    stolen: float

    def sum(self, key: str) -> int:
        return sum(group[key] for group in self.groups)

    def latency_ms(self, key: str) -> float:
        return max(group["latency_us"][key] for group in self.groups) / 1000

    def metrics(self) -> dict[str, float]:
        gigabytes = self.sum("bytes") / 1e9
        numbers = {
            "mb_s": gigabytes * 1000 / self.seconds,
            "requests_s": self.sum("requests") / self.seconds,
            "busy_us_request": self.busy * 1e6 / max(1, self.sum("requests")),
            "errors": self.sum("errors"),
            "stolen": self.stolen / self.seconds,
        }
        if gigabytes > 0:
            numbers |= {"busy_s_gb": self.busy / gigabytes, "total_s_gb": self.total / gigabytes}
        for key in ("p50", "p99", "max"):
            # 0 is wrk's way to say that it does not know, as with pipelines.
            if all(group.get("latency_us", {}).get(key) for group in self.groups):
                numbers[f"{key}_ms"] = self.latency_ms(key)
        return numbers


def _client(running: Running, load: Load, seconds: float) -> list[str]:
    address = load.address or running.site.address
    command = [str(running.site.tools / "client"), "-p", str(running.port), "-u", load.path]
    command += ["-a", address]
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


def _wrk(running: Running, load: Load, seconds: float) -> list[str]:
    script = str(tools.BENCH / "wrk.lua")
    command = ["wrk", "-t", "1", "-c", load.groups[0], "-d", f"{max(1, round(seconds))}s"]
    command += ["--timeout", "10s", "-s", script]
    if load.field:
        command += ["-H", load.field]
    return command + [f"http://{running.site.address}:{running.port}{load.path}", "--", str(load.depth)]


def _iperf(running: Running, _: Load, seconds: float) -> list[str]:
    """-R: the server sends, as all others here."""
    command = ["iperf3", "-J", "-R", "-c", running.site.address, "-p", str(running.port)]
    return command + ["-P", str(running.server.iperf_streams), "-t", str(max(1, round(seconds)))]


def _read_client(output: str, _: Load) -> tuple[float, list[dict]]:
    result = json.loads(output)
    return result["seconds"], result["groups"]


def _read_wrk(output: str, load: Load) -> tuple[float, list[dict]]:
    result = json.loads(output.strip().splitlines()[-1])
    if load.status < 400:  # wrk counts these itself, but knows no other expectation
        result["errors"] += result["statuses"]
    return result["seconds"], [result]


def _read_iperf(output: str, _: Load) -> tuple[float, list[dict]]:
    end = json.loads(output)["end"]["sum_received"]
    return end["seconds"], [{"requests": 0, "bytes": end["bytes"], "errors": 0}]


COMMANDS = {"client": _client, "wrk": _wrk, "iperf3": _iperf}
READERS = {"client": _read_client, "wrk": _read_wrk, "iperf3": _read_iperf}


def _start(command: list[str], cores: set[int]) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=pinned(cores),
    )


def _finish(process: subprocess.Popen, seconds: float) -> str:
    try:
        output, errors = process.communicate(timeout=seconds + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise ServerError("the client does not come to an end") from None
    if process.returncode != 0:
        raise ServerError(f"client: {(errors or output).strip()[-300:]}")
    return output


def resolve(running: Running, load: Load) -> Load:
    """Fills in the ETag where a conditional request is wanted."""
    if load.field != "If-None-Match":
        return load
    etag = running.get(load.path)[0].getheader("ETag")
    if not etag:
        raise ServerError("no ETag")
    return Load(**(load.__dict__ | {"field": f"If-None-Match: {etag}"}))


def run(running: Running, load: Load, seconds: float, cores: list[set[int]]) -> Outcome:
    """Loads a server; cores: one set for each process of the client."""
    kind = "iperf3" if running.server.iperf_streams else load.client
    command = COMMANDS[kind](running, resolve(running, load), seconds)
    busy, stolen = machine.busy_seconds(), machine.stolen_seconds()
    clients = [_start(command, cores[i % len(cores)]) for i in range(load.processes)]
    results = [READERS[kind](_finish(client, seconds), load) for client in clients]
    after = machine.busy_seconds()
    return Outcome(
        max(result[0] for result in results),
        [group for result in results for group in result[1]],
        sum(after[core] - busy[core] for core in running.cores),
        sum(after[core] - busy[core] for core in after),
        machine.stolen_seconds() - stolen,
    )


class Held:
    """Connections that had one response each and then stay; a context manager."""

    def __init__(self, running: Running, load: Load, cores: set[int], seconds: float = 60):
        self.client = _start(_client(running, load, seconds) + ["-i"], cores)
        self.expected = int(load.groups[0])

    def wait(self) -> None:
        """Until every connection has had its result."""
        line = self.client.stdout.readline()
        if not line:
            raise ServerError(f"client: {self.client.communicate()[1].strip()}")
        answered = json.loads(line)["groups"][0]["requests"]
        if answered != self.expected:
            raise ServerError(f"{answered} of {self.expected} were answered")

    def __enter__(self) -> "Held":
        return self

    def __exit__(self, *_) -> None:
        self.client.communicate()


class Background:
    """A load that goes on while something else is looked at; a context manager."""

    def __init__(self, running: Running, load: Load, seconds: float, cores: set[int]):
        self.client = _start(_client(running, load, seconds), cores)
        time.sleep(seconds / 2)

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, *_) -> None:
        self.client.kill()
        self.client.communicate()
