# SPDX-License-Identifier: BSD-2-Clause
"""The log waits for nobody, loses no line in silence, and leads root nowhere else."""

import contextlib
import fcntl
import os
import pwd
import re
import resource
import signal

import pytest

from client import connect, fetch
from daemon import Daemon, stopped, wait_until

NOBODY = pwd.getpwnam("nobody")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root is led astray")


class Piped(Daemon):
    """Its standard error is a pipe that the test reads, or does not."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.reader, self.writer = os.pipe()
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(self.reader, False)

    @contextlib.contextmanager
    def redirected(self):
        yield self.writer

    def stall(self):
        """Fills the pipe, as a reader that stands still lets it be."""
        with open(os.open(f"/proc/self/fd/{self.writer}", os.O_WRONLY | os.O_NONBLOCK), "wb", 0) as own:
            while own.write(b"#\n"):
                pass

    def take(self):
        """What is in the pipe, without what filled it, goes to the log that is checked."""
        with contextlib.suppress(BlockingIOError), open(self.log_file, "ab") as log:
            while octets := os.read(self.reader, 65536):
                log.write(octets.replace(b"#\n", b""))

    def lines(self):
        self.take()
        return super().lines()


@pytest.fixture
def piped(start, object_ini, tmp_path):
    """piped(*lines): the same as serve(), with a pipe for a log."""

    def run(*lines, **keywords):
        (tmp_path / "object").write_bytes(b"content")
        return start(object_ini(*lines, **keywords), kind=Piped)

    return run


def test_a_stalled_reader_stops_nobody(piped):
    daemon = piped("[log]", "level = debug", workers=2)
    daemon.expect_log("ended by signal 9")
    daemon.expect_log(r"\d+ lines of the log were lost")
    assert fetch(daemon, "GET", "/o").body == b"content"
    (first, second) = daemon.all_workers(2)
    daemon.take()
    daemon.stall()
    assert os.get_blocking(daemon.writer)
    for _ in range(100):
        assert fetch(daemon, "GET", "/none").status == 404
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(set(daemon.workers()) - {first, second}) == 1, "the worker is replaced")
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.take()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log(r"lines of the log were lost")
    daemon.stall()
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0


def test_clients_cause_so_many_lines(serve):
    """The rest is counted."""
    daemon = serve(b"content", "[log]", "level = debug", "client_lines = 1")
    for _ in range(50):
        with connect(daemon) as client:
            client.send(b"BAD\r\n\r\n")
            assert client.response().status == 400
    daemon.stop()
    written = sum("refused: " in line or "disconnected: " in line for line in daemon.lines())
    counts = [re.search(r" (\d+) lines? about clients w\w+ left out", line) for line in daemon.lines()]
    assert written < 50
    assert written + sum(int(found[1]) for found in counts if found) >= 50


def test_a_stalled_reader_stops_no_lines_in_the_terminal(piped):
    daemon = piped("[debug]", "schedtrace = 1ms")
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.stall()
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0
    daemon.reader = os.open("/dev/null", os.O_RDONLY)  # its lines are not those of the log


def test_a_hanging_disk_stops_nobody(serve, tmp_path):
    """As its writer is stopped, so it is when its disk hangs: nobody else waits."""
    log = tmp_path / "the.log"
    daemon = serve(b"content", "[log]", f"file = {log}", "level = debug", "client_lines = 0", workers=2)
    wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
    (first, second) = daemon.all_workers(2)
    writer = daemon.log_writer()
    with stopped(writer), open(f"/proc/{writer}/fd/0", "rb") as pipe:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 65536)
        size = log.stat().st_size
        for _ in range(1500):
            assert fetch(daemon, "GET", "/o", "X Y: no field").status == 400
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(set(daemon.workers()) - {first, second}) == 1, "the worker is replaced")
        daemon.reload_quietly()
        assert fetch(daemon, "GET", "/o").body == b"content"
        assert log.stat().st_size == size
    wait_until(lambda: log.stat().st_size > size + 60000, "the disk goes on")
    daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: re.search(r"\d+ lines of the log were lost", log.read_text()), "the rest is told")
    os.kill(daemon.log_writer(), signal.SIGSTOP)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0
    os.kill(writer, signal.SIGKILL)


def test_a_log_writer_that_is_killed(serve, tmp_path):
    """Its place is taken by the file itself, and at a rotation by another one."""
    log = tmp_path / "the.log"
    daemon = serve(b"content", "[log]", f"file = {log}")
    first = daemon.log_writer()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: f"log writer: process {first} has ended" in log.read_text(), "that is told")
    log.rename(tmp_path / "rotated")
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: daemon.log_writer() != first, "there is another one")
    daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: log.exists() and "generation 1 serves" in log.read_text(), "it writes")


def test_a_full_disk_loses_no_lines(serve, tmp_path):
    """They wait until there is space again, also the rest of a line that was written in part."""
    log = tmp_path / "the.log"
    daemon = serve(b"content", "[log]", f"file = {log}")
    wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
    writer = daemon.log_writer()
    size = log.stat().st_size
    _, hard = resource.prlimit(writer, resource.RLIMIT_FSIZE)
    resource.prlimit(writer, resource.RLIMIT_FSIZE, (size + 20, hard))
    daemon.all_workers(1)
    for _ in range(3):
        daemon.reload_quietly()
    assert log.stat().st_size == size + 20
    resource.prlimit(writer, resource.RLIMIT_FSIZE, (hard, hard))
    for number in (1, 2, 3):
        wait_until(lambda n=number: f"generation {n} serves" in log.read_text(), "the log continues")
    daemon.stop()
    daemon.log_file.write_text(log.read_text())
    daemon.check_log()


def test_what_a_full_disk_loses_at_the_end_ends_nothing(serve, tmp_path):
    log = tmp_path / "the.log"
    daemon = serve(b"content", "[log]", f"file = {log}")
    wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
    size = log.stat().st_size
    resource.prlimit(daemon.log_writer(), resource.RLIMIT_FSIZE, (size + 20, size + 20))
    daemon.stop()
    assert log.stat().st_size == size + 20


@as_root
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_root_follows_no_link_in_a_directory_of_the_workers(serve, tmp_path, link):
    """The class of CVE-2016-1247: what looks like a rotated log is a link to another's file."""
    directory = tmp_path / "logs"
    directory.mkdir()
    os.chown(directory, NOBODY.pw_uid, NOBODY.pw_gid)
    log, secret = directory / "the.log", tmp_path / "secret"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    daemon = serve(b"content", "user = nobody", "[log]", f"file = {log}")
    wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
    log.rename(directory / "the.log.1")
    link(secret, log)
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: "log: is a symbolic link" in (directory / "the.log.1").read_text()
               or "log: has several names" in (directory / "the.log.1").read_text(), "it is said")
    assert secret.read_text() == "secret\n"
    assert (secret.stat().st_uid, secret.stat().st_mode & 0o777) == (0, 0o600)
    log.unlink()
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: log.exists() and log.stat().st_uid == 0, "a new log, which stays with root")
