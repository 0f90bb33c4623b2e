# SPDX-License-Identifier: BSD-2-Clause
"""The control socket, and tiffctl, which waits for the outcome of what it asks for."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import tempfile
import threading

import pytest

from client import fetch
from controlling import TIFFCTL, looked, succeed, tiffctl
from daemon import DEADLINE, PROGRAM, alive, stopped, wait_until
from upgrading import Upgradable


def test_status(controlled):
    daemon = controlled(workers=2)
    for _ in range(3):
        assert fetch(daemon, "GET", "/o").body == b"content"
    wait_until(lambda: sum(worker["requests"] for worker in looked(daemon)["workers"]) == 3, "counts")
    seen = looked(daemon)
    assert seen["daemon"]["pid"] == daemon.pid and seen["daemon"]["config"] == str(daemon.ini)
    assert seen["reload"]["reload"] == "ok"
    assert seen["generations"] == [{"generation": 0, "state": "serving", "workers": 2,
                                    "variant": "cached", "objects": 1}]
    assert sorted(worker["pid"] for worker in seen["workers"]) == daemon.workers()
    assert sum(worker["bytes"] for worker in seen["workers"]) > 3 * len(b"content")
    table = succeed(daemon, "status")
    assert f"process {daemon.pid}" in table and "generation 0 serving, cached, 1 objects" in table


def test_reload(controlled):
    daemon = controlled()
    before = daemon.workers()
    assert succeed(daemon, "reload") == ""
    assert looked(daemon)["generations"][0]["generation"] == 1
    assert set(daemon.workers()) - set(before)


def test_refused_reload(controlled, tmp_path):
    """The cause is told, whichever process has found it."""
    daemon = controlled()
    daemon.expect_log("reload")
    daemon.ini.write_text(daemon.ini.read_text() + "nonsense\n")
    result = subprocess.run([TIFFCTL, "-s", daemon.ini.parent.parent / "control", "reload"],
                            capture_output=True, text=True, timeout=DEADLINE)
    assert result.returncode == 1
    assert result.stderr.startswith("tiffctl: the configuration has errors: reload: ")
    assert f"{daemon.ini}:8: a line without '='" in result.stderr
    with open(daemon.ini, "r+") as ini:
        text = ini.read().replace("nonsense\n", "")
        ini.seek(0)
        ini.truncate()
        ini.write(text)
    (tmp_path / "object").unlink()
    said = tiffctl(daemon, "reload").stderr
    assert re.match("tiffctl: an object can't be loaded: .*/object\": No such file", said)


def test_every_reload_that_is_asked_for_counts(controlled):
    """One that is asked for during another one has its own outcome."""
    daemon = controlled(workers=2)
    results = []
    threads = [threading.Thread(target=lambda: results.append(tiffctl(daemon, "reload").returncode))
               for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0] * 5


def test_workers(controlled):
    daemon = controlled(workers=1)
    succeed(daemon, "workers", "3")
    daemon.all_workers(3)
    assert "accepted: a number from 1 to 1024" in tiffctl(daemon, "workers", "0").stderr
    daemon.wait_log("control socket: refused: workers: accepted")
    succeed(daemon, "reload")
    wait_until(lambda: len(daemon.workers()) == 1, "as many as configured")


def test_the_number_of_workers_is_exact(controlled, tmp_path):
    """Also after a reload that failed, and when the configuration has changed meanwhile."""
    daemon = controlled(workers=1)
    daemon.expect_log("reload")
    good = daemon.ini.read_text()
    daemon.ini.write_text(good + "nonsense\n")
    result = subprocess.run([TIFFCTL, "-s", tmp_path / "control", "workers", "3"],
                            capture_output=True, text=True, timeout=DEADLINE)
    assert result.stderr.startswith("tiffctl: the configuration has errors: ")
    daemon.ini.write_text(good)
    succeed(daemon, "workers", "3")
    assert looked(daemon)["generations"][0]["workers"] == 3
    daemon.ini.write_text(good.replace("workers = 1", "workers = 2"))
    succeed(daemon, "workers", "4")
    assert looked(daemon)["generations"][0]["workers"] == 4


def test_upgrade(controlled):
    daemon = controlled(kind=Upgradable)
    old = daemon.process.pid
    succeed(daemon, "upgrade")
    new = daemon.started()
    assert new != old

    def answers():
        result = tiffctl(daemon, "status", "--json")  # the old one may end while it is asked
        return result.returncode == 0 and json.loads(result.stdout)["daemon"]["pid"] == new

    wait_until(answers, "the new one answers")
    wait_until(lambda: not alive(old), "the old one ends")
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert looked(daemon)["daemon"]["pid"] == new


def test_reopen(controlled, tmp_path):
    log = tmp_path / "the.log"
    daemon = controlled()
    daemon.ini.write_text(daemon.ini.read_text() + f"[log]\nfile = {log}\n")
    succeed(daemon, "reload")
    log.rename(tmp_path / "the.log.1")
    succeed(daemon, "reopen")
    assert log.exists()
    daemon.log_file.write_text("")


@pytest.mark.parametrize("command", ["quit", "stop"])
def test_end(controlled, command):
    daemon = controlled()
    succeed(daemon, command)
    assert daemon.process.wait(DEADLINE) == 0
    result = tiffctl(daemon, "status")
    assert result.returncode == 1 and "No such file" in result.stderr


def test_the_path_and_the_mode_change_by_reload(controlled, tmp_path):
    daemon = controlled()
    assert stat.S_IMODE((tmp_path / "control").stat().st_mode) == 0o600
    text = daemon.ini.read_text()
    daemon.ini.write_text(text.replace("/control\n", "/other\ncontrol_mode = 0660\n"))
    daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: (tmp_path / "other").exists(), "the other socket")
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o660
    wait_until(lambda: not (tmp_path / "control").exists(), "the first one goes")
    succeed(daemon, "status")
    daemon.ini.write_text(text.replace(f"control = {tmp_path}/control\n", ""))
    daemon.send_signal(signal.SIGHUP)
    wait_until(lambda: not (tmp_path / "other").exists(), "no socket")
    result = tiffctl(daemon, "status")
    assert result.returncode == 1 and "[server] control is not set" in result.stderr


def test_a_socket_that_a_killed_daemon_left(controlled, tmp_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "control"))
    daemon = controlled()
    assert looked(daemon)["daemon"]["pid"] == daemon.pid


def test_no_such_place(controlled, tmp_path):
    """The reload fails: the socket that there is stays."""
    daemon = controlled()
    daemon.expect_log("control: .*/absent/control\": No such file or directory; accepted: a path")
    daemon.expect_log("reload failed: generation 0 continues: the configuration has errors")
    text = daemon.ini.read_text()
    daemon.ini.write_text(text.replace("/control\n", "/absent/control\n"))
    result = subprocess.run([TIFFCTL, "-s", tmp_path / "control", "reload"], capture_output=True,
                            text=True, timeout=DEADLINE)
    assert result.returncode == 1
    assert result.stderr.startswith("tiffctl: the configuration has errors: ")
    daemon.ini.write_text(text)
    succeed(daemon, "status")


@contextlib.contextmanager
def client(tmp_path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "control"))
        connection.settimeout(DEADLINE)
        yield connection


@pytest.mark.parametrize("octets, reply", [
    (b"\n", b"error: unknown command"), (b"\0\xff\n", b"error: unknown command"),
    (b"x" * 1000, b"error: the command is too long\n"), (b"workers -5\n", b"error: workers"),
    (b"workers 99999999999999999999\n", b"error: workers"), (b"reload", b""),
    (b"reload now\n", b"error: the command takes no argument\n"),
])
def test_what_is_no_command(controlled, tmp_path, octets, reply):
    controlled()
    with client(tmp_path) as connection:
        connection.send(octets)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096).startswith(reply)


def test_silent_clients_hold_up_nobody(controlled, tmp_path):
    daemon = controlled()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(client(tmp_path)) for _ in range(15)]
        succeed(daemon, "reload")
        assert silent[0].recv(100) == b"error: no command came\n"
    succeed(daemon, "status")


def test_the_17th_client_is_told(controlled, tmp_path):
    controlled()
    with contextlib.ExitStack() as stack:
        for _ in range(16):
            stack.enter_context(client(tmp_path))
        late = stack.enter_context(client(tmp_path))
        assert late.recv(100) == b"error: too many clients of the control socket\n"
        assert late.recv(100) == b""


def test_a_reply_larger_than_the_socket_takes(controlled, tmp_path):
    """It is sent as the client reads, and nobody waits for it meanwhile."""
    more = "".join(f"[asset /{number}{'x' * 500}]\nfile = {tmp_path}/object\n" for number in range(900))
    daemon = controlled()
    daemon.ini.write_text(daemon.ini.read_text() + more)
    succeed(daemon, "reload")
    with client(tmp_path) as slow:
        slow.send(b"dump-config\n")
        assert slow.recv(1) == b"["
        succeed(daemon, "reload")
        with slow.makefile("rb") as rest:
            text = rest.read()
    assert len(text) > 1 << 20 and text.endswith(b"\nok\n")
    assert text.count(b"[asset /") == 901
    with client(tmp_path) as gone:
        gone.send(b"dump-config\n")
        assert gone.recv(1) == b"["
    succeed(daemon, "status")


def test_clients_that_leave_take_no_seat(controlled, tmp_path):
    """Though what they asked for is not over."""
    daemon = controlled("drain_timeout = 1m", kind=Upgradable)
    old = daemon.process.pid
    daemon.send_signal(signal.SIGUSR2)
    with stopped(daemon.started()):
        for _ in range(20):
            with client(tmp_path) as connection:
                connection.send(b"reload\n")
                connection.shutdown(socket.SHUT_WR)
        assert "serving" in succeed(daemon, "status")
    wait_until(lambda: not alive(old), "the upgrade")


def test_half_closed_clients_get_their_reply(controlled, tmp_path):
    daemon = controlled(workers=1)
    with client(tmp_path) as connection:
        connection.send(b"reload\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b"ok\n"
    assert looked(daemon)["generations"][0]["generation"] == 1


@pytest.mark.parametrize("words, problem", [
    ([], "no command"), (["--nonsense", "status"], "unknown option"),
    (["workers", "1", "2"], "too many arguments"), (["status", "1"], "too many arguments"),
    (["nonsense"], "unknown command"), (["workers"], "an argument is missing"),
    (["top", "-n", "0"], "-n: accepted: 1 to 1000000000"), (["top", "-d", "0"], "-d: accepted: seconds"),
])
def test_usage(words, problem):
    result = subprocess.run([TIFFCTL, *words], capture_output=True, text=True)
    assert result.returncode == 2 and f"tiffctl: {problem}" in result.stderr and "\nusage: " in result.stderr


def test_help_and_version():
    help_text = subprocess.run([TIFFCTL, "-h"], capture_output=True, text=True, check=True).stdout
    assert "usage: tiffctl" in help_text
    version = subprocess.run([TIFFCTL, "-V"], capture_output=True, text=True, check=True).stdout
    tiffd = subprocess.run([PROGRAM, "-V"], capture_output=True, text=True, check=True).stdout
    assert version.split()[1] == tiffd.split()[1]


def as_nobody(path, command, groups=()):
    """The reply to somebody else, in these groups."""
    receiver, sender = os.pipe()
    if (pid := os.fork()) == 0:
        with contextlib.suppress(OSError):
            os.setgroups(list(groups))
            os.setgid(65534)
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                connection.send(command)
                os.write(sender, connection.makefile("rb").read()[-200:])
        os._exit(0)
    os.close(sender)
    with open(receiver, "rb") as reply:
        text = reply.read()
    os.waitpid(pid, 0)
    return text


@pytest.mark.skipif(os.getuid() != 0, reason="root can be somebody else")
@pytest.mark.parametrize("lines", [("control_mode = 0660", "control_group = nogroup"),
                                   ("control_user = nobody",)])
def test_a_socket_of_somebody_else(serve, lines):
    """Its owner, or its group with that mode, may change something; a reload takes it back."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = pathlib.Path(directory) / "control"
        daemon = serve(b"content", f"control = {path}", *lines)
        daemon.wait_log("started: ")
        assert as_nobody(path, b"reload\n") == b"ok\n"
        daemon.ini.write_text(daemon.ini.read_text().replace(lines[-1], ""))
        succeed(daemon, "reload")
        wait_until(lambda: as_nobody(path, b"status\n") == b"", "it is root's alone")
        assert stat.S_IMODE(path.stat().st_mode) == (0o660 if "mode" in lines[0] else 0o600)


@pytest.mark.skipif(os.getuid() != 0, reason="root can be somebody else")
def test_others_may_look(serve):
    """And the group may change something, if the mode says so."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = pathlib.Path(directory) / "control"
        daemon = serve(b"content", f"control = {path}", "control_mode = 0666")
        daemon.wait_log("started: ")
        assert as_nobody(path, b"status\n").endswith(b"\nok\n")
        assert as_nobody(path, b"stop\n").startswith(b"error: you may read the status")
        daemon.wait_log("control socket: ending at once, for process \\d+ of user 65534")
        assert as_nobody(path, b"reload\n", groups=[0]) == b"ok\n"
        path.chmod(0o646)
        assert as_nobody(path, b"status\n", groups=[0]) == b""
        path.chmod(0o600)
        assert as_nobody(path, b"status\n") == b""
