# SPDX-License-Identifier: BSD-2-Clause
"""Deadlines: who says nothing, speaks too slowly, does not listen or does not leave."""

import os
import select
import signal
import time

import pytest

from client import connect, connect_narrowly, request
from daemon import DEADLINE, sockets, stopped, wait_until

GET = request("GET", "/o")
LINE = b"GET /o HTTP/1.1\r\nHost: t\r\nX-Slow: "


@pytest.mark.parametrize("requests", [0, 1, 2])
def test_idle_connection_is_closed_in_silence(serve, requests):
    daemon = serve(b"content", "keepalive_timeout = 200ms")
    with connect(daemon) as client:
        for _ in range(requests):
            client.send(GET)
            assert client.response().body == b"content"
        assert client.closed()


@pytest.mark.parametrize("draining", (False, True))
@pytest.mark.parametrize("before", (0, 10))
def test_a_request_that_came_in_time_is_answered(serve, draining, before):
    """Its event comes after the timer: a process that is stopped for a while wakes up without events
    (signal(7)), as one does that had no CPU. Some bytes of it may have come before."""
    limits = ("keepalive_timeout = 1s", "linger_timeout = 1s", "header_timeout = 1s")
    daemon = serve(b"content", *limits, "[log]", "level = info")
    (worker,) = daemon.all_workers(1)
    client = connect(daemon)
    client.send(GET)
    assert client.response().body == b"content"
    if draining:
        os.kill(worker, signal.SIGQUIT)
        daemon.wait_log("draining: 1 connections")
    client.send(GET[:before])
    with stopped(worker):
        in_time = not select.select([client.socket], [], [], 0)[0]
        client.send(GET[before:])
        time.sleep(1.1)
    if in_time:  # else this machine was too busy for this test
        response = client.response()
        assert response.body == b"content" and response.close == draining
    client.close()


def drip(client):
    """Sends an endless field, an octet at a time, until something comes back."""
    client.send(LINE)
    end = time.monotonic() + DEADLINE
    while not select.select([client.socket], [], [], 0.02)[0]:
        assert time.monotonic() < end, "each octet gives it more time"
        client.send(b"x")


@pytest.mark.parametrize("requests", [0, 1])
def test_dripping_head_has_one_deadline(serve, requests):
    daemon = serve(b"content", "header_timeout = 500ms", "keepalive_timeout = 1h")
    with connect(daemon) as client:
        for _ in range(requests):
            client.send(GET)
            assert client.response().status == 200
        begin = time.monotonic()
        drip(client)
        response = client.response()
        assert (response.status, response.close) == (408, True)
        assert time.monotonic() - begin > 0.4
        assert client.closed()


def test_each_head_has_a_deadline_of_its_own(serve):
    """A steady client whose segments end inside heads is never late."""
    daemon = serve(b"content", "header_timeout = 2s")
    with connect(daemon) as client:
        begin = time.monotonic()
        client.send(GET[:10])
        while time.monotonic() - begin < 2.5:
            client.send(GET[10:] + GET[:10])
            assert client.response().status == 200
            time.sleep(0.02)


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_client_that_takes_nothing_is_reset(serve, content, variant):
    daemon = serve(content, "send_timeout = 300ms", "[log]", "level = info", variant=variant)
    with connect_narrowly(daemon) as client:
        client.send(GET)
        daemon.wait_log("took no data for 300 ms: connection reset")
        octets, reset = client.rest()
        assert reset
        assert len(octets) < len(content)


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_client_that_takes_little_is_not_reset(serve, variant):
    """The send buffer takes longer than send_timeout to have space again; acknowledgements tell."""
    content = bytes(range(256)) * 5120
    daemon = serve(content, "send_timeout = 500ms", "sndbuf = 384k", variant=variant)
    with connect_narrowly(daemon, 16384) as client:
        client.send(GET)
        begin = time.monotonic()
        while len(client.buffer) < len(content):
            client.buffer += client.socket.recv(4096)
            time.sleep(0.01)
        assert time.monotonic() - begin > 1
        assert client.response().body == content


def test_client_that_stays_is_closed(serve):
    """After the last response the server waits for the client to leave, but not for ever."""
    daemon = serve(b"content", "linger_timeout = 200ms")
    with connect(daemon) as client:
        assert client.still_open()
        (worker,) = daemon.workers()
        before = sockets(worker)
        client.send(request("GET", "/o", "Connection: close"))
        assert client.response().close
        assert client.closed()
        wait_until(lambda: sockets(worker) < before, "the connection is closed")
