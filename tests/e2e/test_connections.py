# SPDX-License-Identifier: BSD-2-Clause
"""Many connections, slow ones, greedy ones, and how they are limited and counted."""

import contextlib
import random
import re
import time

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import wait_until
from meanwhile import meanwhile

GET = request("GET", "/o")


def test_slow_reader_gets_everything(sample, text):
    with connect_narrowly(sample) as client:
        client.send(request())
        while b"\r\n\r\n" not in client.buffer:
            client.fill()
        for _ in range(50):
            client.buffer += client.socket.recv(4096)
            time.sleep(0.002)
        assert client.answer().body == text


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_many_connections_at_once(serve, variant):
    """All are open and asked before the first is read; none fits into its socket."""
    count = 500
    content = random.Random(1).randbytes(1 << 20)
    daemon = serve(content, workers=2, variant=variant)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(count)]
        for client in clients:
            client.send(request("GET", "/o", "Range: bytes=0-399999"))
        random.Random(2).shuffle(clients)
        for client in clients:
            assert client.answer().body == content[:400000]


def test_connections_limit(serve):
    daemon = serve(b"content", "worker_connections = 3")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(3)]
        for client in clients:
            assert client.still_open()
        with connect(daemon) as surplus:
            answer = surplus.answer()
            assert (answer.status, answer.close) == (503, True)
            assert surplus.closed()
        for client in clients:
            assert client.still_open()
        clients.pop().close()
        wait_until(lambda: fetch(daemon, "GET", "/o").status == 200, "a place becomes free")


def test_requests_limit(serve):
    with connect(serve(b"content", "keepalive_requests = 3")) as client:
        for count in (1, 2, 3):
            client.send(GET)
            answer = client.answer()
            assert (answer.status, answer.close) == (200, count == 3)
        assert client.closed()


def test_requests_are_counted_exactly(serve):
    """200000 over 4 workers, pipelined."""
    connections, rounds, batch = 8, 50, 500
    daemon = serve(b"content", workers=4)
    octets = 0
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(connections)]
        for _ in range(rounds):
            for client in clients:
                client.send(request("HEAD", "/o", "If-None-Match: *") * batch)
            for client in clients:
                while client.buffer.count(b"\r\n\r\n") < batch:
                    assert client.fill()
                assert client.buffer.count(b"HTTP/1.1 304 Not Modified\r\n") == batch
                octets += len(client.buffer)
                client.buffer = b""
    daemon.stop()
    served = re.search(r"served (\d+) requests, (\d+) bytes on (\d+) conn", daemon.lines()[-2])
    assert tuple(map(int, served.groups())) == (connections * rounds * batch, octets, connections)


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_greedy_client_starves_nobody(serve, content, variant):
    """It takes all that one worker can give, until the others have what they want."""
    daemon = serve(content, variant=variant)
    wrong = []

    def devour(enough):
        with connect(daemon) as client:
            client.send(GET * 2)
            while not enough.is_set():
                client.send(GET)
                if client.answer().body != content:
                    wrong.append(client)

    with meanwhile(devour):
        for _ in range(5):
            assert fetch(daemon, "GET", "/o").body == content
    assert not wrong
