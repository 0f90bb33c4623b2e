# SPDX-License-Identifier: BSD-2-Clause
"""Large bodies are sent by the worker on the CPU where the request arrived, and no connection is
lost on its way there."""

import contextlib
import os
import random
import re
import select
import signal
import socket
import time
import urllib.request

import pytest

import tracing
from client import connect, connect_narrowly, half_close, request
from daemon import DEADLINE, alive, wait_until
from meanwhile import meanwhile
from observing import title

CPUS = sorted(os.sched_getaffinity(0))
GET = request("GET", "/o")

pytestmark = pytest.mark.skipif(len(CPUS) < 2, reason="one CPU")

INI = """
[server]
workers = 2
affinity = cpu
{server}
[log]
level = info
[asset /o]
file = {directory}/object
[asset /small]
file = {directory}/small
"""


@pytest.fixture
def large(tmp_path):
    content = random.Random(7).randbytes(1 << 20)
    (tmp_path / "object").write_bytes(content)
    return content


@pytest.fixture
def serve_pinned(start, tmp_path, large):
    """serve_pinned("steering = none"): worker N is on the Nth CPU."""
    (tmp_path / "small").write_bytes(b"small")

    def run(server=""):
        daemon = start(INI.format(directory=tmp_path, server=server), debug=True)
        daemon.wait_log(r"info worker \d.*: serving", count=2)
        return daemon

    return run


def workers(daemon):
    """The number of each worker and its process."""

    def titled():
        titles = {pid: re.search(r"worker (\d)", title(pid)) for pid in daemon.workers()}
        found = {int(match[1]): pid for pid, match in titles.items() if match}
        return found if len(found) == 2 else None

    return wait_until(titled, "two workers")


@contextlib.contextmanager
def client_on(cpu):
    """What this thread does happens on one CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def numbers(daemon, name):
    """What the workers of the newest generation count."""
    with urllib.request.urlopen(f"{daemon.debug_url}/metrics", timeout=DEADLINE) as page:
        text = page.read().decode()
    pattern = rf'^tiffd_worker_{name}{{generation="(\d+)",worker="(\d+)"}} (\d+)$'
    found = [tuple(map(int, row)) for row in re.findall(pattern, text, re.M)]
    newest = max(generation for generation, _, _ in found)
    return [value for generation, _, value in sorted(found) if generation == newest]


def settled(daemon, name, expected):
    """A counter may be a moment behind the response that a client has."""
    wait_until(lambda: numbers(daemon, name) == expected, f"{name} {expected}")


@contextlib.contextmanager
def one_at_each_worker(daemon, dial=connect):
    """Under load a worker may be so late that the other one takes both: once more, then."""
    while True:
        with dial(daemon) as first, dial(daemon) as second:
            assert first.still_open() and second.still_open()
            if numbers(daemon, "connections") == [1, 1]:
                yield first, second
                return
        settled(daemon, "connections", [0, 0])


@pytest.mark.parametrize("here", [0, 1])
def test_large_bodies_come_from_the_worker_on_the_cpu(serve_pinned, large, here):
    daemon = serve_pinned()
    with client_on(CPUS[here]), one_at_each_worker(daemon) as clients:
        counted = {name: sum(numbers(daemon, name)) for name in ("accepted_total", "requests_total")}
        for client in clients:
            client.send(GET)
            assert client.response().body == large
        settled(daemon, "connections", [2 - 2 * here, 2 * here])
        settled(daemon, "taken_total", [1 - here, here])
        settled(daemon, "given_total", [here, 1 - here])
        assert sum(numbers(daemon, "accepted_total")) == counted["accepted_total"]
        assert sum(numbers(daemon, "requests_total")) == counted["requests_total"] + 2
        for client in clients:
            client.send(request("GET", "/small"))
            assert client.response().body == b"small"


def test_small_responses_move_nobody(serve_pinned):
    daemon = serve_pinned()
    with client_on(CPUS[0]), one_at_each_worker(daemon) as clients:
        for client in clients:
            client.send(request("GET", "/small") + request("HEAD", "/o"))
            assert client.response().body == b"small"
            assert client.response("HEAD").status == 200
        assert numbers(daemon, "given_total") == [0, 0]


def test_none_moves_nobody(serve_pinned, large):
    daemon = serve_pinned("steering = none")
    with client_on(CPUS[0]), one_at_each_worker(daemon) as clients:
        for client in clients:
            client.send(GET)
            assert client.response().body == large
        assert numbers(daemon, "given_total") == [0, 0]


def test_requests_behind_the_first_come_along(serve_pinned, large):
    daemon = serve_pinned()
    with client_on(CPUS[1]), one_at_each_worker(daemon) as clients:
        for client in clients:
            client.send(GET + request("GET", "/small") + GET + b"GET /small HTTP/1.1\r\nHo")
        for client in clients:
            assert client.response().body == large
            assert client.response().body == b"small"
            assert client.response().body == large
            client.send(b"st: test\r\n\r\n")
            assert client.response().body == b"small"
        settled(daemon, "given_total", [1, 0])


def test_a_client_that_has_shut_down_its_side_is_answered(serve_pinned, large):
    daemon = serve_pinned()
    with client_on(CPUS[1]), one_at_each_worker(daemon) as clients:
        for client in clients:
            client.send(GET)
            client.socket.shutdown(socket.SHUT_WR)
        for client in clients:
            assert client.response().body == large
            assert client.closed()
        settled(daemon, "given_total", [1, 0])


def test_who_has_come_stays_for_a_second(serve_pinned, large):
    daemon = serve_pinned()
    with client_on(CPUS[1]), one_at_each_worker(daemon) as clients:
        began = time.monotonic()
        for client in clients:
            client.send(GET)
            assert client.response().body == large
        settled(daemon, "given_total", [1, 0])
        with client_on(CPUS[0]):

            def given_back():
                for client in clients:
                    client.send(GET)
                    assert client.response().body == large
                return numbers(daemon, "taken_total")[0] == 2

            wait_until(given_back, "both go back")
        assert time.monotonic() - began >= 1


def test_a_number_of_requests_counts_on_both_sides(serve_pinned, large):
    daemon = serve_pinned("keepalive_requests = 3")
    with client_on(CPUS[1]), one_at_each_worker(daemon) as clients:
        for client in clients:
            client.send(GET)
            assert not client.response().close
        settled(daemon, "given_total", [1, 0])
        for client in clients:
            client.send(GET)
            response = client.response()
            assert response.close and response.body == large
            assert client.closed()


def test_a_connection_that_ends_before_its_giver_lets_go(serve_pinned, large):
    """The giver still has the socket open when the taker has closed it and forgotten all about
    it. What then happens to the socket must not reach the taker."""
    daemon = serve_pinned()
    before = workers(daemon)
    with client_on(CPUS[1]), one_at_each_worker(daemon, connect_narrowly) as clients:
        tracing.wait_watched(before[0], daemon.listener)  # the next change of its set is the giving
        with tracing.held_in(before[0], "epoll_ctl"):
            for client in clients:
                client.send(request("GET", "/o", "Connection: close"))
                half_close(client)
            for client in clients:
                while len(client.buffer) < len(large) - 16384:
                    assert client.fill()
            wait_until(lambda: numbers(daemon, "connections") == [1, 0], "the taker has closed it")
            for client in clients:
                assert client.response().body == large
                assert client.closed()
            assert numbers(daemon, "connections") == [1, 0]
        settled(daemon, "connections", [0, 0])
        settled(daemon, "given_total", [1, 0])
    assert numbers(daemon, "stale_events_total") == [0, 0]
    assert workers(daemon) == before


@contextlib.contextmanager
def given_to_a_stopped_worker(daemon):
    """A connection that asked for the object and lies in the handoff of worker 1, which sleeps."""
    with client_on(CPUS[1]), one_at_each_worker(daemon) as clients:
        os.kill(workers(daemon)[1], signal.SIGSTOP)
        for client in clients:
            client.send(GET)
        wait_until(lambda: numbers(daemon, "given_total")[0] == 1, "given away")
        yield clients


def bodies(clients):
    """What came whole."""
    found = []
    for client in clients:
        with contextlib.suppress(AssertionError, ConnectionError):
            found.append(client.response().body)
    return found


def test_what_lies_in_a_handoff_outlives_its_worker(serve_pinned, large):
    daemon = serve_pinned()
    daemon.expect_log(r"worker 1: process \d+ was ended by signal 9")
    with given_to_a_stopped_worker(daemon) as clients:
        os.kill(workers(daemon)[1], signal.SIGKILL)
        assert bodies(clients) == [large]


def test_whoever_drains_takes_back_what_was_given(serve_pinned, large):
    daemon = serve_pinned()
    stopped = workers(daemon)[1]
    with given_to_a_stopped_worker(daemon) as clients:
        daemon.send_signal(signal.SIGTERM)
        answered, _, _ = select.select([client.socket for client in clients], [], [], DEADLINE)
        given = [client for client in clients if client.socket in answered]
        assert bodies(given) == [large]
        assert alive(stopped)
        os.kill(stopped, signal.SIGCONT)


def test_clients_that_wander_get_every_byte_through_reloads(serve_pinned, large):
    daemon = serve_pinned()
    counts = []
    failures = []

    def ask(ended):
        try:
            while not ended.is_set():
                with client_on(random.choice(CPUS[:2])), connect(daemon) as client:
                    client.send(GET)
                    assert client.response().body == large
                    counts.append(1)
        except (AssertionError, OSError) as failure:
            failures.append(failure)

    with meanwhile(*[ask] * 6):
        wait_until(lambda: failures or sum(numbers(daemon, "given_total")) > 20, "some move")
        for number in range(1, 5):
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(f"generation {number} serves")
            before = len(counts)
            wait_until(lambda before=before: failures or len(counts) > before + 20, "responses")
    assert not failures
