# SPDX-License-Identifier: BSD-2-Clause
"""A disk that hangs: writes to a frozen file system (fsfreeze(8)) wait until it is thawed, and who waits
can't be killed."""

import contextlib
import os
import shutil
import subprocess

import pytest

SIZE = 16 << 20


class FrozenDisk:
    def __init__(self, path):
        self.path = path

    def _tell(self, option):
        subprocess.run(["fsfreeze", option, self.path], check=True, capture_output=True)

    def freeze(self):
        self._tell("--freeze")

    def thaw(self):
        self._tell("--unfreeze")


@contextlib.contextmanager
def mounted(directory):
    """An empty file system of its own below the directory."""
    image, path = directory / "image", directory / "disk"
    with open(image, "wb") as file:
        file.truncate(SIZE)
    path.mkdir()
    if os.geteuid() != 0 or not all(map(shutil.which, ("mkfs.ext4", "fsfreeze", "mount"))):
        pytest.skip("only root mounts a file system, with the tools for that")
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, path], capture_output=True).returncode != 0:
        pytest.skip("no file system can be mounted here")
    disk = FrozenDisk(path)
    try:
        yield disk
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            disk.thaw()
        subprocess.run(["umount", "--lazy", path], check=True)
