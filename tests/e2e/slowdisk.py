# SPDX-License-Identifier: BSD-2-Clause
"""A disk whose reads take as long as a test wants: a file system in user space (FUSE).

slowdisk.py MOUNTPOINT SOURCE CONTROL shows the file SOURCE as MOUNTPOINT/object. While there is
a file CONTROL/hold, reads wait, and say so by making CONTROL/held; while there is CONTROL/fail,
they fail.
"""

import contextlib
import ctypes
import errno
import os
import pathlib
import stat
import subprocess
import sys
import time

import pytest

from daemon import DEADLINE, wait_until

MNT_DETACH = 2


def serve(mountpoint, source, control):
    """The file system's process."""
    import fusepy

    hold, held, fail = (pathlib.Path(control) / name for name in ("hold", "held", "fail"))
    file = os.open(source, os.O_RDONLY)
    status = os.fstat(file)
    attributes = {
        "st_mode": stat.S_IFREG | 0o444,
        "st_nlink": 1,
        "st_size": status.st_size,
        "st_mtime": status.st_mtime_ns // 10**9,
    }

    class SlowDisk(fusepy.Operations):
        def getattr(self, path, fh=None):
            if path == "/":
                return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
            if path != "/object":
                raise fusepy.FuseOSError(errno.ENOENT)
            return attributes

        def readdir(self, path, fh):
            return [".", "..", "object"]

        def read(self, path, size, offset, fh):
            while hold.exists():
                held.touch()
                time.sleep(0.005)
            if fail.exists():
                raise fusepy.FuseOSError(errno.EIO)
            return os.pread(file, size, offset)

    fusepy.FUSE(SlowDisk(), mountpoint, foreground=True, ro=True)


class Disk:
    """What a test does with it."""

    def __init__(self, directory, octets):
        directory.mkdir(exist_ok=True)
        self.control = directory / "control"
        self.mountpoint = directory / "disk"
        self.source = directory / "source"
        self.control.mkdir()
        self.mountpoint.mkdir()
        self.source.write_bytes(octets)
        self.file = self.mountpoint / "object"

    def mount(self):
        command = [sys.executable, __file__, self.mountpoint, self.source, self.control]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)

        def mounted():
            if self.process.poll() is not None:
                said = self.process.stderr.read().decode(errors="replace").strip()
                pytest.skip(f"no FUSE here: {said.splitlines()[-1] if said else 'it ends'}")
            return self.file.exists()

        wait_until(mounted, "the disk is mounted")

    def forget(self):
        """Opening the file drops what the kernel has in memory of it."""
        self.file.open("rb").close()

    def hold(self):
        self.forget()
        (self.control / "hold").touch()

    def wait_held(self):
        wait_until((self.control / "held").exists, "a read hangs")

    def go_on(self):
        for name in ("hold", "held"):
            with contextlib.suppress(FileNotFoundError):
                (self.control / name).unlink()

    @contextlib.contextmanager
    def failing(self):
        (self.control / "fail").touch()
        self.forget()
        yield
        (self.control / "fail").unlink()

    def unmount(self):
        self.go_on()
        ctypes.CDLL(None).umount2(os.fsencode(self.mountpoint), MNT_DETACH)
        self.process.terminate()
        self.process.communicate(timeout=DEADLINE)


if __name__ == "__main__":
    serve(*sys.argv[1:])
