# SPDX-License-Identifier: BSD-2-Clause
"""Runs the load generators and brings their results into one form."""

import contextlib
import json
import subprocess
import time
from dataclasses import dataclass

from . import ending, machine
from .clients import CLIENTS, Client, Result
from .load import Load
from .process import Running, ServerError, pinned

GRACE_SECONDS = 60.0


@dataclass
class Outcome:
    seconds: float
    groups: list[dict]  # requests, bytes, errors, latency_us; one each group and process
    busy: float  # seconds of the server's cores
    total: float  # seconds of all cores
    stolen: float
    command: list[str]

    def sum(self, key: str) -> int:
        return sum(group[key] for group in self.groups)

    def latency_ms(self, key: str) -> float:
        return max(group["latency_us"][key] for group in self.groups) / 1000

    def answered(self) -> "Outcome":
        """The same, if there was a whole response."""
        if not self.sum("requests"):
            raise ServerError(f"no response in {self.seconds:.1f} s, errors: {self.sum('errors')}")
        return self

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


def _start(command: list[str], cores: set[int]) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=pinned(cores),
    )


def _finish(process: subprocess.Popen, seconds: float) -> str:
    try:
        output, errors = process.communicate(timeout=seconds + GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        raise ServerError("the client does not come to an end") from None
    if process.returncode != 0:
        raise ServerError(f"client: {(errors or output).strip()[-300:]}")
    return output


def _read(client: Client, output: str, load: Load) -> Result:
    try:
        return client.read(output, load)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ServerError(f"the client said what is not understood ({error!r}): {output[-200:]!r}") from None


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
    client = CLIENTS["iperf3" if running.server.iperf_streams else load.client]
    command = client.command(running, resolve(running, load), seconds)
    busy, stolen = machine.busy_seconds(), machine.stolen_seconds()
    with contextlib.ExitStack() as stack:
        processes = [_start(command, cores[i % len(cores)]) for i in range(load.processes)]
        for process in processes:
            stack.callback(ending.kill_session, process)
        results = [_read(client, _finish(process, seconds), load) for process in processes]
    after = machine.busy_seconds()
    return Outcome(
        max(result[0] for result in results),
        [group for result in results for group in result[1]],
        sum(after[core] - busy[core] for core in running.cores),
        sum(after[core] - busy[core] for core in after),
        machine.stolen_seconds() - stolen,
        command,
    )


class Held:
    """Connections that had one response each and then stay; a context manager."""

    def __init__(self, running: Running, load: Load, cores: set[int], seconds: float = 60):
        self.client = _start(CLIENTS["client"].command(running, load, seconds) + ["-i"], cores)
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
    """A load that continues while something else is looked at; a context manager."""

    def __init__(self, running: Running, load: Load, seconds: float, cores: set[int],
                 lead: float | None = None):
        """lead: seconds until it is steady; half of all if that is not said."""
        self.client = _start(CLIENTS[load.client].command(running, load, seconds), cores)
        time.sleep(seconds / 2 if lead is None else lead)

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, *_) -> None:
        ending.kill_session(self.client)
