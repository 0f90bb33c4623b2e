# SPDX-License-Identifier: BSD-2-Clause
"""System calls of a worker that wait or fail as a test wants, by strace(1)."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from daemon import DEADLINE, wait_until


def tracer(pid):
    """The process that traces this one; 0: none does."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^TracerPid:\s*(\d+)", status, re.M)[1])


@contextlib.contextmanager
def injected(pid, call, how):
    """What happens to this system call of the process until the block ends, see strace(1)."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    command = ["strace", "-qq", "-f", "-p", str(pid), f"-etrace={call}", "-o", os.devnull]
    strace = subprocess.Popen([*command, f"-einject={call}:{how}"])
    try:
        wait_until(lambda: tracer(pid) == strace.pid or strace.poll(), "strace is attached")
        if strace.poll() is not None and os.geteuid() != 0:
            pytest.skip("only root may trace a confined process")
        assert strace.poll() is None, "strace may not trace here"
        yield
    finally:
        strace.terminate()
        strace.wait(DEADLINE)


def held_in(pid, call):
    """Each of these system calls waits where it begins."""
    return injected(pid, call, "delay_enter=3600000000")


def epoll_sets(pid):
    """The text of /proc/PID/fdinfo for each epoll descriptor."""
    texts = []
    for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(OSError):
            texts.append(entry.read_text())
    return [text for text in texts if "tfd:" in text]


def wait_watched(pid, connection):
    """Waits until the process has the socket in its epoll set."""
    inode = f"ino:{os.fstat(connection.fileno()).st_ino:x} "
    wait_until(lambda: any(inode in text for text in epoll_sets(pid)), "the socket is watched")
