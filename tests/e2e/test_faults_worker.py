# SPDX-License-Identifier: BSD-2-Clause
"""Calls that fail in a worker: what is answered is right or ends with a reset, what can't be done is
told in a line, and afterwards all is as it was."""

import errno

import pytest

from daemon import wait_until
from faults import SHORT, name_of
from faulty import RIGHT, descriptors, run, settle, unusable, work

# What each call may end with, by its manual page.
WORKER = [
    ("accept4", errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED, errno.EINTR),
    ("calloc", errno.ENOMEM),
    ("epoll_ctl", errno.ENOMEM, errno.ENOSPC),
    ("epoll_wait", errno.EINTR),
    ("eventfd_read", errno.EAGAIN, errno.EINTR),
    ("eventfd_write", errno.EAGAIN, errno.EINTR),
    ("fstat", errno.EIO, errno.ENOMEM),
    ("getsockopt", errno.ENOBUFS),
    ("ioctl", errno.EINVAL),
    ("malloc", errno.ENOMEM),
    ("mmap", errno.ENOMEM),
    ("pread", errno.EIO, errno.EINTR, SHORT),
    ("preadv2", errno.EIO, errno.EAGAIN, errno.EOPNOTSUPP, errno.EINTR, SHORT),
    ("pthread_create", errno.EAGAIN),
    ("recv", errno.EINTR, errno.ECONNRESET, errno.ENOMEM, SHORT),
    ("sendfile", errno.EIO, errno.EAGAIN, errno.EINTR, errno.ENOMEM, errno.ECONNRESET, SHORT),
    ("sendmsg", errno.EINTR, errno.ENOBUFS, errno.ENOMEM, errno.EPIPE, errno.ECONNRESET),
    ("setsockopt", errno.ENOBUFS),
    ("shutdown", errno.ENOTCONN),
    ("splice", errno.EAGAIN, errno.EINTR, errno.ENOMEM, errno.ECONNRESET, SHORT),
    ("vmsplice", errno.EAGAIN, errno.EINTR, errno.ENOMEM),
]

# What makes a worker call it.
SERVER = {
    "sendfile": "transmit = sendfile",
    "splice": "transmit = vmsplice",
    "vmsplice": "transmit = vmsplice",
}

SELDOM = ("eventfd_read", "eventfd_write", "mmap", "pread", "pthread_create")  # not with every load


@pytest.mark.parametrize("call", [row[0] for row in WORKER])
def test_worker(tmp_path, faults, body, call):
    if unusable(call):
        pytest.skip("the sanitizers have an allocator of their own")
    errors = next(errors for name, *errors in WORKER if name == call)
    count = 2 if call.startswith("eventfd") else 1  # workers that have something to say
    server = SERVER.get(call, "")
    with run(tmp_path, faults, workers=count, server=server) as daemon:
        daemon.wait_log("started: ")
        worker, *others = daemon.all_workers(count)
        assert work(daemon, body) == RIGHT
        settle(faults)
        before = descriptors(worker)
        hit = 0
        for error in errors:
            for every in (3, 5):
                with faults.failing(call, error, pid=0 if others else worker, every=every) as rule:
                    work(daemon, body)
                    hit += rule.injected
            wait_until(lambda: work(daemon, body) == RIGHT, f"all is well after {name_of(error)}")
        assert hit > 0 or call in SELDOM
        settle(faults)
        wait_until(lambda: descriptors(worker) <= before, "no descriptor is left open")
        assert daemon.workers() == [worker, *others]
