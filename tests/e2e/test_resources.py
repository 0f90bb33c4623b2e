# SPDX-License-Identifier: BSD-2-Clause
"""What connections cost, what happens when there is no more of it, and that all is given back."""

import contextlib
import os
import pathlib
import resource
import shlex
import signal
import subprocess
import time

import pytest

from client import Client, connect, connect_narrowly, fetch, request
from daemon import DEADLINE, PROGRAM, alive, dial, sanitized, wait_until

GET = request("GET", "/o")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def own_memory(pid):
    """Octets that only this process uses."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if "Private_Dirty" in line) << 10


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_memory_does_not_grow_with_the_object(serve, content, variant):
    """Nor with what a client pipelines: 200 wait in mid-body, with more requests behind."""
    daemon = serve(content, variant=variant)
    assert fetch(daemon, "GET", "/o").body == content
    (worker,) = daemon.workers()
    before = own_memory(worker)
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            client = stack.enter_context(connect_narrowly(daemon))
            client.begin(GET * 100)
        assert fetch(daemon, "GET", "/o").body == content
        assert own_memory(worker) - before < 200 * 32768


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_connections_leave_nothing_behind(serve, variant):
    """However they end: served, left in mid-body or in mid-head, refused, after a multipart."""
    daemon = serve(bytes(1 << 20), variant=variant)
    parts = request("GET", "/o", "Range: bytes=1-2,5-9,100000-900000")
    ends = [GET, GET * 5, GET[:20], parts, parts * 2 + GET[:9], b"\0\r\n\r\n", b""]

    def churn(rounds):
        for octets in ends * rounds:
            with connect(daemon) as client:
                client.send(octets)
                if octets.endswith(b"\r\n\r\n"):
                    client.fill()

    churn(20)
    (worker,) = daemon.workers()
    memory = own_memory(worker)
    churn(200)
    assert fetch(daemon, "HEAD", "/o").status == 200
    quiet = descriptors(worker)
    wait_until(lambda: descriptors(worker) <= quiet, "all are closed")
    with connect(daemon) as client:
        assert client.still_open()
        assert descriptors(worker) - quiet <= 1
    assert sanitized() or own_memory(worker) - memory < 1 << 20


def test_no_more_descriptors(serve):
    """The queue holds those who come too many, and they are served when others leave."""
    daemon = serve(b"content")
    daemon.expect_log("accept: Too many open files; retrying")
    assert fetch(daemon, "GET", "/o").body == b"content"
    (worker,) = daemon.workers()
    spare = 20
    most = descriptors(worker) + spare
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(daemon)) for _ in range(spare)]
        waiting = [stack.enter_context(connect(daemon)) for _ in range(spare)]
        for client in held[1:]:
            assert client.still_open()
        for client in waiting:
            client.send(GET)
        daemon.wait_log("accept: Too many open files; retrying")
        for client in held:
            client.close()
        for client in waiting:
            assert client.response().body == b"content"
    assert daemon.workers() == [worker]


def test_stopped_worker_holds_nobody_up(serve):
    """Another takes the connections that come meanwhile."""
    daemon = serve(b"content", workers=2)
    workers = daemon.all_workers(2)
    for _ in range(8):
        assert fetch(daemon, "GET", "/o").body == b"content"
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
        try:
            for _ in range(20):
                assert fetch(daemon, "GET", "/o").body == b"content"
        finally:
            os.kill(worker, signal.SIGCONT)


def test_idle_daemon_sleeps(serve):
    """With a connection open in every state, no processor time is used."""
    daemon = serve(bytes(1 << 24), workers=2)
    with contextlib.ExitStack() as stack:
        for octets in (b"", GET[:20], GET, request("GET", "/none", "Connection: close")):
            client = stack.enter_context(connect_narrowly(daemon))
            client.send(octets)
            if octets.endswith(b"\r\n\r\n"):
                assert client.fill()
        pids = [daemon.pid, *daemon.all_workers(2)]

        def ticks():
            stats = [pathlib.Path(f"/proc/{pid}/stat").read_text() for pid in pids]
            return sum(sum(map(int, s.rpartition(")")[2].split()[11:13])) for s in stats)

        time.sleep(0.2)
        before = ticks()
        time.sleep(0.5)
        assert ticks() - before <= 2


@pytest.fixture
def ini(tmp_path, object_ini):
    """A configuration with its own log, pid file and socket in tmp_path."""
    (tmp_path / "object").write_bytes(b"content")
    lines = [f"listen = unix:{tmp_path}/socket", f"pid_file = {tmp_path}/pid"]
    path = tmp_path / "tiffd.ini"
    path.write_text(object_ini(*lines, "[log]", f"file = {tmp_path}/log"))
    return path


def end(pid):
    os.kill(pid, signal.SIGTERM)
    try:
        wait_until(lambda: not alive(pid), "the daemon ends", 5)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("log", ["a file", "standard error"])
@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", "2>&-", "<&-"])
def test_start_without_standard_streams(ini, tmp_path, log, closed):
    """No file takes their numbers, so nothing is written where it does not belong."""
    option = [] if log == "a file" else ["-o", "log.file="]
    command = shlex.join([PROGRAM, "-d", "-c", str(ini), *option])
    subprocess.run(["/bin/bash", "-c", f"exec {command} {closed}"], timeout=DEADLINE, check=True)
    pid = int((tmp_path / "pid").read_text())
    try:
        with Client(dial(tmp_path / "socket")) as client:
            client.send(GET)
            assert client.response().body == b"content"
        for number in range(3):
            assert os.readlink(f"/proc/{pid}/fd/{number}") == "/dev/null"
    finally:
        end(pid)
    assert log != "a file" or (tmp_path / "log").read_text().endswith(": ended\n")


def accepts(path):
    """The socket is there before the daemon listens at it."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        dial(path).close()
        return True
    return False


def test_log_is_not_written_into_another_file(ini, tmp_path):
    command = shlex.join([PROGRAM, "-c", str(ini), "-o", "log.file="])
    with subprocess.Popen(["/bin/bash", "-c", f"exec {command} <&- >&- 2>&-"]) as process:
        try:
            wait_until(lambda: accepts(tmp_path / "socket"), "it listens")
            with Client(dial(tmp_path / "socket")) as client:
                assert client.still_open()
            assert (tmp_path / "pid").read_text().strip() == str(process.pid)
        finally:
            process.terminate()
            process.wait(DEADLINE)
