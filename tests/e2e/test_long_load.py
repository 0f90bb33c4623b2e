# SPDX-License-Identifier: BSD-2-Clause
"""Signals while a large object is read for its digest, before anything serves."""

import signal

import pytest

from client import fetch

PATIENCE = 180  # a second of reading, on a machine that does a lot besides
INI = "[server]\nworkers = 1\nvariant = streaming\n[asset /huge]\nfile = {}/huge\n"


@pytest.fixture
def huge(start, tmp_path):
    """A daemon that has a second of reading before it."""
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 30)
    return start(INI.format(tmp_path))


def test_a_signal_to_end_is_not_kept_waiting(huge):
    huge.wait_log("listening on")
    huge.status = 1
    huge.send_signal(signal.SIGTERM)
    huge.process.wait(PATIENCE)
    assert any("a signal ends the daemon" in line for line in huge.lines())


def test_a_reload_waits_its_turn(huge):
    huge.wait_log("listening on")
    huge.send_signal(signal.SIGHUP)
    huge.wait_log("started: ", seconds=PATIENCE)
    assert fetch(huge, "GET", "/huge", "Range: bytes=0-9").body == bytes(10)
    huge.wait_log("generation 1 serves", seconds=PATIENCE)
