# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel holds for a client is bounded by the configuration."""

import contextlib
import fcntl
import pathlib
import re
import resource
import socket
import struct
import subprocess
import termios

from client import connect, connect_narrowly, fetch, request
from daemon import PROGRAM, sanitized, stopped, wait_until

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


def bound_of_worker(daemon):
    """What -t says that a worker takes at most, in octets, and the whole daemon."""
    result = subprocess.run([PROGRAM, "-t", "-c", daemon.ini], stdout=subprocess.PIPE, check=True, text=True)
    numbers = re.search(r"at most (\d+) MiB .*: 1 worker of (\d+) MiB", result.stdout)
    return int(numbers[2]) << 20, int(numbers[1]) << 20


def kernel_memory(daemon):
    """Octets in the buffers of the server's sockets, by client (ss(8), skmem)."""
    ports = ["sport", "=", f":{daemon.address[1]}"]
    lines = subprocess.check_output(["ss", "-tmnH", "state", "connected", *ports], text=True)
    return [
        sum(int(number) for _, number in re.findall(r"\b(r|w|f|o|bl)(\d+)", memory))
        for memory in re.findall(r"skmem:\((.*?)\)", lines)
    ]


def proportional_memory(pid):
    """Octets of a process, its share of what it shares with others included."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: *(\d+)", text, re.M)[1]) << 10


def test_a_thousand_slow_clients_stay_below_the_bound(serve):
    """Each pipelines until nothing more is taken of it, and reads nothing."""
    count, octets = 1000, 4 << 20
    lines = f"worker_connections = {count}\nsndbuf = 16k\nrcvbuf = 8k\nmax_sndbuf = 128k\nsend_timeout = 1h"
    lines += "\nmax_senders = 3"  # so few have the larger send buffers, until they stall
    daemon = serve(bytes(octets), lines)
    assert fetch(daemon, "HEAD", "/o").status == 200
    (worker,) = daemon.workers()
    bound, whole = bound_of_worker(daemon)
    assert bound < whole
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        for _ in range(count):
            client = stack.enter_context(connect_narrowly(daemon))
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 << 10)  # else a GB in all
            client.socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    client.socket.send(GET * 100)
        # Some clients wait long before they send again what the full receive buffer dropped.
        wait_until(lambda: sum(kernel_memory(daemon)) > count * (64 << 10), "the sockets are full")
        buffers = kernel_memory(daemon)
        assert len(buffers) == count
        taken = sum(buffers) + proportional_memory(worker) - octets
        assert sanitized() or bound / 8 < taken <= bound, (taken, bound, max(buffers))
