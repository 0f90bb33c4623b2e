# SPDX-License-Identifier: BSD-2-Clause
"""Pages that are handed over arrive as they are, whatever clients, workers and files do."""

import contextlib
import hashlib
import os
import re
import signal
import socket
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import connect, connect_narrowly, request
from daemon import SAMPLE, alive, free_port, wait_until
from observing import Observed, text as page

INI = """
[server]
workers = {workers}
transmit = {transmit}
[debug]
listen = 127.0.0.1:{port}
[asset /cached]
file = {file}
[asset /embedded]
file = {sample}
variant = embedded
[asset /streaming]
file = {file}
variant = streaming
"""

RESET = struct.pack("ii", 1, 0)
PATHS = ("/cached", "/embedded")


@pytest.fixture(params=["vmsplice", "auto"])
def transmit(request):
    return request.param


@pytest.fixture
def pages(start, tmp_path, content, transmit):
    """pages(workers=1): a daemon that hands pages over, and the bodies of its objects."""

    def run(workers=1):
        (tmp_path / "object").write_bytes(content)
        port = free_port()
        file = tmp_path / "object"
        ini = INI.format(workers=workers, transmit=transmit, port=port, file=file, sample=SAMPLE)
        daemon = start(ini, kind=Observed)
        daemon.observer_address = ("127.0.0.1", port)
        bodies = {"/cached": content, "/embedded": SAMPLE.read_bytes(), "/streaming": content}
        return daemon, bodies

    return run


def same(body, expected):
    return hashlib.sha256(body).digest() == hashlib.sha256(expected).digest()


def handed(daemon):
    return int(re.search(r"^tiffd_handed_bytes_total (\d+)$", page(daemon, "/metrics"), re.M)[1])


def check(client, path, body):
    """A pipeline of the whole, of a range that begins within a page, of two, and of the head."""
    first, last = 4097, len(body) - 4099
    client.send(
        request("GET", path)
        + request("GET", path, f"Range: bytes={first}-{last}")
        + request("GET", path, f"Range: bytes=0-300000,{last}-")
        + request("HEAD", path)
    )
    assert same(client.response().body, body)
    assert same(client.response().body, body[first : last + 1])
    parts = client.response().body
    assert body[:300001] in parts and body[last:] in parts
    assert client.response("HEAD").status == 200


@pytest.mark.parametrize("workers", [1, 3])
def test_every_body_is_whole(pages, workers, transmit):
    daemon, bodies = pages(workers)

    def use(number):
        path = [*bodies][number % len(bodies)]
        with connect(daemon) as client:
            for _ in range(2):
                check(client, path, bodies[path])

    with ThreadPoolExecutor(9) as clients:
        list(clients.map(use, range(18)))
    assert transmit == "auto" or handed(daemon) > 0


def stall(daemon, path):
    """A client that has the head and takes no more for now."""
    client = connect_narrowly(daemon)
    client.begin(request("GET", path))
    return client


def reset(daemon, path):
    client = stall(daemon, path)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.close()


def test_clients_that_stall_and_that_reset_harm_nobody(pages):
    daemon, bodies = pages()
    with contextlib.ExitStack() as stack:
        stalled = [(path, stack.enter_context(stall(daemon, path))) for path in PATHS * 4]
        for path in PATHS * 8:
            reset(daemon, path)
        with connect(daemon) as client:
            for path in PATHS:
                check(client, path, bodies[path])
        for path, client in stalled:
            assert same(client.response().body, bodies[path])


def test_a_generation_that_has_gone_leaves_its_bytes(pages, tmp_path):
    """The memory is unmapped and its descriptor closed while its pages are still to be read."""
    daemon, bodies = pages()
    clients = [(path, stall(daemon, path)) for path in PATHS * 3]
    (tmp_path / "new").write_bytes(b"new" * 100000)
    (tmp_path / "new").rename(tmp_path / "object")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload")
    for path, client in clients:
        with client:
            assert same(client.response().body, bodies[path])
    with connect(daemon) as client:
        wait_until(lambda: fetch_new(client), "the new generation")


def fetch_new(client):
    client.send(request("GET", "/cached"))
    return client.response().body == b"new" * 100000


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_a_dead_worker_has_sent_is_right(pages, number):
    daemon, bodies = pages()
    if number == signal.SIGKILL:
        daemon.expect_log("worker 0: .*(killed|signal 9|SIGKILL)")
    clients = [(path, stall(daemon, path)) for path in PATHS * 3]
    worker = daemon.workers()[0]
    os.kill(worker, number)
    wait_until(lambda: not alive(worker), "the worker ends")
    with connect(daemon) as client:
        check(client, "/cached", bodies["/cached"])  # its memory is used again meanwhile
    for path, client in clients:
        with client:
            rest, _ = client.rest()
        body = rest.partition(b"\r\n\r\n")[2]
        assert 0 < len(body) < len(bodies[path])
        assert bodies[path].startswith(body)
