# SPDX-License-Identifier: BSD-2-Clause
"""The access log: a whole line for each response, in the form that was asked for, wherever the file goes and
however the daemon changes; and nobody waits for it."""

import contextlib
import fcntl
import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import threading

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import DEADLINE, PROGRAM, alive, wait_until
from frozendisk import mounted
from test_numbers import scrape
from upgrading import Upgradable

COMBINED = re.compile(
    r'^127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
    r'"(?P<request>[^"]*)" (?P<status>\d{3}) (?P<bytes>\d+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)"$'
)
GET = request("GET", "/o")


@pytest.fixture
def logged(serve, tmp_path):
    """logged(*lines, octets=b"content"): a daemon with an access log, lines are for [access_log]."""

    def run(*lines, octets=b"content", server=(), file=None, **keywords):
        section = ["[access_log]", f"file = {file or tmp_path / 'access.log'}", *lines]
        return serve(octets, *server, *section, **keywords)

    return run


@pytest.fixture
def log(tmp_path):
    return tmp_path / "access.log"


def lines_of(path, count=0):
    """The lines of the log, once there are so many."""

    def found():
        lines = path.read_text().splitlines() if path.exists() else []
        return lines if len(lines) >= count else None

    return wait_until(found, f"{count} lines in {path}")


# --- what a line has ----------------------------------------------------------------------------


def test_combined(logged, log):
    daemon = logged()
    fetch(daemon, "GET", "/o", "Referer: http://a.example/", "User-Agent: test/1 (x)")
    fetch(daemon, "HEAD", "/none")
    lines = [COMBINED.match(line) for line in lines_of(log, 2)]
    assert lines[0].groups() == (
        "GET /o HTTP/1.1", "200", "7", "http://a.example/", "test/1 (x)"
    )
    assert lines[1].groups() == ("HEAD /none HTTP/1.1", "404", "0", "-", "-")
    assert stat.S_IMODE(log.stat().st_mode) == 0o640


def test_the_body_of_an_error_counts(logged, log):
    daemon = logged("format = $status $bytes_sent $body_bytes_sent")
    response = fetch(daemon, "GET", "/none")
    sent = len(response.head) + 4 + len(response.body)
    assert lines_of(log, 1) == [f"404 {sent} {len(response.body)}"]


def test_no_byte_forges_a_line(logged, log):
    daemon = logged()
    fetch(daemon, "GET", "/o", 'User-Agent: "\\\x80\xff\t[')
    fetch(daemon, "GET", "/o?\n", "User-Agent: x")
    first, second = (COMBINED.match(line) for line in lines_of(log, 2))
    assert first["agent"] == r"\x22\x5C\x80\xFF\x09["
    assert second["request"] == "GET /o?" and second["status"] == "400"


def test_json(logged, log):
    daemon = logged("format = json", octets=b"0123456789")
    fetch(daemon, "GET", "/o?a=%22", "Range: bytes=2-4", 'User-Agent: "\\\xe4\t{')
    line = json.loads(lines_of(log, 1)[0])
    assert line["request_uri"] == "/o?a=%22" and line["http_user_agent"] == '"\\\xe4\t{'
    assert (line["status"], line["body_bytes_sent"], line["range"]) == (206, 3, "2-4")
    assert (line["asset"], line["variant"], line["worker"]) == ("/o", "cached", 0)
    assert (line["connection"], line["connection_requests"]) == (1, 1)
    assert 0 <= line["first_byte_time"] <= line["request_time"] < DEADLINE
    assert line["termination"] == "complete" and line["http_referer"] == ""


def test_extended(logged, log):
    daemon = logged("format = extended", octets=b"0123456789")
    with connect(daemon) as client:
        for number in (1, 2):
            client.send(request("GET", "/o", "Range: bytes=0-0,3-4"))
            client.response()
    for number, line in enumerate(lines_of(log, 2), start=1):
        assert re.search(
            r" time=\d\.\d{6} first_byte=\d\.\d{6} range=0-0,3-4 variant=cached worker=0 connection=1 "
            rf"request={number} id=\S+ end=complete$",
            line,
        )


def test_a_format_of_one_s_own(logged, log):
    daemon = logged(
        "format = ${status}x $request_method|$request_uri|$server_protocol|$http_x_y|$http_host|"
        "$remote_addr:$remote_port $request_length $msec $generation"
    )
    sent = request("GET", "/o?q", "X-Y: a b", "X-YZ: no")
    with connect(daemon) as client:
        client.send(sent)
        client.response()
        port = client.socket.getsockname()[1]
    assert re.match(
        rf"^200x GET\|/o\?q\|HTTP/1.1\|a b\|test\|127.0.0.1:{port} {len(sent)} \d+\.\d{{3}} 0$",
        lines_of(log, 1)[0],
    )


def test_escaping_for_a_json_format(logged, log):
    daemon = logged('format = {"a":"$http_a","s":$status}', "escape = json")
    fetch(daemon, "GET", "/o", 'A: "x"\\')
    assert json.loads(lines_of(log, 1)[0]) == {"a": '"x"\\', "s": 200}


def test_long_values_are_cut_and_lines_stay_whole(logged, log):
    daemon = logged("format = json", server=("max_header_size = 64k", "max_target_size = 32k"))
    fetch(daemon, "GET", "/o?" + "%22" * 8000, "User-Agent: " + "\xff" * 20000)
    (line,) = lines_of(log, 1)
    assert len(line) < 4096
    line = json.loads(line)
    assert line["request_uri"].startswith("/o?%22%22") and line["request_uri"].endswith("...")
    assert line["http_user_agent"].startswith("\xff\xff") and line["http_user_agent"].endswith("...")


def test_requests_that_are_not_understood(logged, log):
    daemon = logged("format = $status \"$request\" $asset", server=("header_timeout = 50ms",))
    for octets in (b"GET  /o HTTP/1.1\r\n\r\n", b"\r\n\r\nGET /o HTTP/1.1\r\n\r\n", b"GET /o HTT"):
        with connect(daemon) as client:
            client.send(octets)
            client.response()
    assert lines_of(log, 3) == [
        '400 "GET  /o HTTP/1.1" -', '400 "GET /o HTTP/1.1" -', '408 "GET /o HTT" -'
    ]


def test_pipelined_responses_have_a_line_each(logged, log):
    daemon = logged("format = $connection_requests $request_uri $body_bytes_sent")
    with connect(daemon) as client:
        client.send(b"".join(request("GET", f"/o?{i}") for i in range(500)))
        for _ in range(500):
            client.response()
    assert lines_of(log, 500) == [f"{i + 1} /o?{i} 7" for i in range(500)]


# --- which responses ----------------------------------------------------------------------------


def test_only_some_classes_of_status(logged, log):
    daemon = logged("status = 4xx, 5xx")
    for path in ("/o", "/none", "/o"):
        fetch(daemon, "GET", path)
    daemon.stop()
    assert [COMBINED.match(line)["status"] for line in lines_of(log)] == ["404"]


def test_one_of_many(logged, log):
    daemon = logged("sample = 10", "format = $status")
    with connect(daemon) as client:
        for i in range(100):
            client.send(request("GET", "/o" if i % 10 else "/none"))
            client.response()
    daemon.stop()
    lines = lines_of(log)
    assert lines.count("404") == 10 and lines.count("200") == 9


# --- why a response ended -----------------------------------------------------------------------


def ends(log, count=1):
    return [line.split() for line in lines_of(log, count)]


def test_a_client_that_leaves(logged, log, content):
    daemon = logged("format = $termination $body_bytes_sent", octets=content)
    client = connect_narrowly(daemon)
    client.begin(GET)
    client.socket.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
    )
    client.close()
    ((why, sent),) = ends(log)
    assert why == "client" and 0 < int(sent) < len(content)


def test_a_client_that_takes_nothing(logged, log, content):
    daemon = logged(
        "format = $termination $body_bytes_sent", octets=content, server=("send_timeout = 100ms",)
    )
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        ((why, sent),) = ends(log)
    assert why == "timeout" and 0 < int(sent) < len(content)


def test_a_worker_that_ends(logged, log, content):
    daemon = logged(
        "format = $termination $body_bytes_sent", octets=content, server=("drain_timeout = 0",)
    )
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        daemon.stop()
        ((why, sent),) = ends(log)
    assert why == "drain" and 0 < int(sent) < len(content)


def test_a_file_that_changes(logged, log, content, tmp_path):
    daemon = logged("format = $termination $status", octets=content, variant="streaming")
    daemon.expect_log("a response was cut")
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        os.truncate(tmp_path / "object", 1)
        _, reset = client.rest()
        assert reset
    assert ends(log) == [["object", "200"]]


def test_a_slow_response_is_timed_to_its_end(logged, log, content):
    daemon = logged("format = $request_time $first_byte_time $body_bytes_sent", octets=content)
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        assert not log.exists() or log.read_text() == ""
        assert client.response().body == content
    ((duration, first, sent),) = ends(log)
    assert float(duration) > float(first) and int(sent) == len(content)


# --- where lines go -----------------------------------------------------------------------------


class Load(threading.Thread):
    """A client that asks until it is told to stop, and counts complete responses."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_under_test = daemon
        self.enough = threading.Event()
        self.count = 0

    def run(self):
        while not self.enough.is_set():
            with contextlib.suppress(ConnectionError, AssertionError), connect(
                self.daemon_under_test
            ) as client:
                close = False
                while not self.enough.is_set() and not close:
                    client.send(request("GET", "/o", f"X: {self.count}"))
                    close = client.response().close
                    self.count += 1


@contextlib.contextmanager
def load(daemon, clients=4):
    threads = [Load(daemon) for _ in range(clients)]
    for thread in threads:
        thread.start()
    yield lambda: sum(thread.count for thread in threads)
    for thread in threads:
        thread.enough.set()
    for thread in threads:
        thread.join(DEADLINE)


def more(count, by=200):
    """So many more responses have come."""
    before = count()
    wait_until(lambda: count() >= before + by, "clients are answered")


def all_lines(tmp_path):
    found = []
    for path in sorted(tmp_path.glob("access.log*")):
        text = path.read_text()
        assert text == "" or text.endswith("\n")
        found += text.splitlines()
    return found


def test_no_line_is_lost(logged, tmp_path, log):
    """Rotation, reload, upgrade and SIGTERM under load: as many lines as responses, each of them whole."""
    daemon = logged("format = combined", workers=2, kind=Upgradable)
    daemon.wait_log("started: ")
    with load(daemon) as count:
        more(count)
        for i in range(3):
            log.rename(tmp_path / f"access.log.{i}")
            daemon.send_signal(signal.SIGUSR1)
            wait_until(log.exists, "a new file")
            more(count)
        daemon.reload()
        more(count)
        old = daemon.upgrade()
        more(count)
        wait_until(lambda: not alive(old), "the old program ends")
        log.rename(tmp_path / "access.log.9")
        daemon.send_signal(signal.SIGUSR1)
        more(count)
    daemon.stop()
    lines = all_lines(tmp_path)
    assert all(COMBINED.match(line) for line in lines)
    assert len(lines) == count()


def test_a_line_comes_within_a_second(logged, log):
    """Nothing else happens meanwhile."""
    daemon = logged("flush = 10ms")
    fetch(daemon, "GET", "/o")
    assert len(lines_of(log, 1)) == 1
    assert daemon.process.poll() is None


def test_of_a_killed_worker_its_buffer_is_lost_and_said(logged, log):
    daemon = logged("flush = 1m", debug=True)
    daemon.expect_log("ended by signal 9|last events")
    daemon.expect_log("lost with it: 7 lines of the access log")
    with connect(daemon) as client:
        for _ in range(7):
            client.send(GET)
            client.response()
        (victim,) = daemon.workers()
        os.kill(victim, signal.SIGKILL)
    daemon.wait_log("lost with it: 7 lines of the access log")
    fetch(daemon, "GET", "/o")
    assert scrape(daemon)["tiffd_access_log_lost_total"] == 7
    daemon.stop()
    assert len(lines_of(log)) == 1


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_a_pipe_that_nobody_reads_stops_nobody(logged, fifo):
    daemon = logged("buffer = 8k", "flush = 10ms", file=fifo, workers=2, debug=True)
    daemon.expect_log("access log: .*; lines are lost|lines? of the access log|access log: \\d+ lines? w")
    with load(daemon) as count:
        wait_until(lambda: scrape(daemon)["tiffd_access_log_lost_total"] > 100, "lines are lost")
        daemon.wait_log("access log: Resource temporarily unavailable; lines are lost")
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        text = b""

        def said():
            nonlocal text
            with contextlib.suppress(BlockingIOError):
                text += os.read(reader, 1 << 20)
            return any("were lost" in line or "was lost" in line for line in daemon.lines())

        wait_until(said, "the log tells how many")
    sent = count()

    def all_written():
        nonlocal text
        with contextlib.suppress(BlockingIOError):
            text += os.read(reader, 1 << 20)
        samples = scrape(daemon)
        total = samples["tiffd_access_log_lost_total"] + samples["tiffd_access_log_lines_total"]
        return total == sent and text.count(b"\n") == samples["tiffd_access_log_lines_total"]

    wait_until(all_written, "every line is written or counted as lost")
    assert all(COMBINED.match(line) for line in text.decode().splitlines())
    os.close(reader)


@pytest.fixture
def told(tmp_path):
    """The log, in a file that a full disk of the access log does not concern."""
    return tmp_path / "the.log"


def fill_disk(daemon, log, spare):
    """Its log writer can add so many bytes. Returns what ends that."""
    writer = daemon.log_writer("access log")
    _, hard = resource.prlimit(writer, resource.RLIMIT_FSIZE)
    resource.prlimit(writer, resource.RLIMIT_FSIZE, (log.stat().st_size + spare, hard))
    return lambda: resource.prlimit(writer, resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_loses_no_lines(logged, log, told):
    options = ("flush = 10ms", "format = $request_uri:", "[log]", f"file = {told}")
    daemon = logged(*options, debug=True)
    fetch(daemon, "GET", "/o?first")
    lines_of(log, 1)
    free_disk = fill_disk(daemon, log, spare=5)
    fetch(daemon, "GET", "/o?second")
    wait_until(lambda: log.read_text().endswith("/o?se"), "the disk is full")
    fetch(daemon, "GET", "/o?third")
    wait_until(lambda: "access log: File too large; lines wait\n" in told.read_text(), "it is told")
    free_disk()
    assert lines_of(log, 3) == ["/o?first:", "/o?second:", "/o?third:"]
    assert scrape(daemon)["tiffd_access_log_lost_total"] == 0


def test_a_full_disk_joins_no_lines(logged, log, told):
    """A line that was written in part is ended by another log writer of the file, and its rest is lost."""
    options = ("flush = 10ms", "format = $request_uri:", "[log]", f"file = {told}")
    daemon = logged(*options)
    fetch(daemon, "GET", "/o?first")
    lines_of(log, 1)
    fill_disk(daemon, log, spare=5)
    fetch(daemon, "GET", "/o?second")
    wait_until(lambda: log.read_text().endswith("/o?se"), "the disk is full")
    (log.parent / "link").symlink_to(log.parent)
    daemon.ini.write_text(daemon.ini.read_text().replace(str(log), str(log.parent / "link" / log.name)))
    daemon.reload_quietly()
    fetch(daemon, "GET", "/o?third")
    assert lines_of(log, 3) == ["/o?first:", "/o?se", "/o?third:"]
    wait_until(lambda: "access log: 1 line was lost\n" in told.read_text(), "it is told")


def test_a_hanging_disk_stops_nobody(logged, tmp_path):
    """While the disk hangs, everything goes on but the logs; afterwards, each line is there or counted."""
    with mounted(tmp_path) as disk:
        log, access_log = disk.path / "the.log", disk.path / "access.log"
        section = ("[log]", f"file = {log}", "level = debug", "client_lines = 0")
        daemon = logged("flush = 10ms", "buffer = 8k", *section, file=access_log, workers=2, debug=True)
        wait_until(lambda: log.exists() and "started" in log.read_text(), "the start is told")
        first, second = daemon.all_workers(2)
        with load(daemon) as count:
            more(count)
            disk.freeze()
            wait_until(lambda: scrape(daemon)["tiffd_access_log_lost_total"] > 100, "lines are lost")
            more(count)
            os.kill(first, signal.SIGKILL)
            wait_until(lambda: len(set(daemon.workers()) - {first, second}) == 1, "the worker is replaced")
            daemon.reload_quietly()
            more(count)
            disk.thaw()
            wait_until(lambda: re.search(r"access log: \d+ lines were lost", log.read_text()), "it is told")
            more(count)
        daemon.stop()
        assert all(COMBINED.match(line) for line in access_log.read_text().splitlines())


def test_a_busy_log_writer_loses_no_lines(logged, log):
    """More lines come in a turn of the loop than a small pipe and a small buffer hold."""
    daemon = logged("format = $connection_requests", "buffer = 8k", "flush = 10ms", debug=True)
    fetch(daemon, "GET", "/o")
    lines_of(log, 1)
    with open(f"/proc/{daemon.log_writer('access log')}/fd/0", "rb") as pipe:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
    with connect(daemon) as client:
        client.send(b"".join(request("GET", "/o") for i in range(5000)))
        for _ in range(5000):
            client.response()
    assert lines_of(log, 5001) == ["1", *(str(i + 1) for i in range(5000))]
    assert scrape(daemon)["tiffd_access_log_lost_total"] == 0


def test_a_log_writer_that_is_killed(logged, tmp_path, log):
    """Its place is taken by the file itself, and at a rotation by another one."""
    daemon = logged("flush = 10ms", "format = $request_uri", workers=2)
    daemon.expect_log("access log writer: process \\d+ has ended")
    first = daemon.log_writer("access log")
    os.kill(first, signal.SIGKILL)
    daemon.wait_log(f"access log writer: process {first} has ended; the next SIGUSR1")
    fetch(daemon, "GET", "/o?first")
    assert lines_of(log, 1) == ["/o?first"]
    log.rename(tmp_path / "rotated")
    daemon.send_signal(signal.SIGUSR1)
    assert daemon.log_writer("access log") != first
    fetch(daemon, "GET", "/o?second")
    assert lines_of(log, 1) == ["/o?second"]


def test_a_reload_opens_nothing(logged, tmp_path, log):
    """The file may have been rotated already: until SIGUSR1, lines go to the old one."""
    daemon = logged("flush = 10ms", "format = $request_uri")
    first = daemon.log_writer("access log")
    log.rename(tmp_path / "rotated")
    daemon.reload()
    fetch(daemon, "GET", "/o")
    assert lines_of(tmp_path / "rotated", 1) == ["/o"]
    assert not log.exists() and daemon.log_writer("access log") == first


def test_standard_output(logged):
    """In a container; there it is the same as that of the log."""
    daemon = logged("flush = 10ms", file="/dev/stdout")
    fetch(daemon, "GET", "/o")

    def own():
        return [line for line in daemon.lines() if COMBINED.match(line)]

    assert len(wait_until(own, "a line")) == 1
    daemon.log_file.write_text("".join(f"{line}\n" for line in daemon.lines() if line not in own()))


# --- what can't be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, reason",
    (
        ("format = $nothing", '"nothing" is no variable'),
        ("format = plain", '"plain" is no format'),
        ("format = $status $", '"$" is not followed by a name'),
        ("format = " + "$request" * 80, "makes lines of more than 4096 bytes"),
        ("status = 6xx", '"6xx" is not a class of status codes'),
        ("file = /nowhere/log", "No such file or directory"),
        ("buffer = 4k", "is below the minimum"),
    ),
)
def test_a_configuration_that_is_refused(tmp_path, object_ini, line, reason):
    ini = tmp_path / "bad.ini"
    (tmp_path / "object").write_bytes(b"x")
    ini.write_text(object_ini("[access_log]", line))
    run = subprocess.run([PROGRAM, "-t", "-c", ini], capture_output=True, text=True)
    assert run.returncode == 1 and "bad.ini:6: [access_log]" in run.stderr and reason in run.stderr


def test_a_file_that_cannot_be_opened_fails_the_reload(logged, tmp_path, log):
    daemon = logged()
    daemon.wait_log("started: ")
    daemon.expect_log("reload")
    text = daemon.ini.read_text()
    daemon.ini.write_text(text.replace(str(log), str(tmp_path / "nowhere" / "log")))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed")
    fetch(daemon, "GET", "/o")
    assert len(lines_of(log, 1)) == 1
