# SPDX-License-Identifier: BSD-2-Clause
"""What one client may have: connections, responses under way, bytes a second."""

import contextlib
import os
import signal
import socket
import time
import urllib.request

import pytest

from client import Client, connect, connect_narrowly, fetch, request
from daemon import DEADLINE, wait_until
from test_proxy_protocol import Proxied

INI = """
[server]
workers = {workers}
variant = {variant}
{server}
[asset /large]
file = {directory}/large
{asset}
[asset /small]
file = {directory}/small
"""


@pytest.fixture(name="variant", params=["cached", "streaming"])
def fixture_variant(request):
    return request.param


@pytest.fixture(name="store")
def fixture_store(start, tmp_path, variant, content):
    (tmp_path / "large").write_bytes(content)
    (tmp_path / "small").write_bytes(b"small")

    def run(*server, workers=2, asset="", **keywords):
        text = INI.format(
            directory=tmp_path, variant=variant, workers=workers, server="\n".join(server), asset=asset
        )
        daemon = start(text, **keywords)
        daemon.wait_log("started: ")
        return daemon

    return run


def from_address(daemon, address):
    connection = socket.socket()
    connection.settimeout(DEADLINE)
    connection.bind((address, 0))
    connection.connect(daemon.address)
    return Client(connection)


def status(client, target="/small"):
    client.send(request("GET", target))
    response = client.response()
    if response.status == 429:
        assert response.fields["retry-after"] == "1"
    return response.status


def test_connections(store):
    daemon = store("limit_connections = 3", debug=True)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(3)]
        assert [status(client) for client in clients] == [200] * 3
        for _ in range(3):
            with connect(daemon) as one_more:
                assert status(one_more) == 429
                assert one_more.closed()
        with from_address(daemon, "127.0.0.9") as other:
            assert status(other) == 200
        assert [status(client) for client in clients] == [200] * 3
        with urllib.request.urlopen(daemon.debug_url + "/metrics") as page:
            assert b"\ntiffd_limited_total 3\n" in page.read()
        clients[0].close()
        wait_until(lambda: answers(daemon), "there is a place again")


def answers(daemon):
    with connect(daemon) as client:
        return status(client) == 200


def test_a_killed_worker_leaves_no_counts(store):
    daemon = store("limit_connections = 2", workers=1)
    daemon.expect_log("worker 0: process .* was ended by signal 9")
    for _ in range(3):
        with connect(daemon) as first, connect(daemon) as second:
            assert {status(first), status(second)} == {200}
            (worker,) = daemon.all_workers(1)
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda before=worker: daemon.workers() not in ([], [before]), "another worker")
        wait_until(lambda: answers(daemon), "it serves")


def test_responses_under_way(store, content):
    daemon = store("limit_requests = 2")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(3)]
        for client in clients[:2]:
            client.begin(request("GET", "/large"))
        assert status(clients[2], "/large") == 429
        assert fetch(daemon, "HEAD", "/large").status == 200
        with from_address(daemon, "127.0.0.9") as other:
            other.begin(request("GET", "/large"))
        assert clients[0].response().body == content
        wait_until(lambda: status(clients[2], "/large") == 200, "there is a place again")
        assert clients[1].response().body == content


def test_clients_of_a_proxy(store):
    """It is told from its clients by the field that it sends; and by the PROXY protocol."""
    daemon = store("limit_requests = 1", "limit_connections = 1", "trusted_proxies = 127.0.0.1")

    def begin(client, address):
        client.begin(request("GET", "/large", f"X-Forwarded-For: 192.0.2.99, {address}"))
        return int(client.buffer.split()[1])

    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(5)]
        assert begin(clients[0], "198.51.100.1") == 200
        assert begin(clients[1], "198.51.100.1") == 429
        assert begin(clients[2], "198.51.100.2") == 200
        assert begin(clients[3], "2001:db8:1:1::1") == 200
        assert begin(clients[4], "2001:db8:1:1:ffff::2") == 429


def test_clients_of_the_proxy_protocol(store):
    daemon = store("trusted_proxies = 127.0.0.1", "limit_connections = 2", kind=Proxied)

    def come(address):
        client = connect(daemon)
        client.send(f"PROXY TCP4 {address} 192.0.2.1 1 2\r\n".encode())
        return client

    with come("198.51.100.1") as one, come("198.51.100.1") as two:
        assert [status(one), status(two)] == [200, 200]
        with come("198.51.100.1") as three, come("198.51.100.2") as other:
            assert status(three) == 429
            assert status(other) == 200


def test_a_rate(store, content):
    """Nothing but a lower bound is sure: a busy machine is slower."""
    daemon = store(asset="limit_rate = 16m")
    began = time.monotonic()
    assert fetch(daemon, "GET", "/large").body == content
    assert time.monotonic() - began > len(content) / (16 << 20) / 2
    began = time.monotonic()
    with connect(daemon) as first, connect(daemon) as second:
        first.send(request("GET", "/large"))
        assert status(second) == 200
        assert first.response().body == content


def test_a_rate_for_all(store, content):
    daemon = store("limit_rate = 1g", asset="limit_total_rate = 32m")
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(4)]
        for client in clients:
            client.send(request("GET", "/large"))
        for client in clients:
            assert client.response().body == content
    assert time.monotonic() - began > 4 * len(content) / (32 << 20) / 2
