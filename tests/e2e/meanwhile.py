# SPDX-License-Identifier: BSD-2-Clause
"""Threads that do something while a test does something else."""

import contextlib
import threading


@contextlib.contextmanager
def meanwhile(*works):
    """Calls each of these in a thread of its own, with an event that is set when the block ends;
    they are then to return."""
    ended = threading.Event()
    threads = [threading.Thread(target=work, args=(ended,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
