# SPDX-License-Identifier: BSD-2-Clause
"""The daemon under test: one per test, on a socket the test owns.

The socket is bound to port 0 and handed over with LISTEN_FDS, so there is no port to race for and
nothing to wait for: a connection made before the workers are up waits in the queue.
"""

import contextlib
import functools
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

import pytest

TOP = pathlib.Path(os.environ.get("TOP_SRCDIR", pathlib.Path(__file__).resolve().parents[2]))


def named_program():
    """What TIFFD names, from here or in PATH; tests run it from other directories."""
    name = os.environ.get("TIFFD", str(TOP / "build" / "tiffd"))
    return os.path.abspath(shutil.which(name) or name)


PROGRAM = named_program()
SAMPLE = TOP / "assets" / "sample.tif"
DEADLINE = 60.0  # nothing takes so long, however busy the machine is; only failures wait for it
LINE = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
    r"(error|warning|notice|info|debug) "
    r"(master|loader|opener|watcher|(access )?log writer|worker \d+|observer|tiffd)\[\d+\]: [ -~]*$"
)


def wait_until(condition, what, seconds=DEADLINE):
    """Polls a condition that nothing announces; for a process table or a log, not for readiness."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


@functools.cache
def build():
    """What the program says about itself."""
    return subprocess.run([PROGRAM, "-V"], capture_output=True, text=True, check=True).stdout


def sanitized():
    """Sanitizers keep freed memory for a while, to notice its use; and they look for leaks."""
    return "-fsanitize" in build()


def has_tcmalloc():
    """Its hooks are what heap profiles need."""
    return "gperftools" in build()


def free_port(host="127.0.0.1", family=socket.AF_INET):
    """A port for a configuration that must name one; below those that the kernel gives away."""
    while True:
        port = random.randrange(10000, 30000)
        with contextlib.suppress(OSError), socket.create_server((host, port), family=family):
            return port


def children(pid):
    """The processes whose parent is pid, zombies included."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(name))
    return sorted(found)


def state(pid):
    """The letter of a process's state, as "Z" for a zombie; none when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def alive(pid):
    """Is there such a process, and is it more than a zombie?"""
    return state(pid) not in ("", "Z")


@contextlib.contextmanager
def stopped(pid):
    """Meanwhile the process does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: state(pid) == "T", "the process is stopped")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def title(pid):
    """"worker" or "observer": what ps(1) shows."""
    with contextlib.suppress(OSError, IndexError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().partition("\0")[0].split()[1]
    return ""


def over_proc(filesystem, *options):
    """What precedes a command that is to have another /proc, in namespaces of its own: options of
    unshare(1) tell which others. In a chroot / is no mount point, so only /proc is made private."""
    mount = f'mount --make-private /proc && mount -t {filesystem} none /proc && exec "$0" "$@"'
    command = ["unshare", "--mount", "--propagation=unchanged", *options, "sh", "-c", mount]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no namespaces and mounts can be made here")
    return command


def sockets(pid):
    """How many sockets a process has open; its listeners are among them."""
    links = []
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(entry))
    return sum(link.startswith("socket:") for link in links)


def dial(address):
    """A connection to (host, port) or to the path of a Unix socket."""
    if isinstance(address, tuple):
        connection = socket.create_connection(address[:2])
    else:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(address))
    connection.settimeout(DEADLINE)
    return connection


class Daemon:
    """A master with its workers. Use it as a context manager: it checks how everything ends."""

    def __init__(self, directory, ini, *options, listen=None, debug=False, environment="", wrapper=()):
        self.directory = pathlib.Path(directory)
        self.ini = self.directory / "tiffd.ini"
        self.ini.write_text(ini)
        self.log_file = self.directory / "log"
        self.options = options
        self.program = PROGRAM
        self.expected = []
        self.status = 0
        self.listener = listen or socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.address = self.listener.getsockname()
        self.observed = socket.create_server(("127.0.0.1", 0)) if debug else None
        self.environment = environment  # "NAME=value" for the daemon
        self.wrapper = wrapper  # a command that runs another, before the daemon
        self.process = None

    def start(self):
        """Runs the daemon with the socket as descriptor 3, where LISTEN_PID names it, and the
        one for [debug] as descriptor 4."""
        command = [*self.wrapper, self.program, "-c", str(self.ini), *self.options]
        passed = [found for found in (self.listener, self.observed) if found]
        # By way of high numbers, so that none is closed before it is copied.
        moves = [f"exec {90 + i}<&{found.fileno()}; " for i, found in enumerate(passed)]
        moves += [f"exec {3 + i}<&{90 + i} {90 + i}<&-; " for i in range(len(passed))]
        script = f"{''.join(moves)}LISTEN_PID=$$ LISTEN_FDS={len(passed)} "
        names = ":".join(["http", "debug"][: len(passed)])
        script += f"LISTEN_FDNAMES={names} {self.environment} exec {shlex.join(command)}"
        with self.redirected() as log:
            self.process = subprocess.Popen(
                ["/bin/bash", "-c", script],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[found.fileno() for found in passed],
            )
        return self

    def redirected(self):
        """Where its standard output and error go."""
        return open(self.log_file, "ab")

    @property
    def debug_url(self):
        """Where the observer answers, without a path."""
        return "http://{}:{}".format(*self.observed.getsockname())

    @property
    def pid(self):
        return self.process.pid

    def workers(self):
        """The process ids of the workers that live."""
        return [pid for pid in children(self.pid) if alive(pid) and title(pid) == "worker"]

    def staff(self):
        """Likewise, with the observer: who stays."""
        return [
            pid
            for pid in children(self.pid)
            if alive(pid) and title(pid) in ("worker", "observer")
        ]

    def log_writer(self, log="log"):
        """The process that writes the file of the log, or of the "access log"."""

        def found():
            pids = [pid for pid in children(self.pid) if alive(pid) and title(pid) == log.split()[0]]
            return pids if len(pids) == 1 else None

        return wait_until(found, f"there is one {log} writer")[0]

    def all_workers(self, count):
        """The same, once there are so many."""

        def found():
            workers = self.workers()
            return workers if len(workers) == count else None

        return wait_until(found, f"{count} workers")

    def send_signal(self, number):
        self.process.send_signal(number)

    def lines(self):
        return self.log_file.read_text(errors="replace").splitlines()

    def expect_log(self, pattern):
        """A line of level warning or error that this test brings about."""
        self.expected.append(re.compile(pattern))

    def wait_log(self, pattern, seconds=DEADLINE, count=1):
        """Waits until so many lines match; returns the last of them."""
        regex = re.compile(pattern)

        def matching():
            found = [line for line in self.lines() if regex.search(line)]
            return found if len(found) >= count else None

        return wait_until(matching, f"log line {pattern!r}", seconds)[-1]

    def connect(self):
        return dial(self.address)

    def reload(self):
        """Reloads, and waits until nobody of the generation before is left."""
        self.wait_log("started: ")
        self.reload_quietly()

    def reload_quietly(self):
        """The same, when the log can tell nothing."""
        before = self.workers()
        self.send_signal(signal.SIGHUP)
        wait_until(lambda: not any(map(alive, before)), "the old generation ends")

    def stop(self, number=signal.SIGTERM):
        """Ends the daemon and checks its status, its children and its log."""
        workers = children(self.pid)
        if self.process.poll() is None:
            self.send_signal(number)
        status = self.process.wait(DEADLINE)
        self.listener.close()
        if self.observed:
            self.observed.close()
        wait_until(lambda: not any(map(alive, workers)), "workers end with their master")
        assert status == self.status, f"exit status {status}\n" + "\n".join(self.lines())
        self.check_log()

    def check_log(self):
        for line in self.lines():
            match = LINE.match(line)
            assert match, f"not a log line: {line!r}"
            if match[1] in ("error", "warning"):
                assert any(p.search(line) for p in self.expected), f"unexpected: {line}"

    def kill(self):
        """For a test that has failed: leaves nothing behind."""
        workers = children(self.pid)
        for pid in [self.pid, *workers]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(DEADLINE)
        self.listener.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, traceback):
        if kind is None:
            try:
                self.stop()
            except BaseException:
                self.kill()
                raise
        else:
            self.kill()


class Binding(Daemon):
    """A daemon that binds what its configuration says; start() returns when it has."""

    def __init__(self, directory, ini, *options, address=None):
        super().__init__(directory, ini, *options)
        self.listener.close()
        self.address = address

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-c", str(self.ini), *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_log("started: ")
        return self
