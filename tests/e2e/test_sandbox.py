# SPDX-License-Identifier: BSD-2-Clause
"""The sandbox: what somebody who has taken a process over tries, in each kind of process, from a
library that only this test preloads (forbidden.c)."""

import collections
import ctypes
import errno
import mmap
import os
import pathlib
import re
import shlex
import signal
import subprocess

import pytest

from client import fetch
from daemon import build, wait_until

pytestmark = pytest.mark.skipif("sandbox seccomp" not in build(), reason="this build has no sandbox")

TRY = signal.SIGRTMIN + 9
SIZE = 1 << 20
FIRST = 4096
NOT_LISTED = r"sandbox: the system call \S+ \(\d+\) is not on the list of the {}: {}, \d+ times?$"
REFUSED = {-errno.EPERM, -errno.EACCES}

Attempt = collections.namedtuple("Attempt", "pid thread where name result")


class Intruder:
    """The library and the file that it writes its results into."""

    def __init__(self, directory):
        self.library = directory / "forbidden.so"
        self.file = directory / "forbidden"
        source = pathlib.Path(__file__).with_name("forbidden.c")
        compiler = shlex.split(os.environ.get("CC", "cc"))
        options = ["-D_GNU_SOURCE", "-shared", "-fPIC", "-Wall", "-Werror"]
        subprocess.run([*compiler, *options, "-o", self.library, source, "-ldl"], check=True)
        self.file.write_bytes(bytes(SIZE))
        with open(self.file, "r+b") as shared:
            self.memory = mmap.mmap(shared.fileno(), SIZE)

    def environment(self, hook):
        return f"LD_PRELOAD={self.library} FORBIDDEN_FILE={self.file} FORBIDDEN_HOOK={hook}"

    def aim(self, victim):
        self.memory[:4] = victim.to_bytes(4, "little")

    def attempts(self, where, thread=None):
        """What has been tried there, once that is all; of one thread, or of any one."""

        def find():
            lines = bytes(self.memory[FIRST:]).split(b"\0", 1)[0].decode().splitlines()
            found = [Attempt(*line.split()) for line in lines if len(line.split()) == 5]
            found = [one for one in found if one.where == where]
            threads = [one.thread for one in found if one.name == "end"]
            wanted = str(thread) if thread else next(iter(threads), None)
            return wanted in threads and [one for one in found if one.thread == wanted]

        return {one.name: int(one.result) for one in wait_until(find, "everything is tried")}


@pytest.fixture
def intruder(tmp_path):
    return Intruder(tmp_path)


def poke(pid, thread):
    """Has a thread try everything."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.tgkill(pid, thread, int(TRY)) == 0


def start_with(observe, intruder, *options, hook="", **keywords):
    daemon = observe(*options, environment=intruder.environment(hook), **keywords)
    return daemon


def expect_lines(daemon, kind, what="refused"):
    daemon.expect_log(NOT_LISTED.format(kind, what))


def assert_refused(attempts, *allowed):
    """Everything but this has been refused."""
    assert len(attempts) > 50
    found = {name for name, result in attempts.items() if result not in REFUSED}
    found -= {"end", "clone3"}
    assert found == set(allowed)
    assert attempts["clone3"] == -errno.ENOSYS


@pytest.mark.parametrize("user", ("", "nobody"))
def test_a_worker(observe, intruder, user):
    daemon = start_with(observe, intruder, server=f"sandbox = enforce\nuser = {user}\n")
    expect_lines(daemon, "worker")
    victim, worker = daemon.named("worker 1"), daemon.named("worker 0")
    assert fetch(daemon, "GET", "/o").status == 200
    intruder.aim(victim)
    poke(worker, worker)
    assert_refused(intruder.attempts("signal", worker))
    daemon.wait_log(NOT_LISTED.format("worker", "refused"))
    named = re.findall(r"the system call (\S+) ", "\n".join(daemon.lines()))
    assert {"openat", "socket", "execve", "ptrace", "kill", "io_uring_setup"} <= set(named)
    assert len(named) == len(set(named))
    assert daemon.named("worker 0") == worker
    assert fetch(daemon, "GET", "/o").status == 200


def test_without_a_sandbox(observe, intruder):
    """The same library gets through: what it shows elsewhere is the sandbox."""
    daemon = start_with(observe, intruder, server="sandbox = off\n")
    worker = daemon.named("worker 0")
    intruder.aim(daemon.named("worker 1"))
    poke(worker, worker)
    attempts = intruder.attempts("signal", worker)
    for name in ("open", "open-memory-to-write", "socket", "clone", "write-memory", "kill", "map-code"):
        assert attempts[name] >= 0, name


def test_log_lets_it_through(observe, intruder):
    daemon = start_with(observe, intruder, server="sandbox = log\n")
    expect_lines(daemon, "worker", "made")
    worker = daemon.named("worker 0")
    intruder.aim(daemon.named("worker 1"))
    poke(worker, worker)
    attempts = intruder.attempts("signal", worker)
    for name in ("open", "socket", "socketpair", "clone", "write-memory", "kill", "pidfd"):
        assert attempts[name] >= 0, name
    daemon.wait_log(r"the system call socket \(\d+\) is not on the list of the worker: made, 3 times")
    assert fetch(daemon, "GET", "/o").status == 200
