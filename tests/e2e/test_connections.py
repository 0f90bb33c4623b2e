# SPDX-License-Identifier: BSD-2-Clause
"""Many connections, slow ones, greedy ones, and how they are limited and counted."""

import contextlib
import random
import re
import time
import urllib.request

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import sockets, wait_until
from meanwhile import meanwhile

GET = request("GET", "/o")


def test_slow_reader_gets_everything(sample, text):
    with connect_narrowly(sample) as client:
        client.begin(request())
        for _ in range(50):
            client.buffer += client.socket.recv(4096)
            time.sleep(0.002)
        assert client.response().body == text


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_many_connections_at_once(serve, variant):
    """All are open and asked before the first is read; none fits into its socket."""
    count = 500
    content = random.Random(1).randbytes(1 << 20)
    daemon = serve(content, "send_timeout = 1h", workers=2, variant=variant)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(count)]
        for client in clients:
            client.send(request("GET", "/o", "Range: bytes=0-399999"))
        random.Random(2).shuffle(clients)
        for client in clients:
            assert client.response().body == content[:400000]


@contextlib.contextmanager
def busy_clients(daemon, count):
    """Clients that have the head of a response, and whose sockets are full."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(count)]
        for client in clients:
            client.begin(GET)
        yield clients


def test_connections_limit(serve, content):
    daemon = serve(content, "worker_connections = 3")
    with busy_clients(daemon, 3) as clients:
        with connect(daemon) as surplus:
            response = surplus.response()
            assert (response.status, response.close) == (503, True)
            assert surplus.closed()
        clients.pop().close()
        wait_until(lambda: fetch(daemon, "HEAD", "/o").status == 200, "a place becomes free")
        for client in clients:
            assert client.response().body == content
            assert client.still_open()


def test_the_longest_idle_makes_room(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(object_ini("worker_connections = 3"), debug=True)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(3)]
        for client in clients:
            assert client.still_open()
        assert clients[0].still_open()
        with connect(daemon) as another:
            assert another.still_open()
            assert clients[1].closed()
            for client in (clients[0], clients[2]):
                assert client.still_open()
        with urllib.request.urlopen(f"{daemon.debug_url}/metrics", timeout=20) as page:
            assert b'recycled_total{generation="0",worker="0"} 1\n' in page.read()


def test_refused_connections_are_limited(serve, content):
    daemon = serve(content, "worker_connections = 1", "max_refused = 2", "linger_timeout = 1m")
    (worker,) = daemon.all_workers(1)
    with busy_clients(daemon, 1), contextlib.ExitStack() as stack:
        before = sockets(worker)
        for _ in range(5):
            surplus = stack.enter_context(connect(daemon))
            assert surplus.response().status == 503
        wait_until(lambda: sockets(worker) == before + 2, "the others are closed")


def test_requests_limit(serve):
    with connect(serve(b"content", "keepalive_requests = 3")) as client:
        for count in (1, 2, 3):
            client.send(GET)
            response = client.response()
            assert (response.status, response.close) == (200, count == 3)
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
                if client.response().body != content:
                    wrong.append(client)

    with meanwhile(devour):
        for _ in range(5):
            assert fetch(daemon, "GET", "/o").body == content
    assert not wrong
