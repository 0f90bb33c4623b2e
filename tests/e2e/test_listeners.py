# SPDX-License-Identifier: BSD-2-Clause
"""Where the daemon listens: addresses of its own, and sockets it is handed."""

import contextlib
import grp
import os
import pwd
import re
import signal
import socket
import subprocess

import pytest

from client import Client, fetch, request
from daemon import DEADLINE, PROGRAM, Binding, children, dial, free_port


def has_ipv6():
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


def content_at(address):
    with Client(dial(address)) as client:
        client.send(request("GET", "/o"))
        return client.response().body


def test_unix_socket(serve, tmp_path, content):
    path = tmp_path / "socket"
    daemon = serve(content, f"listen = unix:{path}", kind=Binding, address=path)
    assert fetch(daemon, "GET", "/o").body == content
    assert f"listening on unix:{path}" in daemon.wait_log("listening")
    daemon.stop()
    assert not path.exists()


@pytest.mark.skipif(not has_ipv6(), reason="there is no ::1 here")
def test_ipv6(serve):
    port = free_port("::1", socket.AF_INET6)
    daemon = serve(b"content", f"listen = [::1]:{port}", kind=Binding, address=("::1", port))
    assert fetch(daemon, "GET", "/o").body == b"content"


def test_several_addresses(serve, tmp_path):
    port = free_port("127.0.0.1", socket.AF_INET)
    addresses = [tmp_path / "a", tmp_path / "b", ("127.0.0.1", port)]
    names = [f"unix:{addresses[0]}", f"unix:{addresses[1]}", f"127.0.0.1:{port}"]
    lines = [f"listen = {names[0]}, {names[1]}", f"listen = {names[2]}"]
    daemon = serve(b"content", *lines, workers=2, kind=Binding, address=addresses[2])
    for address, name in zip(addresses, names):
        assert content_at(address) == b"content"
        daemon.wait_log(f"listening on {name}")


def test_stale_unix_socket_is_replaced(serve, tmp_path):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
        stale.listen()
    assert path.exists()
    daemon = serve(b"content", f"listen = unix:{path}", kind=Binding, address=path)
    assert fetch(daemon, "GET", "/o").body == b"content"


def refused(tmp_path, ini):
    """The start fails; returns what it says."""
    (tmp_path / "object").write_bytes(b"content")
    (tmp_path / "tiffd.ini").write_text(ini)
    command = [PROGRAM, "-c", str(tmp_path / "tiffd.ini")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)
    assert (result.returncode, result.stdout) == (1, "")
    return result.stderr


def test_live_unix_socket_is_left_alone(tmp_path, object_ini):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        free = tmp_path / "free"
        said = refused(tmp_path, object_ini(f"listen = unix:{free}, unix:{path}"))
        assert f"listen unix:{path}: bind: Address already in use" in said
        assert not free.exists()
        dial(path).close()


def test_what_a_killed_master_leaves_behind(object_ini, tmp_path):
    """The sockets of its children, which can't even notice, are in nobody's way; ports are waited for."""
    (tmp_path / "object").write_bytes(b"content")
    port = free_port()
    ini = object_ini(f"listen = unix:{tmp_path}/socket, 127.0.0.1:{port}", workers=1)
    ini += f"\n[debug]\nlisten = unix:{tmp_path}/debug.sock\n"
    address = tmp_path / "socket"
    with Binding(tmp_path, ini, address=address) as killed:
        orphans = children(killed.pid)
        assert len(killed.staff()) == 2
        for pid in orphans:
            os.kill(pid, signal.SIGSTOP)
        os.kill(killed.pid, signal.SIGKILL)
        killed.process.wait(DEADLINE)
        try:
            said = subprocess.Popen([PROGRAM, "-c", str(killed.ini)], stderr=subprocess.PIPE, text=True)
            lines = []
            for line in said.stderr:
                lines.append(line)
                if "in use" in line:
                    break
            assert f"listen 127.0.0.1:{port}: bind: Address already in use" in lines[-1]
            assert not any("unix:" in line for line in lines)
        finally:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
        for line in said.stderr:
            if "started: 1 worker" in line:
                break
        assert content_at(address) == content_at(("127.0.0.1", port)) == b"content"
        said.send_signal(signal.SIGTERM)
        said.communicate(timeout=DEADLINE)
        killed.status = -signal.SIGKILL


def test_file_that_is_no_socket_is_left_alone(tmp_path, object_ini):
    path = tmp_path / "precious"
    path.write_text("do not remove")
    assert "Address already in use" in refused(tmp_path, object_ini(f"listen = unix:{path}"))
    assert path.read_text() == "do not remove"


def test_port_that_is_taken(tmp_path, object_ini):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        name = "127.0.0.1:%d" % taken.getsockname()[1]
        said = refused(tmp_path, object_ini(f"listen = {name}"))
    assert f"listen {name}: bind: Address already in use" in said


def test_inherited_socket_takes_the_place_of_listen(serve, tmp_path):
    daemon = serve(b"content", f"listen = unix:{tmp_path}/unused")
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.wait_log("listening on 127.0.0.1:%d, inherited" % daemon.address[1])
    assert not (tmp_path / "unused").exists()


def test_inherited_unix_socket_keeps_its_file(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "socket"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    daemon = start(object_ini(), listen=listener)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.stop()
    assert path.exists()


@pytest.mark.parametrize("pid", ["1", "", "x", None])
def test_sockets_of_another_are_not_taken(start, object_ini, tmp_path, pid, monkeypatch):
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "socket"
    monkeypatch.setenv("LISTEN_FDS", "1")
    if pid is not None:
        monkeypatch.setenv("LISTEN_PID", pid)
    daemon = start(object_ini(f"listen = unix:{path}"), kind=Binding, address=path)
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert not any("inherited" in line for line in daemon.lines())


def test_inherited_descriptor_that_does_not_listen(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    with socket.socket() as idle:
        idle.bind(("127.0.0.1", 0))
        daemon = start(object_ini(), listen=idle)
        daemon.status = 1
        daemon.expect_log("does not listen")
        assert daemon.process.wait(DEADLINE) == 1
        daemon.wait_log("inherited descriptor does not listen")


@pytest.mark.parametrize(
    "setting",
    [
        *(f"LISTEN_FDS={value}" for value in ("-1", "1x", "''", "1025", "9" * 30, "0x1", "' 1'")),
        "LISTEN_FDNAMES=http:debug",
    ],
)
def test_odd_values_of_socket_activation(start, object_ini, tmp_path, setting):
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(object_ini(), environment=setting)
    daemon.status = 1
    said = re.escape(setting.replace("'", "")) + ": accepted: "
    daemon.expect_log(said)
    assert daemon.process.wait(DEADLINE) == 1
    daemon.wait_log(said)


def test_a_socket_that_does_not_listen_yet_is_not_taken(object_ini, tmp_path):
    """As that of a daemon that loads its objects; it refuses connections like an abandoned one."""
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        inode = path.stat().st_ino
        ini = tmp_path / "tiffd.ini"
        ini.write_text(object_ini(f"listen = unix:{path}"))
        command = [PROGRAM, "-c", str(ini)]
        result = subprocess.run(command, stderr=subprocess.PIPE, timeout=DEADLINE, check=False)
        assert (result.returncode, b"bind: Address already in use" in result.stderr) == (1, True)
        assert path.stat().st_ino == inode


def test_the_file_of_another_is_not_removed(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "socket"
    daemon = start(object_ini(f"listen = unix:{path}"), kind=Binding, address=path)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        daemon.stop()
        assert path.exists()


def permissions(path):
    status = path.stat()
    return f"{status.st_mode & 0o777:04o} {status.st_uid} {status.st_gid}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize(
    "lines, parameters, wanted",
    (
        ((), "", "0660 0 0"),
        (("user = nobody",), "", "0660 0 {nogroup}"),
        ((), " mode=0606", "0606 0 0"),
        (("user = nobody",), " mode=666 user=nobody group=daemon", "0666 {nobody} {daemon}"),
    ),
)
def test_who_may_connect_to_a_unix_socket(start, object_ini, tmp_path, lines, parameters, wanted):
    (tmp_path / "object").write_bytes(b"content")
    path = tmp_path / "socket"
    start(object_ini(f"listen = unix:{path}{parameters}", *lines), kind=Binding, address=path)
    ids = {"nogroup": pwd.getpwnam("nobody").pw_gid, "nobody": pwd.getpwnam("nobody").pw_uid,
           "daemon": grp.getgrnam("daemon").gr_gid}
    assert permissions(path) == wanted.format(**ids)


@pytest.mark.parametrize(
    "address, reason",
    (
        ("unix:/s mode=888", "has a bad mode"),
        ("unix:/s user=no-such-user", "names a user that this system does not have"),
        ("unix:/s group=no-such-group", "names a group that this system does not have"),
        ("127.0.0.1:1 mode=0660", "has a parameter that is for Unix sockets only"),
        ("unix:/s owner=root", "has an unknown parameter"),
    ),
)
def test_bad_parameters_of_addresses(tmp_path, object_ini, address, reason):
    ini = tmp_path / "bad.ini"
    (tmp_path / "object").write_bytes(b"x")
    ini.write_text(object_ini(f"listen = {address}"))
    run = subprocess.run([PROGRAM, "-t", "-c", ini], capture_output=True, text=True)
    assert run.returncode == 1 and reason in run.stderr
