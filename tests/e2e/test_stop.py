# SPDX-License-Identifier: BSD-2-Clause
"""How tiffd ends: load balancers notice first, responses are completed, and a second SIGTERM is quick."""

import os
import signal

import pytest

from client import connect, fetch
from daemon import DEADLINE, Binding, wait_until
from test_handover import DRAIN, response_under_way, refuses
from test_numbers import health

LONG = "drain_delay = 1h"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_health_turns_first(serve, number):
    daemon = serve(b"content", LONG, workers=2, debug=True)
    assert fetch(daemon, "GET", "/o").body == b"content"
    assert health(daemon) == "ok\n"
    daemon.send_signal(number)
    daemon.wait_log("still accepting for 3600000 ms")
    assert "503 Service Unavailable: tiffd is shutting down" in health(daemon)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.send_signal(signal.SIGTERM)
    daemon.wait_log("SIGTERM: ending at once")
    assert daemon.process.wait(DEADLINE) == 0


def test_listeners_close_later(serve, content, tmp_path):
    path = tmp_path / "socket"
    daemon = serve(
        content, f"listen = unix:{path}", "drain_delay = 300ms", DRAIN, kind=Binding, address=path
    )
    with response_under_way(connect(daemon)) as client:
        daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(path), "the listener is closed")
        assert client.response().body == content
    assert daemon.process.wait(DEADLINE) == 0


def test_workers_are_replaced_meanwhile(serve):
    daemon = serve(b"content", LONG)
    assert fetch(daemon, "GET", "/o").body == b"content"
    (worker,) = daemon.workers()
    daemon.send_signal(signal.SIGQUIT)
    daemon.wait_log("still accepting")
    daemon.expect_log("was ended by signal 9")
    os.kill(worker, signal.SIGKILL)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.send_signal(signal.SIGQUIT)
    daemon.wait_log("SIGQUIT: ", count=2)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.send_signal(signal.SIGINT)
    assert daemon.process.wait(DEADLINE) == 0


def test_neither_reload_nor_upgrade_meanwhile(serve):
    daemon = serve(b"content", LONG)
    daemon.wait_log("started: ")
    daemon.expect_log("upgrade refused: tiffd ends")
    daemon.send_signal(signal.SIGTERM)
    daemon.wait_log("still accepting")
    daemon.send_signal(signal.SIGHUP)
    daemon.send_signal(signal.SIGUSR2)
    daemon.wait_log("upgrade refused: tiffd ends")
    assert not any("reloading" in line for line in daemon.lines())
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(DEADLINE) == 0


@pytest.mark.parametrize("lines", [[LONG], [DRAIN]])
def test_a_second_sigterm_ends_at_once(serve, content, lines):
    daemon = serve(content, *lines)
    daemon.expect_log("1 response was cut: the worker ends")
    with response_under_way(connect(daemon)) as client:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM: ending when all responses are sent")
        daemon.send_signal(signal.SIGTERM)
        daemon.wait_log("SIGTERM: ending at once")
        assert daemon.process.wait(DEADLINE) == 0
        assert client.rest()[1], "a cut response ends with a reset"
