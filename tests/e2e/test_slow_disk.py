# SPDX-License-Identifier: BSD-2-Clause
"""A read that hangs holds up its own client alone."""

import contextlib
import random
import select
import signal

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import DEADLINE, sockets, wait_until
from slowdisk import Disk

pytest.importorskip("fusepy", reason="no fusepy (Debian: python3-fusepy)")

SLOW = request("GET", "/slow")
INI = """
[server]
workers = 1
{server}
[asset /slow]
file = {slow}
variant = streaming
[asset /streaming]
file = {fast}
variant = streaming
[asset /cached]
file = {fast}
"""


@pytest.fixture(scope="module")
def octets():
    return random.Random(5).randbytes(2 << 20)


@contextlib.contextmanager
def mounted(directory, octets):
    disk = Disk(directory, octets)
    try:
        with open("/dev/fuse", "rb+", buffering=0):
            pass
    except OSError as error:
        pytest.skip(f"/dev/fuse: {error.strerror}")
    disk.mount()
    yield disk
    disk.unmount()


@pytest.fixture
def disk(tmp_path, octets):
    with mounted(tmp_path, octets) as disk:
        yield disk


@pytest.fixture
def hanging(disk, start, tmp_path):
    """hanging(*lines): a daemon that has loaded its objects from a disk that hangs now."""

    def run(*lines, **options):
        (tmp_path / "fast").write_bytes(b"content")
        daemon = start(
            INI.format(server="\n".join(lines), slow=disk.file, fast=tmp_path / "fast"), **options
        )
        assert fetch(daemon, "HEAD", "/slow").status == 200
        disk.hold()
        return daemon

    yield run
    disk.go_on()


@pytest.mark.parametrize("readers", [1, 4])
def test_others_are_served_meanwhile(hanging, disk, octets, readers):
    daemon = hanging(f"read_threads = {readers}")
    with connect(daemon) as first, connect(daemon) as second:
        for client in (first, second):
            client.send(SLOW)
        disk.wait_held()
        for target in ("/cached", "/streaming") * 5:
            assert fetch(daemon, "GET", target).body == b"content"
        assert fetch(daemon, "HEAD", "/slow").status == 200
        disk.go_on()
        for client in (first, second):
            assert client.response().body == octets
            assert client.still_open()


def test_objects_on_other_disks_are_served_meanwhile(disk, hanging, tmp_path, octets):
    """Both need threads: a file system in user space can't tell what is in memory."""
    (tmp_path / "other").mkdir()
    with mounted(tmp_path / "other", octets) as other:
        daemon = hanging("read_threads = 1", "[asset /other]", f"file = {other.file}", "variant = streaming")
        with connect(daemon) as client:
            client.send(SLOW)
            disk.wait_held()
            assert fetch(daemon, "GET", "/other").body == octets
            disk.go_on()
            assert client.response().body == octets


def ask(daemon, stack):
    """A client that has the head of its response, and waits for the disk."""
    client = stack.enter_context(connect(daemon))
    client.send(SLOW)
    while not client.buffer.endswith(b"\r\n\r\n"):
        assert client.fill()
    return client


def test_too_many_wait_for_one_object(disk, hanging, octets):
    daemon = hanging("read_threads = 1", "max_reads = 2")
    with contextlib.ExitStack() as stack:
        waiting = [ask(daemon, stack)]
        disk.wait_held()
        waiting += [ask(daemon, stack) for _ in range(2)]
        with connect(daemon) as client:
            client.send(SLOW)
            assert client.response().status == 503
            client.send(request("HEAD", "/slow"))
            assert client.response("HEAD").status == 200
        assert fetch(daemon, "GET", "/streaming").body == b"content"
        disk.go_on()
        for client in waiting:
            assert client.response().body == octets
    assert fetch(daemon, "GET", "/slow").body == octets


def test_nobody_waits_behind_those_who_have_left(disk, hanging, octets):
    """They leave with the head unread, which is a reset; the queue is free of them at once."""
    daemon = hanging("read_threads = 1", "max_reads = 8")
    (worker,) = daemon.all_workers(1)
    with contextlib.ExitStack() as stack:
        first = ask(daemon, stack)
        disk.wait_held()
        before = sockets(worker)
        for _ in range(20):
            with connect(daemon) as leaving:
                leaving.send(SLOW)
                assert select.select([leaving.socket], [], [], DEADLINE)[0]
            wait_until(lambda: sockets(worker) == before, "the connection is closed")
        last = ask(daemon, stack)
        disk.go_on()
        for client in (first, last):
            assert client.response().body == octets


@pytest.mark.parametrize("pieces", [0, 1, 256])
def test_pieces_of_clients_that_are_not_ready(disk, hanging, octets, pieces):
    """Kept or read again, the bytes are the same."""
    daemon = hanging(f"max_pieces = {pieces}", "sndbuf = 16k")
    disk.go_on()
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(4)]
        for client in clients:
            client.send(SLOW)
        for client in clients:
            assert client.response().body == octets


def test_client_leaves_while_its_read_hangs(hanging, disk, octets):
    daemon = hanging()
    workers = daemon.workers()
    with connect(daemon) as client:
        client.send(SLOW)
        disk.wait_held()
    assert fetch(daemon, "GET", "/cached").body == b"content"
    disk.go_on()
    assert fetch(daemon, "GET", "/slow").body == octets
    assert daemon.workers() == workers


def test_read_that_takes_too_long(hanging, disk, octets):
    daemon = hanging("send_timeout = 200ms")
    with connect(daemon) as client:
        client.send(SLOW)
        octets_before, reset = client.rest()
        assert reset
        assert len(octets_before) < len(octets)
    disk.go_on()
    assert fetch(daemon, "GET", "/slow").body == octets


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_daemon_ends_while_a_read_hangs(hanging, disk, number):
    daemon = hanging("drain_timeout = 100ms")
    with connect(daemon) as client:
        client.send(SLOW)
        disk.wait_held()
        daemon.send_signal(number)
        assert daemon.process.wait(DEADLINE) == 0


def test_response_under_way_completes_after_sigterm(hanging, disk, octets):
    daemon = hanging()
    with connect(daemon) as client:
        client.send(SLOW)
        disk.wait_held()
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM")
        disk.go_on()
        assert client.response().body == octets
    assert daemon.process.wait(DEADLINE) == 0


def test_read_that_fails(hanging, disk, octets):
    """An error of the disk cuts the response; the file is still the one that was announced."""
    daemon = hanging()
    daemon.expect_log("asset /slow: .*: Input/output error; a response was cut")
    disk.go_on()
    with disk.failing(), connect(daemon) as client:
        client.send(SLOW)
        assert client.rest()[1]
    assert fetch(daemon, "GET", "/slow").body == octets
