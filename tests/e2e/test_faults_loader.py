# SPDX-License-Identifier: BSD-2-Clause
"""Calls that fail in the loader, or in whoever else makes one then: a reload fails and what served
continues, or it succeeds without. A start is test_faults_master.py's, where a call fails in anybody."""

import errno
import signal

import pytest

from client import fetch
from faulty import run, settle, unusable
from faults import SHORT

LOADER = [
    ("fstat", errno.EIO),
    ("memfd_create", errno.EMFILE),
    ("mmap", errno.ENOMEM),
    ("open", errno.EMFILE),
    ("posix_fallocate", errno.ENOSPC),
    ("pread", errno.EIO),
    ("pread", SHORT),
    ("pthread_create", errno.EAGAIN),
]
MANY = 6


@pytest.mark.parametrize(("call", "error"), LOADER, ids=[f"{c}-{e}" for c, e in LOADER])
def test_reload(tmp_path, faults, body, call, error):
    if unusable(call):
        pytest.skip("the sanitizers have an allocator of their own")
    with run(tmp_path, faults) as daemon:
        daemon.wait_log("started: ")
        injected = 0

        def reload(count):
            (tmp_path / "object").write_bytes(body)  # so that nothing is taken over
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(r"reload failed: |generation \d+ serves", count=count)

        for nth in range(1, MANY + 1):
            faults.set(call, error, nth=nth)
            reload(nth)
            injected += faults.clear(call)
            assert fetch(daemon, target="/cached").body == body
        reload(MANY + 1)
        assert "serves" in daemon.wait_log(r"reload failed: |generation \d+ serves", count=MANY + 1)
        assert fetch(daemon, target="/streamed").body == body
        assert injected > 0
        settle(faults)
