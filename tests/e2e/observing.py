# SPDX-License-Identifier: BSD-2-Clause
"""A daemon with a debug listener, something for it to do, and a look at what that cost."""

import contextlib
import http.client
import os
import pathlib
import re
import shutil

import pytest

import daemon as daemon_module
from client import connect, request
from daemon import DEADLINE, SAMPLE, Daemon, children, free_port, has_tcmalloc, wait_until
from meanwhile import meanwhile

INI = """
[server]
workers = {workers}
variant = cached
{server}
[profile]
hz = {hz}
sample_bytes = {sample_bytes}
{profile}
[debug]
listen = 127.0.0.1:{port}
{debug}
[asset /o]
file = {file}
[asset /streamed]
file = {file}
variant = streaming
"""

needs_heap = pytest.mark.skipif(not has_tcmalloc(), reason="this build is without tcmalloc")

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "hrs": 3600, "": 1}


class Observed(Daemon):
    """Its observer is at observer_address."""

    observer_address = ("127.0.0.1", 0)

    def named(self, name):
        """The process with this title, once there is one."""

        def find():
            return next((pid for pid in children(self.pid) if name in title(pid)), None)

        return wait_until(find, name)


def title(pid):
    """What ps(1) shows: all of the command line but the zeros at its end."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()
    return ""


def start_observed(
    start, directory, workers=2, hz=100, debug="", sample_bytes="4k", server="", profile="", environment=""
):
    """A daemon whose program is gone once it runs, so that every name has to come from it."""
    program = directory / "tiffd"
    shutil.copy(shutil.which(daemon_module.PROGRAM), program)
    port = free_port()
    ini = INI.format(
        workers=workers,
        hz=hz,
        port=port,
        debug=debug,
        sample_bytes=sample_bytes,
        server=server,
        profile=profile,
        file=SAMPLE,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daemon_module, "PROGRAM", str(program))
        daemon = start(ini, kind=Observed, environment=environment)
    daemon.observer_address = ("127.0.0.1", port)
    daemon.wait_log("started: ")
    program.unlink()
    return daemon


@contextlib.contextmanager
def asking(daemon, path, method="GET", body=None, **headers):
    """A connection with a request on its way."""
    connection = http.client.HTTPConnection(*daemon.observer_address, timeout=DEADLINE)
    try:
        connection.request(method, path, body, headers)
        yield connection
    finally:
        connection.close()


def ask(daemon, path, method="GET", body=None, **headers):
    """The status, the header and the content of one response."""
    with asking(daemon, path, method, body, **headers) as connection:
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def text(daemon, path):
    """The content of a page that must be there."""
    status, _, content = ask(daemon, path)
    assert status == 200, content
    return content.decode()


def load(daemon, path="/o", clients=2, requests=64):
    """Clients that fetch an object again and again, so often on each connection."""

    def fetch(ended):
        while not ended.is_set():
            with connect(daemon) as client:
                for _ in range(requests):
                    client.send(request("GET", path))
                    client.response()

    return meanwhile(*[fetch] * clients)


def cpu_time(pid):
    """Seconds of CPU time that the kernel charged, exact to the nanosecond."""
    total = 0
    for task in os.scandir(f"/proc/{pid}/task"):
        total += int(pathlib.Path(task.path, "schedstat").read_text().split()[0])
    return total / 1e9


def total_of(table):
    """The seconds behind "Total samples = 1.25s" of a table of times."""
    number, unit = re.search(r"Total samples = ([0-9.]+)([a-z]*)", table).groups()
    return float(number) * UNITS[unit]


def rows_of(table):
    """The rows "flat flat% sum% cum cum% name" of a table: name -> (flat %, cum %)."""
    rows = {}
    for line in table.splitlines():
        match = re.match(r"\s*\S+\s+([0-9.]+)%\s+[0-9.]+%\s+\S+\s+([0-9.]+)%\s+(.+)$", line)
        if match:
            rows[match[3].removesuffix(" (inline)")] = (float(match[1]), float(match[2]))
    return rows


def sampled(rows, name):
    """The share of a function and what it called, of what samples were taken of: %. On a busy
    machine, the part of short windows that no sample covers is large."""
    return 100 * rows[name][1] / (100 - rows.get("not_sampled", (0, 0))[1])
