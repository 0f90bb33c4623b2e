# SPDX-License-Identifier: BSD-2-Clause
"""A memory cgroup for a server, of version 1 or 2."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDERS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)
EMPTY_SECONDS = 10.0


class NoCgroup(Exception):
    """None can be made here."""


def _make(limit: int) -> Path:
    reason = "no such hierarchy"
    for folder, file in FOLDERS:
        group = folder / f"tiffd-experiment-{os.getpid()}"
        try:
            group.mkdir()
        except OSError as error:
            reason = str(error)
            continue
        if (group / file).exists():
            (group / file).write_text(str(limit))
            return group
        group.rmdir()
    raise NoCgroup(f"no memory cgroup can be made ({reason})")


def _remove(group: Path) -> None:
    deadline = time.monotonic() + EMPTY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.05)


@contextlib.contextmanager
def limited(limit: int) -> Iterator[Callable[[], None]]:
    """What a process calls, after the fork, to be in a group that may use so many bytes."""
    group = _make(limit)
    try:
        yield lambda: (group / "cgroup.procs").write_text(str(os.getpid())) and None
    finally:
        _remove(group)
