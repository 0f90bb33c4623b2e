# SPDX-License-Identifier: BSD-2-Clause
"""tiffctl top, on a terminal of the test's own and as lines."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import termios

import pytest

from client import fetch
from controlling import TIFFCTL, succeed, tiffctl
from daemon import alive


ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])")  # ECMA-48


class Terminal:
    """Runs a command with a terminal of 24 lines and 120 columns; text is all that it has drawn."""

    def __init__(self, *command, term="xterm"):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            os.execv(command[0], [str(word) for word in command])
        self.text = ""
        self.resize(24, 120)

    def resize(self, lines, columns):
        """The kernel sends SIGWINCH."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def draws(self, pattern):
        """Until it draws this. ncurses draws only what has changed, so it is asked for everything."""
        self.text = ""
        self.press("\f")
        while not re.search(pattern, ESCAPES.sub(" ", self.text)):
            if select.select([self.fd], [], [], 0.5)[0]:
                self.text += self.read()
            else:
                self.press("\f")

    def read(self):
        """Until it ends."""
        try:
            return os.read(self.fd, 65536).decode()
        except OSError:
            raise AssertionError(f"it has ended: {self.text!r}") from None

    def end(self):
        """Reads to the end; returns the exit status."""
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def top(controlled):
    daemon = controlled(workers=2)
    terminal = Terminal(TIFFCTL, "-c", daemon.ini, "top", "-d", "0.2")
    terminal.daemon = daemon
    yield terminal
    if alive(terminal.pid):
        os.kill(terminal.pid, 9)


def test_it_is_drawn_again_and_again(top):
    top.draws(f"process {top.daemon.pid}")
    top.draws("requests/s")
    for _ in range(3):
        fetch(top.daemon, "GET", "/o")
    top.draws(r" 3 +0\.000 ")
    top.press("q")
    assert top.end() == 0


def test_keys(top):
    top.draws("by worker")
    for keys, pattern in [("P", "CPU"), ("M", "memory"), ("N", "pid"), ("T", "requests"), (">", "bytes"),
                          ("<", "requests"), ("+", r"0\.4"), ("h", "this list"), ("h", "requests/s")]:
        top.press(keys)
        top.draws(pattern)
    top.press("jjk\x1b[B\x1b[A R z")  # rows, the other way round, again, and what is no key
    top.press("\x1b[21~")  # F10
    assert top.end() == 0


def test_it_resizes(top):
    top.draws("requests/s")
    top.resize(30, 40)
    top.draws("process")
    top.resize(3, 10)
    top.draws("tiffd")
    top.resize(24, 120)
    top.draws("requests/s")
    top.press("q")
    assert top.end() == 0


def test_the_daemon_ends_meanwhile(top):
    top.draws("requests/s")
    top.daemon.stop()
    top.draws("No such file|refused")
    top.press("q")
    assert top.end() == 0


def test_lines(controlled):
    daemon = controlled(workers=2)
    text = succeed(daemon, "top", "--batch", "-n", "2", "-d", "0.1")
    assert text.count(f"process {daemon.pid}") == 2 and text.count("requests/s") == 2
    assert len(re.findall(r"^ +[01] +\d+ ", text, re.MULTILINE)) == 4
    told = succeed(daemon, "top", "--json", "-n", "1", "-d", "0.1")
    assert len(json.loads(told)["workers"]) == 2


def test_without_a_terminal(controlled):
    daemon = controlled()
    result = tiffctl(daemon, "top")
    assert (result.returncode, result.stderr) == \
        (1, "tiffctl: standard output is not a terminal; --batch prints lines\n")
    terminal = Terminal(TIFFCTL, "-c", daemon.ini, "top", term="nonsense")
    text = ""
    while "terminal is unknown" not in text:
        text += terminal.read()
    assert terminal.end() == 1
