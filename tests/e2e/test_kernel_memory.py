# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel holds for a client is bounded by the configuration."""

import contextlib
import fcntl
import pathlib
import struct
import termios

from client import connect, connect_narrowly, fetch, request
from daemon import stopped, wait_until

GET = request("GET", "/o")


def unacknowledged(connection):
    """Octets that have been sent and that the other side has not taken (tcp(7), SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]


def taken(daemon, worker, at_least=0):
    """Octets of requests that the kernel takes for a worker that reads none of them."""
    with connect(daemon) as client, stopped(worker):
        client.socket.setblocking(False)
        sent = 0

        def push():
            nonlocal sent
            with contextlib.suppress(BlockingIOError):
                while True:
                    sent += client.socket.send(GET * 1000)
            return sent - unacknowledged(client.socket)

        wait_until(lambda: push() >= at_least, f"the kernel takes {at_least} octets")
        return push()


def test_receive_buffer(serve):
    """It is that of the configuration, which a reload may change."""
    daemon = serve(b"content", "rcvbuf = 8k")
    assert fetch(daemon, "GET", "/o").body == b"content"
    (worker,) = daemon.workers()
    assert taken(daemon, worker) <= 2 * 8192
    daemon.ini.write_text(daemon.ini.read_text().replace("rcvbuf = 8k", "rcvbuf = 1m"))
    daemon.reload()
    assert fetch(daemon, "GET", "/o").body == b"content"
    (worker,) = daemon.workers()
    assert taken(daemon, worker, 1 << 18) <= 2 << 20


def queued(daemon, client):
    """Octets that the server's socket of this client holds: tx_queue of proc(5), net/tcp."""
    ports = [daemon.address[1], client.socket.getsockname()[1]]
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if [int(field.rpartition(":")[2], 16) for field in fields[1:3]] == ports:
            return int(fields[4].partition(":")[0], 16)
    raise AssertionError("the server has no such connection")


def test_small_bodies_that_nobody_reads(serve):
    """Pipelined, they fill a send buffer that is bounded as for a large one."""
    daemon = serve(bytes(60000), "sndbuf = 16k")
    with connect_narrowly(daemon) as client:
        client.send(GET * 100)
        # Between two of these the worker turns to the first client, until its socket is full.
        for _ in range(20):
            assert fetch(daemon, "GET", "/o").status == 200
        assert 0 < queued(daemon, client) < 1 << 18
