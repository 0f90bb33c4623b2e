# SPDX-License-Identifier: BSD-2-Clause
"""What a service manager is told (sd_notify(3)), and how the log looks in systemd's journal."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest

from client import fetch
from daemon import Binding, free_port, sanitized


class Manager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(60)
        self.seen = []

    def wait(self, wanted):
        """The first message from now on with this variable, as {name: value}."""
        while True:
            text = self.socket.recv(4096).decode()
            message = dict(line.split("=", 1) for line in text.splitlines())
            self.seen.append(message)
            if wanted in message:
                return message


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    with manager.socket:
        yield manager


@pytest.fixture
def managed(manager, serve):
    return lambda environment="": serve(
        b"content", environment=f"NOTIFY_SOCKET={manager.path} {environment}")


def test_start_and_stop(managed, manager):
    daemon = managed()
    message = manager.wait("READY")
    assert message == {"READY": "1", "STATUS": "generation 0 serves"}
    assert fetch(daemon, "GET", "/o").status == 200
    daemon.stop()
    assert manager.wait("STOPPING") == {"STOPPING": "1", "STATUS": "draining"}


def test_reload(managed, manager):
    daemon = managed()
    manager.wait("READY")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    daemon.send_signal(signal.SIGHUP)
    message = manager.wait("RELOADING")
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before <= int(message["MONOTONIC_USEC"]) <= after
    assert manager.wait("READY")["STATUS"].startswith("generation 1 ")


def test_refused_reload(managed, manager):
    daemon = managed()
    manager.wait("READY")
    daemon.expect_log("reload: .*without '='|reload failed")
    daemon.ini.write_text(daemon.ini.read_text() + "nonsense\n")
    daemon.send_signal(signal.SIGHUP)
    manager.wait("RELOADING")
    assert manager.wait("READY")["STATUS"].startswith("generation 0 ")


def test_watchdog(managed, manager):
    """A sign of life comes until a worker is stuck, and again when it continues."""
    daemon = managed(environment="WATCHDOG_USEC=400000")
    manager.wait("READY")
    for _ in range(3):
        manager.wait("WATCHDOG")
    assert not daemon.lines() or not any("NOTIFY" in line for line in daemon.lines())


def test_watchdog_of_another_process(managed, manager):
    daemon = managed(environment="WATCHDOG_USEC=1000 WATCHDOG_PID=1")
    manager.wait("READY")
    daemon.send_signal(signal.SIGHUP)
    manager.wait("READY")
    daemon.stop()
    manager.wait("STOPPING")
    assert not any("WATCHDOG" in message for message in manager.seen)


def test_nobody_listens(managed, manager):
    """That is said once, and nothing else comes of it."""
    manager.socket.close()
    os.unlink(manager.path)
    daemon = managed(environment="WATCHDOG_USEC=100000")
    daemon.expect_log("NOTIFY_SOCKET: the service manager can't be notified: No such file")
    daemon.reload()
    daemon.stop()
    assert sum("NOTIFY_SOCKET" in line for line in daemon.lines()) == 1


class Journaled(Binding):
    """A daemon whose standard error is a socket that JOURNAL_STREAM names."""

    def start(self):
        ours, theirs = socket.socketpair()
        found = os.fstat(theirs.fileno())
        stream = f"{found.st_dev}:{found.st_ino}"
        with theirs:
            self.process = subprocess.Popen(
                [self.program, "-c", str(self.ini), *self.options], stdin=subprocess.DEVNULL,
                stderr=theirs, env={**os.environ, "JOURNAL_STREAM": stream})
        self.journal = ours.makefile("r")
        return self

    def check_log(self):
        for line in self.journal:
            assert re.match(r"<[3-7]>(master|worker \d+|observer)\[\d+\]: \S", line), line


def test_journal(start, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    port = free_port()
    ini = f"[server]\nlisten = 127.0.0.1:{port}\nworkers = 1\n[asset /o]\nfile = {tmp_path}/object\n"
    daemon = start(ini, kind=Journaled, address=("127.0.0.1", port))
    if sanitized():
        assert "]: sandbox: off" in daemon.journal.readline()
    assert daemon.journal.readline().endswith(f"]: listening on 127.0.0.1:{port}\n")
    assert "started: 1 worker" in daemon.journal.readline()
    daemon.send_signal(signal.SIGHUP)
    assert daemon.journal.readline().endswith(f"]: reloading {daemon.ini}\n")
    daemon.stop()
