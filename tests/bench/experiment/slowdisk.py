# SPDX-License-Identifier: BSD-2-Clause
"""A disk each of whose reads takes a time: a file system in user space (FUSE), past the page cache.

slowdisk.py MOUNTPOINT SOURCE MILLISECONDS shows the file SOURCE as MOUNTPOINT/tiff."""

import contextlib
import ctypes
import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MNT_DETACH = 2
READY_SECONDS = 10.0


class NoDisk(Exception):
    """FUSE is not there, or not for this user."""


def serve(mountpoint: str, source: str, milliseconds: float) -> None:
    """The file system's process."""
    import fusepy

    file = os.open(source, os.O_RDONLY)
    status = os.fstat(file)
    attributes = {"st_mode": stat.S_IFREG | 0o444, "st_nlink": 1, "st_size": status.st_size,
                  "st_mtime": status.st_mtime_ns // 10**9}

    class Disk(fusepy.Operations):
        def getattr(self, path, fh=None):
            if path == "/":
                return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
            if path != "/tiff":
                raise fusepy.FuseOSError(errno.ENOENT)
            return attributes

        def read(self, path, size, offset, fh):
            time.sleep(milliseconds / 1000)
            return os.pread(file, size, offset)

    fusepy.FUSE(Disk(), mountpoint, foreground=True, ro=True, direct_io=True, allow_other=True)


@contextlib.contextmanager
def mounted(source: Path, milliseconds: float, directory: Path) -> Iterator[Path]:
    """The folder in which the object is, as "tiff"."""
    from benchlib import ending

    place = directory / f"slow-{milliseconds:g}"
    place.mkdir(exist_ok=True)
    command = [sys.executable, __file__, str(place), str(source), str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               start_new_session=True, preexec_fn=ending.die_with_parent)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not (place / "tiff").exists():
            if process.poll() is not None:
                said = (process.stderr.read().strip().splitlines() or ["it ended"])[-1]
                raise NoDisk(f"{said} (Debian's python3-fusepy; needs root)")
            if time.monotonic() > deadline:
                raise NoDisk("it does not appear")
            time.sleep(0.02)
        yield place
    finally:
        ctypes.CDLL(None).umount2(str(place).encode(), MNT_DETACH)
        ending.kill_session(process)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], float(sys.argv[3]))
