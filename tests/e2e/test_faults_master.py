# SPDX-License-Identifier: BSD-2-Clause
"""Calls that fail in the master: a reload that can't be done is refused, and what served continues; a
start ends with a line that says why. Every call is made to fail in its turn, or with less time some."""

import errno
import os
import signal

import pytest

from client import fetch
from daemon import children, wait_until
from faulty import descriptors, run, settle, unusable

MASTER = [
    ("calloc", errno.ENOMEM),
    ("dup2", errno.EMFILE),
    ("epoll_create1", errno.EMFILE),
    ("eventfd", errno.EMFILE),
    ("fopen", errno.EMFILE),
    ("fork", errno.EAGAIN),
    ("fstat", errno.EIO),
    ("malloc", errno.ENOMEM),
    ("memfd_create", errno.EMFILE),
    ("mmap", errno.ENOMEM),
    ("mprotect", errno.ENOMEM),
    ("open", errno.EMFILE),
    ("pipe2", errno.EMFILE),
    ("posix_fallocate", errno.ENOSPC),
    ("pread", errno.EIO),
    ("read", errno.EIO),
    ("realloc", errno.ENOMEM),
    ("socketpair", errno.EMFILE),
]
MANY = 8 if "NIGHTLY" not in os.environ else 10000  # of the calls that are made to fail


def numbers(calls):
    """Which of so many calls fail: all of them, or the first, the last and some between."""
    step = max(1, calls // MANY)
    return [*range(1, calls + 1, step), calls]


@pytest.mark.parametrize(("call", "error"), MASTER, ids=[row[0] for row in MASTER])
def test_reload(tmp_path, faults, body, call, error):
    if unusable(call):
        pytest.skip("the sanitizers have an allocator of their own")
    with run(tmp_path, faults, workers=2) as daemon:
        daemon.wait_log("started: ")
        reloads = 0

        def reload(nth):
            nonlocal reloads
            reloads += 1
            (tmp_path / "object").write_bytes(body)  # so that nothing is taken over
            faults.set(call, error, pid=daemon.pid, nth=nth)
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(r"reload failed: |generation \d+ serves", count=reloads)
            faults.clear(call)
            assert fetch(daemon, target="/cached").body == body
            return faults.rules[call].calls

        calls = reload(1 << 30)
        before = descriptors(daemon.pid)
        for nth in numbers(calls) if calls else []:
            reload(nth)
        reload(1 << 30)
        wait_until(lambda: len(children(daemon.pid)) == 3, "two workers and the observer are there")
        wait_until(lambda: descriptors(daemon.pid) <= before, "no descriptor is left open")
        assert fetch(daemon, target="/streamed").body == body
        settle(faults)


@pytest.mark.parametrize(("call", "error"), MASTER, ids=[row[0] for row in MASTER])
def test_start(tmp_path, faults, body, call, error):
    """It serves, or it ends with a line that says why."""
    if unusable(call):
        pytest.skip("the sanitizers have an allocator of their own")
    for nth in [*range(1, MANY // 2), *(MANY * 2**i for i in range(10))]:
        (tmp_path / str(nth)).mkdir()
        faults.set(call, error, nth=nth)
        daemon = run(tmp_path / str(nth), faults, objects=tmp_path)
        daemon.start()
        try:
            wait_until(lambda: ended_or_serves(daemon), "it serves or has ended")
            assert not [line for line in daemon.lines() if "sandbox: this system" in line]
            if daemon.process.poll() is None:
                assert fetch(daemon, target="/cached").body == body
            else:
                assert daemon.process.returncode == 1, daemon.lines()
                assert daemon.lines(), "no line says why"
                assert children(daemon.pid) == []
                continue
            daemon.stop()
            if faults.clear(call) == 0:
                return
        finally:
            daemon.kill()


def ended_or_serves(daemon):
    return daemon.process.poll() is not None or "started: " in daemon.log_file.read_text()
