# SPDX-License-Identifier: BSD-2-Clause
"""Master and workers: titles, users, sharing, replacement, and every way to end."""

import contextlib
import os
import pathlib
import pty
import pwd
import shlex
import signal
import subprocess
import time

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import DEADLINE, PROGRAM, alive, children, sockets, state, stopped, wait_until
from observing import title

GET = request("GET", "/o")
KILLED = r"worker 0: process \d+ was ended by signal 9"


def ids(pid):
    """User ids, group ids and groups of a process, each without repetition."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return [set(map(int, fields[name].split())) for name in ("Uid", "Gid", "Groups")]


@contextlib.contextmanager
def response_under_way(daemon):
    """A client that has the head of its response and leaves the rest with the server."""
    with connect_narrowly(daemon) as client:
        client.begin(GET)
        yield client


def ends(daemon):
    return daemon.process.wait(DEADLINE)


def test_titles(serve, variant, start, object_ini):
    if variant == "embedded":
        ini = object_ini(variant=variant, workers=2).replace("/object", "/sample.tif")
        daemon = start(ini)
    else:
        daemon = serve(b"content", workers=2, variant=variant)
    expected = {f"tiffd: worker {i} ({variant})" for i in range(2)}
    wait_until(lambda: set(map(title, daemon.workers())) == expected, "titles of workers")
    assert title(daemon.pid) == "tiffd: master"


@pytest.mark.parametrize("options", [0, 12])
def test_titles_are_all_that_ps_shows(start, object_ini, options):
    """However short or long the command line was."""
    ini = object_ini(variant="embedded").replace("/object", "/sample.tif")
    daemon = start(ini, *["-o", "server.worker_connections=1000"] * options)
    wait_until(lambda: title(daemon.pid) == "tiffd: master", "the master's title")
    (worker,) = daemon.all_workers(1)
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", f"{daemon.pid},{worker}"], capture_output=True, text=True
    )
    assert shown.stdout == "tiffd: master\ntiffd: worker 0 (embedded)\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_user(serve, tmp_path, variant):
    """Workers serve a file that only the master may open."""
    nobody = pwd.getpwnam("nobody")
    tmp_path.chmod(0o700)
    daemon = serve(b"content", "user = nobody", workers=2, variant=variant)
    expected = [{nobody.pw_uid}, {nobody.pw_gid}, {nobody.pw_gid}]
    workers = daemon.all_workers(2)
    wait_until(lambda: all(ids(pid) == expected for pid in workers), "rights dropped")
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert ids(daemon.pid)[0] == {0}


@pytest.mark.parametrize("count", [32, 100])
def test_connections_are_shared_out(serve, count):
    daemon = serve(b"content", workers=4)
    workers = daemon.all_workers(4)
    wait_until(lambda: all("worker" in title(pid) for pid in workers), "workers are up")
    before = {pid: sockets(pid) for pid in workers}
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(count)]
        assert all(client.still_open() for client in clients)
        held = [sockets(pid) - before[pid] for pid in workers]
        assert sum(held) == count
        assert max(held) <= 1.3 * min(held), held


def test_killed_worker_takes_its_own_connections_only(serve, content):
    daemon = serve(content, workers=2)
    daemon.expect_log(r"worker \d: process \d+ was ended by signal 9")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(response_under_way(daemon)) for _ in range(16)]
        victim, other = daemon.all_workers(2)
        # Workers have the same sockets but for their connections.
        both = sockets(victim) + sockets(other)
        lost = sockets(victim) - (both - len(clients)) // 2
        assert 0 < lost < len(clients)
        os.kill(victim, signal.SIGKILL)
        daemon.wait_log("replaced in 0 ms")
        whole = 0
        for client in clients:
            with contextlib.suppress(AssertionError, ConnectionError):
                whole += client.response().body == content
        assert whole == len(clients) - lost
    assert fetch(daemon, "GET", "/o").body == content
    daemon.all_workers(2)
    assert victim not in children(daemon.pid), "a zombie"
    assert other in daemon.workers()


def test_worker_that_dies_before_it_serves_is_replaced_later(serve):
    daemon = serve(b"content")
    daemon.expect_log(KILLED)
    for delay in (1000, 2000):
        (worker,) = daemon.all_workers(1)
        os.kill(worker, signal.SIGKILL)
        daemon.wait_log(f"worker 0: replaced in {delay} ms")
        assert not any("worker" in title(pid) for pid in children(daemon.pid))


def test_worker_that_had_nobody_to_serve_is_replaced_at_once(serve):
    daemon = serve(b"content")
    daemon.expect_log(KILLED)
    for count in (1, 2):
        (worker,) = daemon.all_workers(1)
        seen = time.monotonic()
        wait_until(lambda since=seen: time.monotonic() > since + 1.1, "it has lived for a second")
        os.kill(worker, signal.SIGKILL)
        daemon.wait_log("worker 0: replaced in 0 ms", count=count)


CRASHES = {"ABRT", "BUS", "FPE", "ILL", "SEGV", "SYS", "TRAP", "XCPU"}
MEANT = {"HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "TTIN", "TTOU", "KILL", "STOP", "TSTP"}


def test_other_signals_change_nothing(serve):
    daemon = serve(b"content", workers=2)
    workers = daemon.all_workers(2)
    assert fetch(daemon, "GET", "/o").body == b"content"
    meant = {getattr(signal, f"SIG{name}") for name in CRASHES | MEANT}
    meant |= {signal.SIGRTMIN, signal.SIGRTMIN + 1}
    for number in signal.valid_signals() - meant:
        for pid in (daemon.pid, *workers):
            os.kill(pid, number)
    for worker in workers:
        for number in (signal.SIGHUP, signal.SIGUSR2, signal.SIGTTIN, signal.SIGRTMIN):
            os.kill(worker, number)
    daemon.reload()
    assert state(daemon.pid) in "SR"
    assert len([line for line in daemon.lines() if "process" in line]) == 0
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_one_worker_more_or_fewer(serve):
    daemon = serve(b"content", workers=2)
    daemon.all_workers(2)
    daemon.wait_log("started: ")
    for number, count, line in [
        (signal.SIGTTIN, 3, "SIGTTIN: one worker more"),
        (signal.SIGTTIN, 4, "SIGTTIN: one worker more"),
        (signal.SIGTTOU, 3, "SIGTTOU: one worker fewer"),
        (signal.SIGHUP, 2, "reloading"),
        (signal.SIGTTOU, 1, "SIGTTOU: one worker fewer"),
        (signal.SIGTTOU, 1, "SIGTTOU: one worker fewer"),
        (signal.SIGTTIN, 2, "SIGTTIN: one worker more"),
    ]:
        before = daemon.workers()
        daemon.send_signal(number)
        daemon.wait_log(line)
        wait_until(lambda old=before: not any(map(alive, old)), "the old ones end")
        daemon.all_workers(count)
        assert fetch(daemon, "GET", "/o").body == b"content"


def test_ctrl_backslash_tells_stacks(tmp_path, object_ini):
    """At a terminal, as users of Go expect; kill -QUIT drains."""
    (tmp_path / "object").write_bytes(b"content")
    (tmp_path / "tiffd.ini").write_text(object_ini(f"listen = unix:{tmp_path}/socket", workers=2))
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(PROGRAM, [PROGRAM, "-c", str(tmp_path / "tiffd.ini")])
    text = b""
    while b"started: " not in text:
        text += os.read(terminal, 4096)
    os.write(terminal, b"\x1c")
    while text.count(b"logging stacks and connections") < 1 or text.count(b"worker") < 6:
        text += os.read(terminal, 4096)
    assert len([child for child in children(pid) if "worker" in title(child)]) == 2
    os.kill(pid, signal.SIGQUIT)
    with contextlib.suppress(OSError):
        while True:
            text += os.read(terminal, 4096)
    assert os.waitpid(pid, 0)[1] == 0
    assert b"SIGQUIT: ending when all responses are sent" in text


def test_one_response_ends_the_delay(serve):
    daemon = serve(b"content")
    daemon.expect_log(KILLED)
    for _ in range(5):
        assert fetch(daemon, "GET", "/o").body == b"content"
        (worker,) = daemon.workers()
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: worker not in children(daemon.pid), "the worker is gone")
    daemon.wait_log("replaced in 0 ms", count=5)


def test_workers_end_after_their_master(serve, content):
    """Not without the responses that are under way."""
    daemon = serve(content, workers=2)
    daemon.expect_log("the master is gone: draining")
    daemon.status = -signal.SIGKILL
    with response_under_way(daemon) as client:
        workers = daemon.all_workers(2)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait_log("the master is gone", count=2)
        assert client.response().body == content
    wait_until(lambda: not any(map(alive, workers)), "workers end")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_graceful_end(serve, content, number):
    daemon = serve(content, workers=2, variant="streaming")
    with response_under_way(daemon) as client, connect(daemon) as idle:
        assert idle.still_open()
        daemon.send_signal(number)
        daemon.wait_log(f"{signal.Signals(number).name}: ending when all responses are sent")
        assert client.response().body == content
    assert ends(daemon) == 0


def cut(daemon, client, content):
    """The rest of the response doesn't come, which a reset tells, and so does the log."""
    octets, reset = client.rest()
    assert len(octets) < len(content) and reset
    daemon.wait_log("notice worker 0.*: 1 response was cut")


@pytest.mark.parametrize(
    "first, second", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGQUIT, signal.SIGINT)]
)
def test_second_signal_ends_at_once(serve, content, first, second):
    daemon = serve(content, "drain_timeout = 1h")
    with response_under_way(daemon) as client:
        daemon.send_signal(first)
        daemon.wait_log("ending when all responses are sent")
        daemon.send_signal(second)
        assert ends(daemon) == 0
        cut(daemon, client, content)


def test_second_sigquit_changes_nothing(serve, content):
    daemon = serve(content)
    with response_under_way(daemon) as client:
        for count in (1, 2):
            daemon.send_signal(signal.SIGQUIT)
            daemon.wait_log("SIGQUIT: ending when", count=count)
        assert client.response().body == content
    assert ends(daemon) == 0


def test_sigint_ends_at_once(serve, content):
    daemon = serve(content, "drain_timeout = 1h")
    with response_under_way(daemon) as client:
        daemon.send_signal(signal.SIGINT)
        assert ends(daemon) == 0
        cut(daemon, client, content)


def test_drain_timeout(serve, content):
    daemon = serve(content, "drain_timeout = 200ms")
    with response_under_way(daemon) as client:
        daemon.send_signal(signal.SIGTERM)
        assert ends(daemon) == 0
        cut(daemon, client, content)


def test_end_waits_for_a_status_dump(serve):
    """The child that makes it has the listen sockets, so a restart could not bind them."""
    daemon = serve(b"content", workers=8)
    workers = set(daemon.all_workers(8))
    staff = set(wait_until(lambda: len(all_ := daemon.staff()) == 9 and all_, "an observer, too"))
    with contextlib.ExitStack() as silent:
        for worker in workers:
            silent.enter_context(stopped(worker))  # so that the status dump takes its time
        daemon.send_signal(signal.SIGRTMIN)
        (status_dump,) = wait_until(lambda: set(children(daemon.pid)) - staff, "the status dump begins")
        dump = contextlib.ExitStack()
        dump.enter_context(stopped(status_dump))
    with dump:
        daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: not any(map(alive, workers)), "workers end")
        with pytest.raises(subprocess.TimeoutExpired):
            daemon.process.wait(0.5)
    assert ends(daemon) == 0


def test_pid_file(serve, tmp_path):
    path = tmp_path / "pid"
    daemon = serve(b"content", f"pid_file = {path}")
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert path.read_text().strip() == str(daemon.pid)
    daemon.stop()
    assert not path.exists()


def test_pid_file_of_a_running_daemon(serve, tmp_path):
    """A second daemon refuses to start and leaves the first one its file."""
    path = tmp_path / "pid"
    first = serve(b"content", f"pid_file = {path}")
    assert fetch(first, "GET", "/o").status == 200
    second = serve(b"content", f"pid_file = {path}")
    second.status = 1
    second.expect_log(f"process {first.pid} is running")
    assert ends(second) == 1
    assert path.read_text().strip() == str(first.pid)


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_pid_file_that_is_a_link(tmp_path, object_ini, link):
    """Whoever owns the directory would have root empty any file."""
    (tmp_path / "object").write_bytes(b"content")
    path, other = tmp_path / "pid", tmp_path / "other"
    other.write_text("kept\n")
    link(other, path)
    ini = tmp_path / "tiffd.ini"
    ini.write_text(object_ini(f"listen = unix:{tmp_path}/socket", f"pid_file = {path}"))
    result = subprocess.run(
        [PROGRAM, "-c", str(ini)], capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert result.returncode == 1
    assert f'pid_file: "{path}": ' in result.stderr
    assert other.read_text() == "kept\n"


def test_pid_file_of_another_is_not_removed(serve, tmp_path):
    path = tmp_path / "pid"
    daemon = serve(b"content", f"pid_file = {path}")
    assert fetch(daemon, "GET", "/o").status == 200
    path.unlink()
    path.write_text("7\n")
    daemon.stop()
    assert path.read_text() == "7\n"


def test_pid_file_that_cannot_be_written(tmp_path, object_ini):
    """As on a full file system: here files have a limit of no bytes."""
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "pid"
    ini = tmp_path / "tiffd.ini"
    ini.write_text(object_ini(f"listen = unix:{tmp_path}/socket", f"pid_file = {path}"))
    command = f"ulimit -f 0; exec {shlex.join([PROGRAM, '-c', str(ini)])}"
    result = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert result.returncode == 1
    assert f"pid file {path}: File too large" in result.stderr
    assert not path.exists()


def shared_memory(pid):
    """Bytes of anonymous memory that the process shares with others."""
    total = 0
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        if " rw-s " in line and "/dev/zero" in line:
            start, _, end = line.split()[0].partition("-")
            total += int(end, 16) - int(start, 16)
    return total


def test_a_worker_maps_no_other_worker_s_tables(serve):
    daemon = serve(b"content", workers=8)
    workers = daemon.all_workers(8)
    master = shared_memory(daemon.pid)
    wait_until(lambda: all(shared_memory(pid) < master / 4 for pid in workers), "they let go")
