# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel holds for a client is bounded by the configuration."""

import contextlib
import fcntl
import struct
import termios

from client import connect, fetch, request
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
