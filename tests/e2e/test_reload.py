# SPDX-License-Identifier: BSD-2-Clause
"""SIGHUP takes over what has changed and loses nothing; SIGUSR1 opens the log anew."""

import contextlib
import errno
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from client import Client, connect, connect_narrowly, fetch, request
from daemon import Binding, alive, dial, sanitized, stopped, wait_until

GET = request("GET", "/o")


@pytest.mark.parametrize("variant", ["cached", "streaming"])
@pytest.mark.parametrize("new", [b"something new", b"CONTENT", b"x" * 100000])
def test_changed_file(serve, tmp_path, variant, new):
    daemon = serve(b"content", variant=variant)
    before = fetch(daemon, "GET", "/o")
    assert before.body == b"content"
    (tmp_path / "new").write_bytes(new)
    (tmp_path / "new").rename(tmp_path / "object")
    daemon.reload()
    after = fetch(daemon, "GET", "/o")
    assert after.body == new
    assert after.fields["etag"] != before.fields["etag"]


def overwrite(path, octets):
    """In place, as by one who keeps the times (cp -p, a build that clamps them)."""
    before = path.stat()
    path.write_bytes(octets)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_changed_file_of_the_same_size_and_time(serve, tmp_path, variant):
    daemon = serve(b"content", variant=variant)
    before = fetch(daemon, "GET", "/o")
    overwrite(tmp_path / "object", b"CONTENT")
    daemon.reload()
    after = fetch(daemon, "GET", "/o")
    assert after.body == b"CONTENT"
    assert after.fields["etag"] != before.fields["etag"]
    resume = ["Range: bytes=3-", f"If-Range: {before.fields['etag']}"]
    assert fetch(daemon, "GET", "/o", *resume).status == 200


def memory_of(pid):
    """The inode of the memory that the object is in, however often it is mapped."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    (inode,) = {line.split()[4] for line in lines if "tiffd-object" in line}
    return inode


def test_touched_status_keeps_the_memory(serve, tmp_path):
    """A changed mode moves the time of status change, and not the bytes."""
    daemon = serve(b"content")
    before = memory_of(*daemon.all_workers(1))
    for change in (lambda path: path.chmod(0o600), lambda path: overwrite(path, b"content")):
        change(tmp_path / "object")
        daemon.reload()
        assert memory_of(*daemon.all_workers(1)) == before
    assert fetch(daemon, "GET", "/o").body == b"content"


@pytest.mark.parametrize("second", [0, 1])
def test_no_date_of_reproducible_builds(serve, tmp_path, second):
    (tmp_path / "object").write_bytes(b"content")
    daemon = serve(b"content")
    os.utime(tmp_path / "object", (second, second))
    daemon.reload()
    response = fetch(daemon, "GET", "/o", "If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT")
    assert response.status == 200 and "last-modified" not in response.fields


def test_changed_configuration(serve, object_ini):
    daemon = serve(b"content", workers=1)
    assert fetch(daemon, "GET", "/other").status == 404
    text = object_ini("keepalive_requests = 1", workers=3) + "cache_control = no-cache\n"
    daemon.ini.write_text(text + text.split("\n[")[-1].replace("asset /o]", "[asset /other]"))
    daemon.reload()
    daemon.all_workers(3)
    response = fetch(daemon, "GET", "/o")
    assert (response.close, response.fields["cache-control"]) == (True, "no-cache")
    assert fetch(daemon, "GET", "/other").body == b"content"


class Asker(threading.Thread):
    """Asks again and again on one connection, and on a new one when it was told to."""

    def __init__(self, daemon, contents):
        super().__init__()
        self.daemon_process = daemon
        self.contents = contents
        self.enough = threading.Event()
        self.responses = 0
        self.failure = None

    def ask(self):
        with connect(self.daemon_process) as client:
            while not self.enough.is_set():
                client.send(GET)
                response = client.response()
                assert (response.status, response.body in self.contents) == (200, True)
                self.responses += 1
                if response.close:
                    return

    def run(self):
        try:
            while not self.enough.is_set():
                self.ask()
        except (AssertionError, OSError) as failure:
            self.failure = failure


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_reload_under_load_loses_no_request(serve, tmp_path, variant):
    contents = [bytes([65 + i]) * (200000 + i) for i in range(6)]
    daemon = serve(contents[0], workers=2, variant=variant)
    assert fetch(daemon, "GET", "/o").body == contents[0]
    askers = [Asker(daemon, contents) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        for number in range(1, 6):
            before = [asker.responses for asker in askers]
            (tmp_path / "new").write_bytes(contents[number])
            (tmp_path / "new").rename(tmp_path / "object")
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(f"generation {number} serves")
            wait_until(
                lambda before=before: all(
                    asker.failure or asker.responses > count + 1
                    for asker, count in zip(askers, before)
                ),
                "everybody is answered",
            )
    finally:
        for asker in askers:
            asker.enough.set()
        for asker in askers:
            asker.join()
    assert [asker.failure for asker in askers] == [None] * len(askers)
    wait_until(lambda: fetch(daemon, "GET", "/o").body == contents[5], "the last content")


def test_bad_configuration_changes_nothing(serve):
    daemon = serve(b"content", workers=2)
    assert fetch(daemon, "GET", "/o").body == b"content"
    before = daemon.all_workers(2)
    daemon.expect_log(r"reload: \S+/tiffd.ini:\d+: \[server\] wrokers: unknown key")
    daemon.expect_log(r"reload: \S+/tiffd.ini:\d+: \[server\] backlog: ")
    daemon.expect_log("reload failed: generation 0 continues")
    good = daemon.ini.read_text()
    daemon.ini.write_text(good.replace("[asset", "wrokers = 1\nbacklog = 0\n[asset"))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed")
    for pattern in daemon.expected:
        assert any(map(pattern.search, daemon.lines())), pattern
    assert daemon.workers() == before
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.ini.write_text(good)
    daemon.reload()
    assert fetch(daemon, "GET", "/o").body == b"content"


@pytest.mark.skipif(sanitized(), reason="sanitizers reserve all address space")
def test_no_memory_for_a_configuration_changes_nothing(serve, object_ini, tmp_path):
    daemon = serve(b"content")
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.wait_log("started: ")
    asset = f"[asset /{{}}]\nfile = {tmp_path / 'object'}\n"
    daemon.ini.write_text(object_ini() + "".join(map(asset.format, range(8000))))
    daemon.expect_log(r"reload: \S+/tiffd.ini: out of memory")
    daemon.expect_log("reload failed: generation 0 continues")
    used = int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.prlimit(daemon.pid, resource.RLIMIT_AS, (used + (2 << 20), -1))
    files = len(list(Path(f"/proc/{daemon.pid}/fd").iterdir()))
    for count in range(1, 4):
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("reload failed", count=count)
    assert len(list(Path(f"/proc/{daemon.pid}/fd").iterdir())) == files
    resource.prlimit(daemon.pid, resource.RLIMIT_AS, before)
    daemon.ini.write_text(object_ini(workers=2))
    daemon.send_signal(signal.SIGHUP)
    daemon.all_workers(2)
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_missing_file_changes_nothing(serve, tmp_path):
    daemon = serve(b"content")
    daemon.expect_log(r"\[asset /o\] file: .*No such file")
    daemon.expect_log("reload failed: generation 0 continues")
    assert fetch(daemon, "GET", "/o").body == b"content"
    (tmp_path / "object").unlink()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed")
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_changed_address(serve, object_ini, tmp_path):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    lines = [f"listen = unix:{first}", f"listen = unix:{second}"]
    daemon = serve(b"content", *lines, kind=Binding, address=second)
    with Client(dial(first)) as client:
        assert client.still_open()
    daemon.ini.write_text(object_ini(f"listen = unix:{second}", f"listen = unix:{third}"))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("generation 1 serves")
    assert not first.exists()
    for path in (second, third):
        with Client(dial(path)) as client:
            assert client.still_open()


def descriptor_limit(pid):
    return resource.prlimit(pid, resource.RLIMIT_NOFILE)[0]


def test_more_connections_raise_the_limit_of_descriptors(serve, object_ini):
    daemon = serve(b"content", "worker_connections = 10")
    assert fetch(daemon, "GET", "/o").body == b"content"
    _, hard = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (200, hard))
    daemon.ini.write_text(object_ini("worker_connections = 500"))
    daemon.reload()
    (worker,) = daemon.all_workers(1)
    assert 500 < descriptor_limit(worker) < 1000


def queue_space(path):
    """How many connections wait at a Unix socket until there is no space for another."""
    with contextlib.ExitStack() as stack:
        for count in range(1000):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            if client.connect_ex(str(path)) == errno.EAGAIN:
                return count
    raise AssertionError("the queue has no end")


def test_changed_backlog(serve, object_ini, tmp_path):
    path = tmp_path / "socket"
    listen = f"listen = unix:{path}"
    daemon = serve(b"content", listen, "backlog = 20", kind=Binding, address=path)
    daemon.ini.write_text(object_ini(listen, "backlog = 5"))
    daemon.reload()
    (worker,) = daemon.all_workers(1)
    with stopped(worker):
        assert queue_space(path) == 6
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_address_that_cannot_be_bound_changes_nothing(serve, object_ini, tmp_path):
    good, bad = tmp_path / "good", tmp_path / "none" / "bad"
    daemon = serve(b"content", f"listen = unix:{good}", kind=Binding, address=good)
    daemon.expect_log("none/bad: bind: No such file or directory")
    daemon.expect_log("reload failed")
    new = tmp_path / "new"
    daemon.ini.write_text(object_ini(f"listen = unix:{new}", f"listen = unix:{bad}"))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed")
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert not new.exists()


def test_debug_address_that_cannot_be_bound_changes_nothing(serve, object_ini, tmp_path):
    """Not even the addresses of [server], which could be bound."""
    good, gone, bad = (tmp_path / name for name in ("good", "gone", "none/bad"))
    lines = [f"listen = unix:{good}", f"listen = unix:{gone}"]
    daemon = serve(b"content", *lines, kind=Binding, address=good)
    daemon.expect_log("none/bad: bind: No such file or directory")
    daemon.expect_log("reload failed")
    new = tmp_path / "new"
    lines = [f"listen = unix:{good}, unix:{new}", "[debug]", f"listen = unix:{bad}"]
    daemon.ini.write_text(object_ini(*lines))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed")
    assert not new.exists()
    assert not any(f"listening on unix:{new}" in line for line in daemon.lines())
    for path in (good, gone):
        with Client(dial(path)) as client:
            client.send(GET)
            assert client.response().body == b"content"


def begun(stack, daemon, number):
    """A response of this generation under way, which its client leaves with the server."""

    def ask():
        client = stack.enter_context(connect_narrowly(daemon))
        client.begin(GET)
        return client if f"age={number}\r\n".encode() in client.buffer else None

    return wait_until(ask, "the new generation serves")


def test_a_reload_cuts_no_response(serve, object_ini, content):
    """However many there are meanwhile, and whatever drain_timeout says of the end."""
    daemon = serve(content, "drain_timeout = 10ms")
    assert fetch(daemon, "HEAD", "/o").status == 200
    ini = object_ini("drain_timeout = 10ms") + "cache_control = max-age={}\n"
    with contextlib.ExitStack() as stack:
        clients = []
        for number in range(1, 6):
            daemon.ini.write_text(ini.format(number))
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(f"generation {number} serves")
            clients.append(begun(stack, daemon, number))
        for client in clients:
            assert client.response().body == content


def test_reload_timeout(serve, object_ini, content):
    daemon = serve(content, "reload_timeout = 200ms")
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("worker 0.*: 1 response was cut: the worker ends")
        octets, reset = client.rest()
        assert reset and len(octets) < len(content)


SLOW = {
    "body": GET,
    "parts": request("GET", "/o", "Range: bytes=0-4000000,5000000-9000000,-1000000"),
    "many": request("GET", "/o", "Range: bytes=0-999") * 10000,
}


@pytest.mark.parametrize("kind", list(SLOW))
def test_a_client_that_takes_next_to_nothing_holds_no_old_generation(serve, content, kind):
    """It takes enough to keep its connection, and too little to keep a worker; one body, its parts, or many
    small responses."""
    daemon = serve(content, "send_timeout = 500ms", "drain_rate = 1m")
    (old,) = daemon.all_workers(1)
    with connect_narrowly(daemon) as client, contextlib.suppress(ConnectionError, BlockingIOError):
        client.socket.setblocking(False)
        client.send(SLOW[kind][:60000])
        client.socket.setblocking(True)
        client.wait_head()
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("generation 1 serves")
        while client.socket.recv(4096):
            time.sleep(0.02)
    daemon.wait_log("1 response was cut: the client hardly took any byte")
    wait_until(lambda: not alive(old), "the old worker ends")


def test_an_end_limits_what_drains_already(serve, content):
    daemon = serve(content, "drain_timeout = 200ms")
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("generation 1 serves")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.process.wait(20) == 0
        assert client.rest()[1]


def test_a_reload_waits_when_many_generations_drain(serve, object_ini, content):
    lines = ["send_timeout = 2s", "drain_rate = 0"]
    daemon = serve(content, *lines)
    assert fetch(daemon, "HEAD", "/o").status == 200
    ini = object_ini(*lines) + "cache_control = max-age={}\n"
    with contextlib.ExitStack() as stack:
        for number in range(1, 10):
            daemon.ini.write_text(ini.format(number))
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(f"generation {number} serves")
            begun(stack, daemon, number)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("reload waits: 8 generations still drain")
        daemon.wait_log("generation 10 serves")


def test_fifty_reloads_in_a_second_cut_nothing(serve, content):
    """Each comes while another download has begun; all of them are complete at the end."""
    daemon = serve(content, "drain_timeout = 10ms", "send_timeout = 10m", workers=2)
    daemon.wait_log("started: ")
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(50):
            client = stack.enter_context(connect_narrowly(daemon))
            client.begin(GET)
            clients.append(client)
            daemon.send_signal(signal.SIGHUP)
            time.sleep(0.02)
        for client in clients:
            assert client.response().body == content
    assert not any("cut" in line for line in daemon.lines())


def test_workers_without_connections_end_while_others_drain(serve, content):
    daemon = serve(content, workers=3)
    old = daemon.all_workers(3)
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("generation 1 serves")
        wait_until(lambda: sum(map(alive, old)) == 1, "who has no client ends")
        assert client.response().body == content
    wait_until(lambda: not any(map(alive, old)), "the last one ends")


def test_reloads_are_gathered(serve):
    """Signals that come while new workers begin are one reload after that."""
    daemon = serve(b"content", workers=2)
    daemon.wait_log("started: ")
    for _ in range(50):
        daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: len(daemon.workers()) == 2 and "serves" in daemon.lines()[-1], "the last one")
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert sum("reloading" in line for line in daemon.lines()) < 50


def test_the_log_changes(serve, object_ini, tmp_path):
    """From standard error to a file, to another one, and back; every process follows."""
    daemon = serve(b"content", "[log]", "level = info", workers=2)
    daemon.wait_log("started: ")
    places = [tmp_path / "first", tmp_path / "second", daemon.log_file]
    for number, place in enumerate(places, 1):
        line = "" if place == daemon.log_file else f"file = {place}"
        daemon.ini.write_text(object_ini("[log]", "level = info", line, workers=2))
        daemon.send_signal(signal.SIGHUP)

        def said(text, place=place):
            return place.exists() and text in place.read_text()

        wait_until(lambda number=number: said(f"generation {number} serves"), "it continues there")
        for worker in daemon.all_workers(2):
            os.kill(worker, signal.SIGTERM)
            wait_until(lambda worker=worker: said(f"[{worker}]: ended with"), "workers write there")
    assert f"the log continues in {places[0]}" in daemon.log_file.read_text()
    assert f"the log continues in {places[1]}" in places[0].read_text()


def test_the_pid_file_changes(serve, object_ini, tmp_path):
    first, second = tmp_path / "pid1", tmp_path / "pid2"
    daemon = serve(b"content", f"pid_file = {first}")
    daemon.wait_log("started: ")
    for number, line in enumerate((f"pid_file = {second}", "", f"pid_file = {first}"), 1):
        daemon.ini.write_text(object_ini(line))
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log(f"generation {number} serves")
        there = [path for path in tmp_path.glob("pid*") if path.is_file()]
        assert [str(path) for path in there] == ([line.split()[-1]] if line else [])
        assert all(int(path.read_text()) == daemon.pid for path in there)


@pytest.mark.parametrize("line", ["pid_file = {}/other/file", "[log]\nfile = {}/other/file"])
def test_a_file_that_can_not_be_written(serve, object_ini, tmp_path, line):
    """Then neither changes, and the old generation continues."""
    pid = tmp_path / "pid"
    (tmp_path / "other").mkdir()
    daemon = serve(b"content", f"pid_file = {pid}")
    daemon.wait_log("started: ")
    (tmp_path / "object").chmod(0o600)
    (tmp_path / "other" / "file").symlink_to(tmp_path / "object")
    daemon.expect_log("other/file: is a symbolic link|reload")
    daemon.expect_log("configuration has errors|the log or the pid file can't be written")
    daemon.ini.write_text(object_ini(line.format(tmp_path)))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: generation 0 continues")
    assert int(pid.read_text()) == daemon.pid
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert [path.name for path in tmp_path.glob("pid*")] == ["pid"]


def test_a_pid_file_of_a_running_daemon(serve, object_ini, tmp_path):
    first, second = tmp_path / "pid1", tmp_path / "pid2"
    other = serve(b"content", f"pid_file = {first}")
    daemon = serve(b"content", f"pid_file = {second}", "[log]")
    for one in (other, daemon):
        one.wait_log("started: ")
    daemon.expect_log(f"pid file {first}: process {other.pid} is running")
    daemon.expect_log("reload failed: generation 0 continues: the log or the pid file can't be written")
    text = object_ini(f"pid_file = {first}", f"[log]\nfile = {tmp_path}/log")
    daemon.ini.write_text(text)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: generation 0 continues: the log or the pid file can't be written")
    assert int(first.read_text()) == other.pid and int(second.read_text()) == daemon.pid


def test_log_is_opened_anew(serve, tmp_path):
    log, moved = tmp_path / "the.log", tmp_path / "the.log.1"
    daemon = serve(b"content", "[log]", f"file = {log}", "level = info")
    assert fetch(daemon, "GET", "/o").status == 200
    wait_until(lambda: "tiffd 0" in log.read_text(), "the start is told")
    log.rename(moved)
    daemon.send_signal(signal.SIGUSR1)
    wait_until(log.exists, "the new file")
    daemon.stop()
    assert "listening on" in daemon.log_file.read_text() + moved.read_text()
    assert "tiffd 0" in moved.read_text()
    for text in (r"worker 0[", "master["):
        assert text in log.read_text()
    assert log.read_text().endswith(": ended\n")
    assert ": ended\n" not in moved.read_text()
    daemon.log_file.write_text(moved.read_text() + log.read_text())
    daemon.check_log()
