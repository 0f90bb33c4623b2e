# SPDX-License-Identifier: BSD-2-Clause
"""A network of two namespaces on one machine: this process and its clients in one, servers in the
other. They are joined by a veth pair, or by two TUN devices with a program between them that holds
every packet back, for kernels without netem. Nothing is left of them when this process ends."""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import tools

CLONE_NEWNET = 0x40000000
TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
MTU = "1500"
OFFLOADS = ("tso", "gso", "gro", "tx", "rx", "sg")
QUEUE_MS = 50  # of the rate limit

libc = ctypes.CDLL(None, use_errno=True)


class PathError(Exception):
    """This process may not make namespaces or devices, or the kernel can't."""


@dataclass(frozen=True)
class NetPath:
    """What lies between the namespaces."""

    offloads: bool = True
    rate: str = ""  # of the servers' side, as tc(8) takes it; "": no limit
    delay_ms: float = 0.0  # each way; 0: a veth pair


def _namespace(call: str, *arguments: int) -> None:
    if getattr(libc, call)(*arguments) != 0:
        number = ctypes.get_errno()
        raise PathError(f"{call}: {os.strerror(number)}")


def _run(*command: str, inside: int | None = None) -> None:
    enter = None if inside is None else lambda: libc.setns(inside, CLONE_NEWNET)
    command = (tools.find(command[0]) or command[0], *command[1:])
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=enter)
    if done.returncode != 0:
        raise PathError(f"{' '.join(command)}: {done.stderr.strip()}")


def _new_namespace() -> int:
    """The descriptor that keeps it alive."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        made = libc.unshare(CLONE_NEWNET) == 0
        theirs.send(b"y" if made else b"n")
        ours.close()
        theirs.recv(1)
        os._exit(0)
    theirs.close()
    try:
        if ours.recv(1) != b"y":
            raise PathError("may not make network namespaces")
        return os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        ours.close()
        os.waitpid(pid, 0)


def _open_tun(name: str) -> int:
    """A device that passes whole segments on, with their checksums still to be computed."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    fcntl.ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    return tun


class Network:
    """Two namespaces; this process stays in the first one for good."""

    def __init__(self):
        self.servers = _new_namespace()
        _namespace("unshare", CLONE_NEWNET)
        self.clients = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.relays: list[subprocess.Popen] = []
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "set", "lo", "up", inside=self.servers)

    def enter_servers(self) -> None:
        """For preexec_fn."""
        libc.setns(self.servers, CLONE_NEWNET)

    def _configure(self, number: int, path: NetPath) -> str:
        """Both ends of device pathN; returns the servers' address on it."""
        device = f"path{number}"
        for inside, host in ((None, 2), (self.servers, 1)):
            address = f"10.77.{number}.{host}/24"
            _run("ip", "address", "add", address, "dev", device, inside=inside)
            _run("ip", "link", "set", device, "mtu", MTU, "up", inside=inside)
        if path.rate:
            _run("tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", path.rate,
                 "burst", "128k", "latency", f"{QUEUE_MS}ms", inside=self.servers)
        return f"10.77.{number}.1"

    def _join_veth(self, number: int, path: NetPath) -> None:
        device = f"path{number}"
        _run("ip", "link", "add", device, "type", "veth", "peer", "name", f"far{number}")
        far = f"far{number}"
        _run("ip", "link", "set", far, "netns", f"/proc/{os.getpid()}/fd/{self.servers}")
        _run("ip", "link", "set", far, "name", device, inside=self.servers)
        for feature in OFFLOADS if not path.offloads else ():
            for inside in (None, self.servers):
                _run("ethtool", "-K", device, feature, "off", inside=inside)

    def _join_relay(self, number: int, path: NetPath, directory: Path) -> None:
        tuns = [_open_tun(f"path{number}")]
        _namespace("setns", self.servers, CLONE_NEWNET)
        try:
            tuns.append(_open_tun(f"path{number}"))
        finally:
            _namespace("setns", self.clients, CLONE_NEWNET)
        command = [str(directory / "delay_line"), str(path.delay_ms), *map(str, tuns)]
        self.relays.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=tuns, close_fds=True)
        )
        for tun in tuns:
            os.close(tun)

    def join(self, number: int, path: NetPath, directory: Path) -> str:
        """Lays one path between the namespaces; returns the servers' address on it."""
        if path.delay_ms:
            self._join_relay(number, path, directory)
        else:
            self._join_veth(number, path)
        return self._configure(number, path)

    def separate(self) -> None:
        """Takes away every path."""
        for relay in self.relays:
            relay.stdin.close()
            relay.wait()
        self.relays.clear()
        for line in Path("/proc/net/dev").read_text().splitlines():
            device = line.split(":")[0].strip()
            if device.startswith("path"):
                _run("ip", "link", "del", device)

    def unsent_bytes(self, port: int) -> int:
        """What the servers' kernel holds for the connections of this port: sent and not yet
        acknowledged, or not yet sent."""
        done = subprocess.run(["cat", "/proc/self/net/tcp"], capture_output=True, text=True,
                              preexec_fn=self.enter_servers)
        total = 0
        for line in done.stdout.splitlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == port:
                total += int(fields[4].split(":")[0], 16)
        return total
