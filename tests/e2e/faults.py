# SPDX-License-Identifier: BSD-2-Clause
"""Faults on order: a library that makes calls of the C library fail in the daemon's processes,
and the table by which a test says which. faults.c tells how it works."""

import contextlib
import ctypes
import errno
import mmap
import os
import pathlib
import re
import subprocess


SOURCE = pathlib.Path(__file__).with_name("faults.c")
SHORT = -1  # in place of an error: the call takes or gives less than it could
CALLS = re.findall(r"call\((\w+)\)", SOURCE.read_text().split("enum call")[0].split("CALLS(call)")[1])


class Rule(ctypes.Structure):
    """What happens to one call: see struct rule."""

    _fields_ = [
        ("pid", ctypes.c_int32),
        ("error", ctypes.c_int32),
        ("every", ctypes.c_uint32),
        ("nth", ctypes.c_uint32),
        ("calls", ctypes.c_uint32),
        ("injected", ctypes.c_uint32),
    ]


class Faults:
    """The table. Nothing fails until it is told so."""

    def __init__(self, directory):
        self.path = directory / "faults"
        self.library = directory / "faults.so"
        command = [os.environ.get("CC", "cc"), "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC"]
        subprocess.run([*command, "-o", self.library, SOURCE, "-ldl"], check=True)
        self.path.write_bytes(bytes(len(CALLS) * ctypes.sizeof(Rule)))
        with self.path.open("r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)
        self.rules = dict(zip(CALLS, (Rule * len(CALLS)).from_buffer(memory)))

    @property
    def environment(self):
        """For Daemon.environment. The sanitizers' library wants to be the first."""
        options = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
        return f"LD_PRELOAD={self.library} FAULTS={self.path} ASAN_OPTIONS={options}"

    def set(self, call, error, pid=0, every=1, nth=0):
        """From now on each so-manieth of these calls fails, or the nth alone."""
        rule = self.rules[call]
        rule.error = 0
        rule.pid, rule.every, rule.nth = pid, every, nth
        rule.calls = rule.injected = 0
        rule.error = error

    def clear(self, call):
        """How often it has failed; it does so no longer."""
        self.rules[call].error = 0
        return self.rules[call].injected

    @contextlib.contextmanager
    def failing(self, call, error, **which):
        """Meanwhile these calls fail."""
        self.set(call, error, **which)
        try:
            yield self.rules[call]
        finally:
            self.clear(call)


def name_of(error):
    return "short" if error == SHORT else errno.errorcode[error]
