# SPDX-License-Identifier: BSD-2-Clause
"""A network path with a long round trip, made of two network namespaces and a relay between them
that holds each packet back. A socket belongs to the namespace it was made in, so the processes
that use the two ends need not know."""

import collections
import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import threading
import time

from daemon import DEADLINE

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
SIOCSIFADDR, SIOCSIFDSTADDR, SIOCSIFMTU = 0x8916, 0x8918, 0x8922
SIOCSIFFLAGS, SIOCGIFFLAGS, IFF_UP = 0x8914, 0x8913, 1
NAME = b"path"
MTU = 32000  # few and large packets, for a relay in Python


def configure(here, there):
    """Makes the interface of this namespace; returns the descriptor that carries its packets."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", NAME, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, address in ((SIOCSIFADDR, here), (SIOCSIFDSTADDR, there)):
            name = struct.pack("16sHH4s8x", NAME, socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, request, name)
        fcntl.ioctl(control, SIOCSIFMTU, struct.pack("16si12x", NAME, MTU))
        flags = struct.unpack("16sh", fcntl.ioctl(control, SIOCGIFFLAGS, NAME.ljust(18, b"\0")))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", NAME, flags | IFF_UP))
    return tun


def in_namespace(function):
    """Runs function in a child in a network namespace of its own; returns the descriptors that it
    returned."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) == 0:
                socket.send_fds(theirs, [b"x"], function())
        os._exit(0)
    theirs.close()
    fds = socket.recv_fds(ours, 1, 2)[1]
    ours.close()
    os.waitpid(pid, 0)
    return fds


class LongPath:
    """A listener on one side and clients of the other, `delay` seconds apart each way."""

    server, client = "10.0.0.1", "10.0.0.2"

    def __init__(self, delay):
        self.delay = delay
        self.most_in_flight = 0  # bytes on their way from the server
        self.ended = threading.Event()

        def serve():
            tun = configure(self.server, self.client)
            listener = socket.create_server((self.server, 80))
            # No pacing by a guess of the bandwidth, which a relay in Python upsets.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
            return [tun, listener.detach()]

        def use():
            tun = configure(self.client, self.server)
            return [tun, socket.socket().detach()]

        left = in_namespace(serve)
        right = in_namespace(use) if len(left) == 2 else []
        if len(right) != 2:
            raise PermissionError("may not make network namespaces")
        self.tuns = (left[0], right[0])
        self.listener = socket.socket(fileno=left[1])
        self.connection = socket.socket(fileno=right[1])
        self.thread = threading.Thread(target=self.relay)

    def __enter__(self):
        self.thread.start()
        self.connection.settimeout(DEADLINE)
        self.connection.connect((self.server, 80))
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.ended.set()
        self.thread.join()
        for tun in self.tuns:
            os.close(tun)

    def relay(self):
        """Hands packets over when their time has come."""
        queues = {tun: collections.deque() for tun in self.tuns}
        others = {self.tuns[0]: self.tuns[1], self.tuns[1]: self.tuns[0]}
        in_flight = 0
        while not self.ended.is_set():
            ready, _, _ = select.select(self.tuns, (), (), 0.001)
            for tun in ready:
                with contextlib.suppress(BlockingIOError):
                    packet = os.read(tun, 65536)
                    queues[tun].append((time.monotonic() + self.delay, packet))
                    in_flight += len(packet) if tun == self.tuns[0] else 0
            self.most_in_flight = max(self.most_in_flight, in_flight)
            for tun, queue in queues.items():
                while queue and queue[0][0] <= time.monotonic():
                    packet = queue.popleft()[1]
                    in_flight -= len(packet) if tun == self.tuns[0] else 0
                    with contextlib.suppress(OSError):
                        os.write(others[tun], packet)
