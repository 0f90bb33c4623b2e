# SPDX-License-Identifier: BSD-2-Clause
"""SIGUSR2 replaces the program: the new one serves on the same sockets before the old one drains, and a
new one that fails changes nothing."""

import os
import signal
import socket
import stat
import subprocess

import pytest

from client import Client, connect, fetch, request
from daemon import PROGRAM, alive, children, dial, free_port, over_proc, sockets, wait_until
from test_handover import DRAIN, response_under_way
from test_numbers import health, scrape
from upgrading import Detached, Upgradable, UpgradableBinding

GET = request("GET", "/o")


@pytest.fixture
def upgradable(serve):
    """upgradable(octets, *lines): as serve, with a program that can be replaced."""

    def run(octets=b"content", *lines, **keywords):
        keywords.setdefault("kind", Upgradable)
        daemon = serve(octets, *lines, **keywords)
        daemon.wait_log("started: ")
        return daemon

    return run


def goes_on(daemon):
    """The old program serves as before."""
    assert daemon.pid == daemon.process.pid and daemon.process.poll() is None
    assert fetch(daemon, "GET", "/o").body == b"content"


# --- one that succeeds --------------------------------------------------------------------------


def test_the_new_program_serves(upgradable):
    daemon = upgradable(workers=2)
    daemon.replace_program()
    before = daemon.upgrade()
    assert os.readlink(f"/proc/{daemon.pid}/exe") == daemon.program
    assert fetch(daemon, "GET", "/o").body == b"content"
    wait_until(lambda: not alive(before), "the old one ends")
    assert daemon.process.wait(20) == 0
    daemon.all_workers(2)
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_a_response_under_way_is_completed(upgradable, content):
    daemon = upgradable(content, "drain_timeout = 1s")
    with response_under_way(connect(daemon)) as client:
        old = daemon.upgrade()
        assert fetch(daemon, "GET", "/o").body == content
        assert alive(old)
        assert client.response().body == content
    wait_until(lambda: not alive(old), "it has drained")


def test_many_upgrades_one_after_the_other(upgradable):
    daemon = upgradable()
    before = sockets(daemon.pid)
    for _ in range(4):
        daemon.upgrade()
        assert fetch(daemon, "GET", "/o").body == b"content"
        wait_until(lambda: sum(map(alive, daemon.masters())) == 1, "one is left")
        wait_until(lambda: sockets(daemon.pid) == before, "sockets do not pile up")


def test_sockets_of_its_own(upgradable, tmp_path):
    """Those that stay are passed on with their files, others are bound, and nobody unlinks what the
    other one needs."""
    path, port = tmp_path / "socket", free_port()
    daemon = upgradable(
        b"content", f"listen = unix:{path}, 127.0.0.1:{port}", kind=UpgradableBinding, address=path
    )
    inode = path.stat().st_ino
    other = tmp_path / "other"
    text = daemon.ini.read_text()
    daemon.ini.write_text(text.replace(f", 127.0.0.1:{port}", f", unix:{other}"))
    old = daemon.upgrade()
    wait_until(lambda: not alive(old), "the old one ends")
    assert path.stat().st_ino == inode
    for address in (path, other):
        with Client(dial(address)) as client:
            client.send(GET)
            assert client.response().body == b"content"
    with pytest.raises(ConnectionRefusedError):
        dial(("127.0.0.1", port))
    daemon.stop()
    assert not path.exists() and not other.exists()


def test_the_observer_is_replaced_too(upgradable):
    daemon = upgradable(workers=2, debug=True)
    fetch(daemon, "GET", "/o")
    assert health(daemon) == "ok\n"
    old = daemon.upgrade()
    assert health(daemon) == "ok\n"
    wait_until(lambda: not alive(old), "the old one ends")
    assert health(daemon) == "ok\n"
    assert scrape(daemon)['tiffd_requests_total{class="2xx"}'] == 0
    assert scrape(daemon)["tiffd_generation"] == 1
    fetch(daemon, "GET", "/o")
    wait_until(lambda: scrape(daemon)['tiffd_requests_total{class="2xx"}'] == 1, "counters begin anew")


def test_the_pid_file_names_who_serves(upgradable, tmp_path):
    path = tmp_path / "pid"
    daemon = upgradable(b"content", f"pid_file = {path}")
    assert int(path.read_text()) == daemon.process.pid
    for _ in range(2):
        old = daemon.upgrade()
        wait_until(lambda: int(path.read_text()) == daemon.pid, "it names the new one")
        wait_until(lambda old=old: not alive(old), "the old one ends")
        assert int(path.read_text()) == daemon.pid
    assert [found.name for found in tmp_path.glob("pid*")] == ["pid"]
    daemon.stop()
    assert not path.exists()


def test_the_pid_file_of_another_path(upgradable, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    daemon = upgradable(b"content", f"pid_file = {first}")
    daemon.ini.write_text(daemon.ini.read_text().replace(str(first), str(second)))
    daemon.process.poll()
    old = daemon.upgrade()
    wait_until(lambda: not alive(old), "the old one ends")
    assert not first.exists() and int(second.read_text()) == daemon.pid


@pytest.fixture
def detached(tmp_path, object_ini):
    """Serves at tmp_path/socket, logs to tmp_path/tiffd.log, and has tmp_path/pid."""
    (tmp_path / "object").write_bytes(b"content")
    (tmp_path / "detached").mkdir()
    server = [f"listen = unix:{tmp_path}/socket", f"pid_file = {tmp_path}/pid"]
    ini = object_ini(*server) + f"[log]\nfile = {tmp_path}/tiffd.log\n"
    with Detached(tmp_path / "detached", ini, tmp_path / "pid", tmp_path / "tiffd.log") as daemon:
        yield daemon


def test_detached(detached, tmp_path):
    """With -d the new program stays the child that it was started as."""
    for _ in range(2):
        old = detached.upgrade()
        wait_until(lambda old=old: not alive(old), "the old one ends")
        with Client(dial(tmp_path / "socket")) as client:
            client.send(GET)
            assert client.response().body == b"content"
    detached.stop()
    assert not (tmp_path / "pid").exists() and not (tmp_path / "socket").exists()


def test_what_goes_wrong_early_is_in_the_log(detached):
    """With -d standard error leads nowhere."""
    good = detached.ini.read_text()
    detached.check_log = lambda: None
    detached.ini.write_text(good + "[nonsense]\n")
    detached.send_signal(signal.SIGUSR2)
    detached.wait_log("upgrade failed: generation 0 continues: process [0-9]+ ended with status 1")
    detached.wait_log(r"tiffd\.ini:[0-9]+: .*nonsense")


def test_the_service_manager_is_told(serve, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        daemon = serve(b"content", kind=Upgradable, environment=f"NOTIFY_SOCKET={tmp_path}/notify")
        daemon.wait_log("started: ")
        daemon.upgrade()
        told = [manager.recv(999)]
        while not told[-1].startswith(b"MAINPID="):
            told.append(manager.recv(999))
        assert told[-1] == b"MAINPID=%d" % daemon.pid
        # Only the main process is believed, so the new one speaks after that.
        assert sum(text.startswith(b"READY=1\n") for text in told) == 1
        assert manager.recv(999).startswith(b"READY=1\n")
        daemon.stop()


def test_a_reload_waits(upgradable, tmp_path):
    """And is the new program's then."""
    daemon = upgradable()
    old = daemon.process.pid
    with daemon.held() as new:
        os.kill(old, signal.SIGHUP)
        os.kill(old, signal.SIGHUP)
        daemon.send_signal(signal.SIGRTMIN)
        daemon.wait_log("SIGRTMIN: ")
        assert not any("reloading" in line for line in daemon.lines())
    daemon.wait_log(rf"master\[{new}\]: generation 2 serves")


# --- one that fails -----------------------------------------------------------------------------


def test_a_configuration_with_errors(upgradable):
    daemon = upgradable()
    good = daemon.ini.read_text()
    daemon.check_log = lambda: None
    daemon.ini.write_text(good + "nonsense\n")
    daemon.send_signal(signal.SIGUSR2)
    daemon.wait_log("upgrade failed: generation 0 continues: process [0-9]+ ended with status 1$")
    goes_on(daemon)
    daemon.ini.write_text(good)
    daemon.upgrade()
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_a_program_that_is_none(upgradable):
    daemon = upgradable()
    daemon.expect_log("upgrade: .*/tiffd: Permission denied")
    daemon.expect_log("upgrade failed: generation 0 continues: process [0-9]+ ended with status 127")
    os.chmod(daemon.program, stat.S_IRUSR)
    daemon.send_signal(signal.SIGUSR2)
    daemon.wait_log("upgrade failed")
    goes_on(daemon)


SCRIPTS = [
    ("exit 3", "10m", r"process \d+ ended with status 3"),
    ("kill -SEGV $$", "10m", r"process \d+ was ended by signal 11 \(Segmentation fault\)"),
    ("sleep 60 & wait", "300ms", r"process \d+ does not serve in time"),
    ("trap '' TERM; while :; do sleep 1; done", "300ms", r"process \d+ does not serve in time"),
]


@pytest.mark.parametrize("script,timeout,reason", SCRIPTS)
def test_another_program(upgradable, script, timeout, reason):
    """Whatever is at the path by then."""
    daemon = upgradable(b"content", f"upgrade_timeout = {timeout}")
    os.unlink(daemon.program)
    with open(daemon.program, "w", encoding="ascii") as out:
        out.write(f"#!/bin/sh\n{script}\n")
    os.chmod(daemon.program, 0o755)
    daemon.expect_log("upgrade failed: generation 0 continues: " + reason)
    daemon.send_signal(signal.SIGUSR2)
    new = daemon.started()
    daemon.wait_log("upgrade failed: generation 0 continues: " + reason)
    wait_until(lambda: not alive(new), "it has ended")
    goes_on(daemon)


def test_files_stay_when_it_fails(upgradable, tmp_path):
    """Another address is taken: the new program leaves the socket and pid files alone."""
    path, pid = tmp_path / "socket", tmp_path / "pid"
    daemon = upgradable(
        b"content",
        f"listen = unix:{path}",
        f"pid_file = {pid}",
        kind=UpgradableBinding,
        address=path,
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "%s:%d" % taken.getsockname()
        text = daemon.ini.read_text()
        daemon.ini.write_text(text.replace(f"unix:{path}", f"unix:{path}, {address}"))
        daemon.expect_log("bind: Address already in use")
        daemon.expect_log("upgrade failed: generation 0 continues")
        daemon.send_signal(signal.SIGUSR2)
        daemon.wait_log("upgrade failed: generation 0 continues")
    goes_on(daemon)
    assert int(pid.read_text()) == daemon.pid
    assert sorted(found.name for found in tmp_path.glob("pid*")) == ["pid"]


# --- signals meanwhile --------------------------------------------------------------------------


def test_an_end_meanwhile_ends_both(upgradable):
    daemon = upgradable()
    with daemon.held() as new:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM: ending")
    assert daemon.process.wait(20) == 0
    wait_until(lambda: not alive(new), "the new one ends, too")


def test_a_second_one_is_refused(upgradable):
    daemon = upgradable()
    daemon.expect_log("upgrade refused: another one is under way")
    with daemon.held():
        daemon.send_signal(signal.SIGUSR2)
        daemon.wait_log("upgrade refused: another one is under way")


def test_one_while_it_ends_is_refused(upgradable, content):
    daemon = upgradable(content, DRAIN)
    daemon.expect_log("upgrade refused: tiffd ends")
    with response_under_way(connect(daemon)) as client:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM: ending")
        daemon.send_signal(signal.SIGUSR2)
        daemon.wait_log("upgrade refused: tiffd ends")
        assert client.response().body == content


def test_the_end_reaches_who_drains(upgradable, content):
    """A stop of the new program is a stop of the old one: it has drain_timeout, too."""
    daemon = upgradable(content, "drain_timeout = 100ms")
    daemon.expect_log("1 response was cut: the worker ends")
    with response_under_way(connect(daemon)):
        old = daemon.upgrade()
        daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: not alive(old), "the old one ends")
        wait_until(lambda: not alive(daemon.pid), "the new one ends")


def test_logs_of_both_are_opened_anew(upgradable, content, tmp_path):
    log, rotated = tmp_path / "tiffd.log", tmp_path / "rotated"
    daemon = upgradable(content, f"[log]\nfile = {log}", log=log)
    with response_under_way(connect(daemon)) as client:
        old = daemon.upgrade()
        log.rename(rotated)
        daemon.logs.append(rotated)
        daemon.send_signal(signal.SIGUSR1)
        wait_until(log.exists, "it is opened anew")
        assert client.response().body == content
    wait_until(lambda: not alive(old), "the old one ends")
    assert f"master[{old}]: ended" in log.read_text()


# --- odd environments ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["''", "x", "0", "2", "99", "3x", "-1", "/dev/null"])
def test_odd_values_of_the_environment(serve, value):
    daemon = serve(b"content", environment=f"TIFFD_UPGRADE={value}")
    daemon.status = 1
    daemon.expect_log("TIFFD_UPGRADE=.*: accepted: the descriptor that tiffd sets at an upgrade")
    assert daemon.process.wait(20) == 1
    daemon.wait_log("TIFFD_UPGRADE=")


TEXTS = ["", "tiffd-upgrade 2\nend\n", "tiffd-upgrade 1\n", "tiffd-upgrade 1\nlisten x\nend\n", "\0" * 99]


@pytest.mark.parametrize("text", [*TEXTS, "tiffd-upgrade 1\nlisten server configured 77 name\nend\n"])
def test_odd_words_of_the_master_before(object_ini, tmp_path, text):
    """It ends with a line, and has touched nothing."""
    (tmp_path / "object").write_bytes(b"content")
    ini = tmp_path / "tiffd.ini"
    ini.write_text(object_ini(f"listen = unix:{tmp_path}/socket"))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(text.encode())
        number = str(theirs.fileno())
        result = subprocess.run(
            [PROGRAM, "-c", str(ini)],
            env={**os.environ, "TIFFD_UPGRADE": number},
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert b"upgrade: the message of the running tiffd can't be used" in result.stderr
    assert not (tmp_path / "socket").exists()


def test_process_1_is_not_replaced(serve):
    """The container would end with it."""
    daemon = serve(b"content", wrapper=over_proc("proc", "--pid", "--fork", "--kill-child"))
    daemon.wait_log("started: ")
    (master,) = children(daemon.pid)
    daemon.expect_log("upgrade refused: process 1 can't be replaced")
    os.kill(master, signal.SIGUSR2)
    daemon.wait_log("upgrade refused: process 1 can't be replaced")
    os.kill(master, signal.SIGTERM)
    assert daemon.process.wait(20) == 0
