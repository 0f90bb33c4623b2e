# SPDX-License-Identifier: BSD-2-Clause
"""What one process leaves to the next: sockets, files and clients, however the first one ends."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess

import pytest

from client import Client, connect, fetch, request
from daemon import DEADLINE, PROGRAM, Binding, Daemon, alive, dial, free_port, wait_until

GET = request("GET", "/o")
DRAIN = "drain_timeout = 1h"


@contextlib.contextmanager
def response_under_way(client):
    """A client that has the head of its response and leaves the rest with the server."""
    with client:
        client.begin(GET)
        yield client


def refuses(address):
    try:
        dial(address).close()
    except (ConnectionRefusedError, FileNotFoundError):
        return True
    return False


class Inheriting(Daemon):
    """A daemon that gets several sockets, as sd_listen_fds(3) has it."""

    def __init__(self, directory, ini, *options, address):
        super().__init__(directory, ini, *options, listen=address[0])
        self.passed = address

    def start(self):
        fds = [passed.fileno() for passed in self.passed]
        # First out of the way of each other, then into place.
        moves = [f"{50 + i}<&{fd}" for i, fd in enumerate(fds)]
        moves += [f"{3 + i}<&{50 + i} {50 + i}<&-" for i in range(len(fds))]
        script = f"exec {' '.join(moves)}; LISTEN_PID=$$ LISTEN_FDS={len(fds)} exec "
        script += shlex.join([PROGRAM, "-c", str(self.ini)])
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                ["/bin/bash", "-c", script], stdout=log, stderr=log, pass_fds=fds
            )
        return self


def test_several_inherited_sockets(serve, tmp_path):
    with contextlib.ExitStack() as stack:
        tcp = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        local = stack.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(str(tmp_path / "local"))
        local.listen()
        with contextlib.suppress(OSError):
            six = socket.create_server(("::1", 0), family=socket.AF_INET6)
            tcp.append(stack.enter_context(six))
        addresses = [passed.getsockname() for passed in tcp] + [tmp_path / "local"]
        daemon = serve(b"content", kind=Inheriting, address=[*tcp, local])
        for address in addresses:
            with Client(dial(address)) as client:
                client.send(GET)
                assert client.response().body == b"content"
        daemon.wait_log("listening on .*, inherited", count=len(addresses))


def test_inherited_socket_outlives_the_daemon(start, object_ini, tmp_path):
    """Who comes between one daemon and the next waits, and is served."""
    (tmp_path / "object").write_bytes(b"content")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        first = start(object_ini(), listen=listener.dup())
        assert fetch(first, "GET", "/o").body == b"content"
        first.stop()
        with Client(dial(listener.getsockname())) as client:
            client.send(GET)
            start(object_ini(), listen=listener.dup())
            assert client.response().body == b"content"


@pytest.mark.parametrize("kind", ["unix", "tcp"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_nobody_waits_for_a_daemon_that_ends(serve, content, tmp_path, kind, number):
    """Its own sockets are closed before the last responses are sent."""
    address = tmp_path / "socket" if kind == "unix" else ("127.0.0.1", free_port())
    name = f"unix:{address}" if kind == "unix" else "%s:%d" % address
    daemon = serve(content, f"listen = {name}", DRAIN, workers=2, kind=Binding, address=address)
    with response_under_way(connect(daemon)) as client:
        daemon.send_signal(number)
        wait_until(lambda: refuses(address), "new connections are refused", 3)
        assert client.response().body == content


def test_address_can_come_back(serve, content, tmp_path):
    """Taken out and put in again, while a worker of the first generation still drains."""
    kept, port = tmp_path / "kept", free_port()
    daemon = serve(
        content, f"listen = unix:{kept}, 127.0.0.1:{port}", DRAIN, kind=Binding, address=kept
    )
    both = daemon.ini.read_text()
    with response_under_way(connect(daemon)) as client:
        for number, text in ((1, both.replace(f", 127.0.0.1:{port}", "")), (2, both)):
            daemon.ini.write_text(text)
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log(f"generation {number} serves", 3)
            wait_until(lambda: refuses(("127.0.0.1", port)) == (number == 1), "it is as configured")
        assert client.response().body == content


def test_restart_after_the_master_was_killed(serve, content, tmp_path):
    """Workers that still drain hold neither the address nor the pid file."""
    path = tmp_path / "socket"
    lines = [f"listen = unix:{path}", f"pid_file = {tmp_path}/pid", DRAIN]
    first = serve(content, *lines, workers=2, kind=Binding, address=path)
    first.expect_log("the master is gone: draining")
    first.status = -signal.SIGKILL
    with response_under_way(connect(first)) as client:
        workers = first.workers()
        first.send_signal(signal.SIGKILL)
        first.wait_log("the master is gone: draining", count=2)
        second = Daemon(tmp_path, first.ini.read_text())
        second.process = subprocess.Popen([PROGRAM, "-c", str(second.ini)], stderr=subprocess.PIPE)
        try:
            said = iter(second.process.stderr.readline, b"")
            assert any(b"started" in line for line in said), "it has ended"
            with Client(dial(path)) as other:
                other.send(GET)
                assert other.response().body == content
            assert client.response().body == content
        finally:
            second.kill()
    wait_until(lambda: not any(map(alive, workers)), "the old workers end")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_worker_that_is_told_to_end(serve, content, number):
    """It completes its responses first, and its slot is filled again."""
    daemon = serve(content, "linger_timeout = 50ms")
    with response_under_way(connect(daemon)) as client:
        (worker,) = daemon.workers()
        os.kill(worker, number)
        with connect(daemon) as other:
            assert client.response().body == content
            assert other.still_open()
    daemon.wait_log("worker 0: replaced in 0 ms")
    assert worker not in daemon.workers()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_all_processes(serve, number):
    """As a terminal sends it."""
    daemon = serve(b"content", workers=2)
    daemon.wait_log("started")
    for pid in [*daemon.all_workers(2), daemon.pid]:
        os.kill(pid, number)
    if number == signal.SIGHUP:
        daemon.wait_log("generation 1 serves")
        assert fetch(daemon, "GET", "/o").body == b"content"
        daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(DEADLINE) == 0


def test_who_waits_in_the_queue_is_served(serve, content, tmp_path):
    """A client that has connected but was not accepted when the end begins gets its response."""
    address = tmp_path / "socket"
    daemon = serve(
        content, f"listen = unix:{address}", DRAIN, workers=1, kind=Binding, address=address
    )
    fetch(daemon, "GET", "/o")
    (worker,) = daemon.workers()
    os.kill(worker, signal.SIGSTOP)
    with connect(daemon) as client:
        client.send(GET)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM: ending")
        os.kill(worker, signal.SIGCONT)
        assert client.response().body == content
