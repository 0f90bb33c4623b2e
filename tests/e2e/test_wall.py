# SPDX-License-Identifier: BSD-2-Clause
"""Where event loops spend a time: every second of every worker is somewhere, and what the test makes
them wait for is what the page says."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from daemon import wait_until
from observing import UNITS, ask, asking, cpu_time, load, text
from test_observer_tools import go, tool  # noqa: F401 (a fixture)

PAGE = "/debug/pprof/wall?seconds=2&format=text"


def seconds(value):
    number, unit = re.match(r"([0-9.]+)([a-z]*)$", value).groups()
    return float(number) * UNITS[unit]


def whole(table):
    """All of the time, and the length of the window."""
    total = re.search(r"Total samples = (\S+)", table)[1].rstrip(",")
    return seconds(total), seconds(re.search(r"Duration: ([0-9.a-z]+)", table)[1])


def flat(table, name):
    found = re.search(rf"^ *(\S+) +\S+% +\S+% +\S+ +\S+% +{name}$", table, re.M)
    return seconds(found[1]) if found else 0


def test_idle_workers_wait_for_events(observe):
    table = text(observe(workers=2), PAGE)
    total, window = whole(table)
    assert total == pytest.approx(2 * window, rel=0.05)
    assert flat(table, "wait_for_events") > 0.8 * total


def test_running_is_what_the_process_clock_says(observe):
    """Under load; the clock counts all that it did from before the window until after it."""
    daemon = observe(workers=1)
    (worker,) = daemon.workers()

    def tells_where():
        before = cpu_time(worker)
        table = text(daemon, PAGE)
        used = cpu_time(worker) - before
        total, window = whole(table)
        assert total == pytest.approx(window, rel=0.02)
        waited = sum(flat(table, name) for name in ("wait_for_events", "wait_for_cpu", "wait_in_kernel"))
        assert 0 < total - waited <= used * 1.05, table
        return "worker_turn" in table

    with load(daemon):
        wait_until(tells_where, "samples of turns")


def test_a_busy_cpu_is_waited_for(observe):
    """The worker shares one CPU with two programs that do nothing but run, so it waits for most of the
    time in which it has something to do."""
    daemon = observe(workers=1)
    (worker,) = daemon.workers()
    cpu = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(worker, cpu)
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for hog in hogs:
            os.sched_setaffinity(hog.pid, cpu)
        with load(daemon):
            table = text(daemon, PAGE)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    assert flat(table, "wait_for_cpu") > 0.1 * whole(table)[1]
    delay = re.search(r"^tiffd_worker_run_delay_seconds_total\{.*\} (\S+)$", text(daemon, "/metrics"), re.M)
    assert float(delay[1]) >= flat(table, "wait_for_cpu") * 0.95


def test_a_stopped_worker_is_stopped(observe):
    daemon = observe(workers=1)
    (worker,) = daemon.workers()
    os.kill(worker, signal.SIGSTOP)
    wait_until(lambda: ") T " in pathlib.Path(f"/proc/{worker}/stat").read_text(), "a stop")
    try:
        table = text(daemon, "/debug/pprof/wall?seconds=1&format=text")
    finally:
        os.kill(worker, signal.SIGCONT)
    assert flat(table, "process_stopped") > 0.95 * whole(table)[0]


def test_a_worker_that_ends_is_left_out(observe):
    daemon = observe(workers=1)
    (worker,) = daemon.workers()
    daemon.expect_log("ended|signal|replaced")
    with asking(daemon, "/debug/pprof/wall?seconds=1&format=text") as connection:
        os.kill(worker, signal.SIGKILL)
        response = connection.getresponse()
        assert response.status in (200, 503)
        assert response.status == 503 or b"wait_for" not in response.read()


def test_pprof_reads_it(observe, tool):  # noqa: F811
    daemon = observe(workers=2)
    address = "http://{}:{}/debug/pprof/wall?seconds=1".format(*daemon.observer_address)
    raw = go(tool, "-top", address)
    assert "Type: wall" in raw and "wait_for_events" in raw


def test_parameters(observe):
    daemon = observe()
    assert ask(daemon, "/debug/pprof/wall?seconds=0")[0] == 400
    assert ask(daemon, "/debug/pprof/wall", "HEAD")[0] == 200
