# SPDX-License-Identifier: BSD-2-Clause
"""A daemon some of whose calls fail, and a bit of everything that it does."""

import contextlib
import os
import signal

from client import connect, request
from daemon import Daemon, sanitized, wait_until

INI = """
[server]
workers = {workers}
max_senders = 2
linger_timeout = 100ms
send_timeout = 1s
drain_timeout = 2s
{server}
[log]
level = info
[asset /cached]
file = {file}
[asset /streamed]
file = {file}
variant = streaming
[asset /small]
file = {small}
variant = streaming
encoding = identity
"""
LAST = 5
RIGHT = 9 + LAST  # responses of work() when nothing fails
SMALL = bytes(range(256)) * 8

ALLOCATION = ("malloc", "calloc", "realloc", "mmap")


def unusable(call):
    """The sanitizers have an allocator of their own."""
    return sanitized() and call in ALLOCATION


def run(tmp_path, faults, workers=1, objects=None, server="", **options):
    directory = tmp_path / "daemon"
    directory.mkdir()
    objects = objects or tmp_path
    names = {"file": objects / "object", "small": objects / "small"}
    ini = INI.format(workers=workers, server=server, **names)
    daemon = Daemon(directory, ini, **options)
    daemon.environment = faults.environment
    # What fails is told in a line, but a crash is none of what may be told.
    daemon.expect_log(r"^(?!.*(SIG[A-Z]+|#\d+ 0x|ended by signal)).*$")
    return daemon


def responses(daemon, wanted):
    """Asks for all of these on one connection. What comes must be the start of the right responses,
    and an end without a reset only stands behind whole ones."""
    got = 0
    with contextlib.suppress(ConnectionError), connect(daemon) as client:
        client.send(b"".join(request("GET", path, *fields) for path, fields, _ in wanted))
        for _, _, body in wanted:
            if not one_response(client, body):
                break
            got += 1
    return got


def one_response(client, body):
    """One of them. False: the connection ended, or says that it will."""
    while b"\r\n\r\n" not in client.buffer:
        if not client.fill():
            assert client.buffer == b"", f"an end in a head: {client.buffer!r}"
            return False
    response = client.response()
    assert response.status in (200, 206, 500, 503), response.head
    assert response.status in (500, 503) or response.body == body
    return response.status < 500


def work(daemon, body):
    """A bit of everything that a worker does. How many responses were right."""
    part = ("Range: bytes=1000-700000",)
    wanted = [("/small", (), SMALL), ("/cached", (), body), ("/streamed", part, body[1000:700001])]
    right = sum(responses(daemon, wanted[i:] + wanted[:i]) for i in range(3))
    last = [("/small", ("Connection: close",), SMALL)]
    return right + sum(responses(daemon, last) for _ in range(LAST))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settle(faults):
    """Nothing is left over, and nobody works for nothing: no turn of a loop without an event."""
    rule = faults.rules["epoll_wait"]

    def quiet():
        before = rule.calls
        with contextlib.suppress(TimeoutError):
            signal.sigtimedwait([], 0.3)
        return rule.calls - before <= 8

    wait_until(quiet, "the loops come to rest")
