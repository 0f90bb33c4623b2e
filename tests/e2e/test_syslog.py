# SPDX-License-Identifier: BSD-2-Clause
"""The log goes to syslogd, which may be slow, stand still, end and come back: nobody waits for it."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from client import connect, fetch
from daemon import DEADLINE, wait_until

TEXT = r"(master|worker \d+|observer|loader): ([ -~]*)"
RFC3164 = re.compile(rf"<(\d+)>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d (\S+)\[(\d+)\]: {TEXT}")
RFC5424 = re.compile(rf"<(\d+)>1 [-\d]{{10}}T\d\d:\d\d:\d\d\.\d{{3}}Z (\S+) (\S+) (\d+) - - {TEXT}")


class Syslogd:
    """The socket of one that reads when it is told to."""

    def __init__(self, path):
        self.path = path
        self.socket = None
        self.messages = []
        self.start()

    def start(self):
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.setblocking(False)

    def stop(self):
        self.socket.close()

    def read(self):
        while True:
            try:
                self.messages.append(self.socket.recv(65536).decode())
            except BlockingIOError:
                return self.messages

    def wait(self, pattern):
        """A message that has it."""
        regex = re.compile(pattern)

        def found():
            return next((message for message in self.read() if regex.search(message)), None)

        return wait_until(found, f"a message {pattern!r}")


@pytest.fixture
def syslogd(tmp_path):
    return Syslogd(tmp_path / "syslogd")


def refuse_a_request(daemon):
    with connect(daemon) as client:
        client.send(b"GET /o HTTP/1.1\r\nX Y: z\r\n\r\n")
        assert client.response().status == 400


def test_every_process_writes_there(serve, syslogd):
    """Workers, too, in their sandbox; nothing goes to standard error any more."""
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}", "level = debug")
    started = RFC3164.fullmatch(syslogd.wait("master: tiffd .* started: "))
    assert started.groups()[:3] == ("29", "tiffd", str(daemon.pid))
    refuse_a_request(daemon)
    refused = RFC3164.fullmatch(syslogd.wait("refused: "))
    assert refused[1] == "31" and int(refused[3]) in daemon.workers() and refused[4] == "worker 0"
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(DEADLINE) == 0
    assert syslogd.wait("master: ended$")
    assert all(RFC3164.fullmatch(message) for message in syslogd.read())
    assert not any("started" in line for line in daemon.lines())


def test_rfc5424(serve, syslogd):
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}", "syslog_format = rfc5424",
                   "syslog_facility = local3", "syslog_tag = maps-1")
    found = RFC5424.fullmatch(syslogd.wait("started: "))
    assert found.groups()[:4] == (str(19 * 8 + 5), socket.gethostname(), "maps-1", str(daemon.pid))
    assert all(RFC5424.fullmatch(message) for message in syslogd.read())


def test_one_that_comes_late(serve, syslogd):
    """That is said on standard error; what comes until then waits."""
    syslogd.stop()
    syslogd.path.unlink()
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}")
    daemon.expect_log("syslog .*: No such file or directory; lines wait until it can be reached")
    daemon.wait_log("lines wait until")
    assert fetch(daemon, "GET", "/o").body == b"content"
    syslogd.start()
    assert syslogd.wait("tiffd .* started: ")


def test_one_that_is_restarted(serve, syslogd):
    """It is found again by itself, and no line is lost."""
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}")
    syslogd.wait("started: ")
    syslogd.stop()
    for _ in range(2):
        daemon.reload_quietly()
    syslogd.start()
    for number in (1, 2):
        assert syslogd.wait(f"generation {number} serves")
    assert not any("lost" in message for message in syslogd.messages)


def test_one_that_stands_still(serve, syslogd):
    """Nobody waits for it but the log writer, and not even that at the end."""
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}", "level = debug", "client_lines = 0",
                   workers=2)
    syslogd.wait("started: ")
    (first, second) = daemon.all_workers(2)
    for _ in range(1000):
        assert fetch(daemon, "GET", "/o", "X Y: no field").status == 400
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(set(daemon.workers()) - {first, second}) == 1, "the worker is replaced")
    daemon.reload_quietly()
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert syslogd.wait("generation 1 serves")
    assert sum("refused: " in message for message in syslogd.messages) == 1000
    for _ in range(1000):
        assert fetch(daemon, "GET", "/o", "X Y: no field").status == 400
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(DEADLINE) == 0


def test_a_reload_changes_where_it_goes(serve, syslogd, tmp_path):
    log = tmp_path / "the.log"
    daemon = serve(b"content", "[log]", f"file = {log}")
    wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
    text = daemon.ini.read_text()

    def change(lines):
        daemon.ini.write_text(text.replace(f"file = {log}", lines))
        daemon.send_signal(signal.SIGHUP)

    change(f"syslog = {syslogd.path}")
    assert " tiffd[" in syslogd.wait("generation 1 serves")
    change(f"syslog = {syslogd.path}\nsyslog_tag = other")
    assert " other[" in syslogd.wait("generation 2 serves")
    change(f"file = {log}")
    wait_until(lambda: "generation 3 serves" in log.read_text(), "the file is back")
    assert f"the log continues in {syslogd.path}" in log.read_text()
    assert "generation 1" not in log.read_text() and "generation 2" not in log.read_text()
    assert "generation 3" not in "".join(syslogd.read())
    assert daemon.log_writer()


def test_a_log_writer_that_is_killed(serve, syslogd):
    """Lines go to standard error until SIGUSR1."""
    daemon = serve(b"content", "[log]", f"syslog = {syslogd.path}")
    syslogd.wait("started: ")
    first = daemon.log_writer()
    os.kill(first, signal.SIGKILL)
    daemon.expect_log(f"log writer: process {first} has ended")
    daemon.wait_log(f"log writer: process {first} has ended")
    for _ in range(2):
        daemon.send_signal(signal.SIGUSR1)
        wait_until(lambda: daemon.log_writer() != first, "there is another one")
        first = daemon.log_writer()
    daemon.send_signal(signal.SIGHUP)
    assert syslogd.wait("generation 1 serves")


RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{directory}/rsyslog" useSpecialParser="{special}" RateLimit.Interval="0")
template(name="seen" type="string"
         string="%pri% %app-name% %procid% %hostname% %timereported:::date-rfc3339% %msg%\\n")
action(type="omfile" file="{directory}/seen" template="seen")
"""


@pytest.mark.skipif(not shutil.which("rsyslogd"), reason="there is no rsyslogd")
@pytest.mark.parametrize("form", ["rfc3164", "rfc5424"])
def test_rsyslogd_reads_both(serve, tmp_path, form):
    special = "on" if form == "rfc3164" else "off"
    (tmp_path / "conf").write_text(RSYSLOG.format(directory=tmp_path, special=special))
    seen = tmp_path / "seen"
    with subprocess.Popen(["rsyslogd", "-n", "-iNONE", "-f", tmp_path / "conf"]) as rsyslogd:
        try:
            wait_until((tmp_path / "rsyslog").exists, "rsyslogd listens")
            daemon = serve(b"content", "[log]", f"syslog = {tmp_path}/rsyslog", f"syslog_format = {form}")
            wait_until(lambda: seen.exists() and "started: " in seen.read_text(), "the start is told")
            line = next(line for line in seen.read_text().splitlines() if "started: " in line)
            head = f"29 tiffd {daemon.pid} {re.escape(socket.gethostname())}"
            assert re.fullmatch(rf"{head} \S+  ?master: tiffd .* started: .*", line), line
            daemon.send_signal(signal.SIGTERM)
            assert daemon.process.wait(DEADLINE) == 0
        finally:
            rsyslogd.terminate()
