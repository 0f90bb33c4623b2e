# SPDX-License-Identifier: BSD-2-Clause
"""Calls that fail in the observer and in the processes of its clients: a page is whole or there is
none, and afterwards all are there again."""

import contextlib
import errno
import socket

import pytest

from client import Client, fetch, request
from daemon import alive, children, has_tcmalloc, title, wait_until
from faults import SHORT
from faulty import descriptors, run, settle, unusable

OBSERVER = [
    ("accept4", errno.EMFILE, errno.ENOMEM, errno.ECONNABORTED, errno.EINTR),
    ("calloc", errno.ENOMEM),
    ("fopen", errno.EMFILE),
    ("fork", errno.EAGAIN, errno.ENOMEM),
    ("malloc", errno.ENOMEM),
    ("mmap", errno.ENOMEM),
    ("open", errno.EMFILE),
    ("poll", errno.EINTR),
    ("read", errno.EIO, SHORT),
    ("realloc", errno.ENOMEM),
    ("recv", errno.EINTR, errno.ECONNRESET, SHORT),
    ("send", errno.EINTR, errno.EPIPE, SHORT),
]
PAGES = [
    "/debug/pprof/",
    "/debug/vars",
    "/metrics",
    "/healthz",
    *(["/debug/pprof/heap?format=text"] if has_tcmalloc() else []),
    "/debug/pprof/goroutine?debug=2",
    "/debug/pprof/threadcreate?debug=1",
    "/debug/pprof/block?format=text",
    "/debug/pprof/symbol?0x1",
]


def page(daemon, path):
    """The status of a whole response; 0: there was none, or a part of one."""
    with contextlib.suppress(ConnectionError, AssertionError):
        with Client(socket.create_connection(daemon.observed.getsockname())) as client:
            client.socket.settimeout(20)
            client.send(request("GET", path, host="Host: localhost"))
            data, _ = client.rest()
            head, _, content = data.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            return int(head.split(b" ")[1]) if head and len(content) == length else 0
    return 0


def named(daemon, name):
    return next((pid for pid in children(daemon.pid) if name in title(pid)), None)


@pytest.mark.parametrize("call", [row[0] for row in OBSERVER])
def test_observer(tmp_path, faults, body, call):
    if unusable(call):
        pytest.skip("the sanitizers have an allocator of their own")
    errors = next(errors for name, *errors in OBSERVER if name == call)
    with run(tmp_path, faults, debug=True) as daemon:
        daemon.wait_log("started: ")
        observer = wait_until(lambda: named(daemon, "observer"), "the observer")
        assert page(daemon, "/healthz") == 200
        before = descriptors(observer)
        for error in errors:
            with faults.failing(call, error, every=3):
                statuses = [page(daemon, path) for path in PAGES]
            assert set(statuses) <= {0, 200, 500, 503}, statuses
            wait_until(lambda: all(page(daemon, path) == 200 for path in PAGES), "all pages are there")
        wait_until(lambda: descriptors(observer) <= before, "no descriptor is left open")
        assert alive(observer)
        assert fetch(daemon, target="/cached").body == body
        settle(faults)
