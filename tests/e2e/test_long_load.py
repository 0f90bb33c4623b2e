# SPDX-License-Identifier: BSD-2-Clause
"""While objects are loaded the master does all its work: the loader reads from a disk that takes as
long as a test wants, and is ended in all ways. A process that waits for such a disk ends, whatever
signal it gets, no sooner than the disk continues."""

import contextlib
import os
import re
import signal
import subprocess

import pytest

from client import fetch
from daemon import PROGRAM, alive, children, sanitized, title, wait_until
from slowdisk import Disk
from test_numbers import scrape, variables

INI = """
[server]
workers = 2
[asset /o]
file = {}
variant = {}
"""
CONTENT = b"0123456789" * 50000


@pytest.fixture
def disk(tmp_path):
    found = Disk(tmp_path, CONTENT)
    found.mount()
    yield found
    found.unmount()


@pytest.fixture
def variant():
    """Of the object; some tests have both that read files."""
    return "cached"


def loader(daemon):
    """The loader's process id, once there is one."""
    found = wait_until(
        lambda: [pid for pid in children(daemon.pid) if title(pid) == "loader"], "a loader"
    )
    assert len(found) == 1
    return found[0]


@pytest.fixture
def loading(disk, start, variant):
    """A daemon that starts, and whose loader waits for the disk."""
    disk.hold()
    daemon = start(INI.format(disk.file, variant))
    disk.wait_held()
    loader(daemon)
    yield daemon
    disk.go_on()


@pytest.fixture
def reloading(disk, start, tmp_path, variant):
    """One that serves another file, and reloads to that of the disk."""
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(INI.format(tmp_path / "object", variant), debug=True)
    daemon.wait_log("started: ")
    disk.hold()
    daemon.ini.write_text(INI.format(disk.file, variant))
    daemon.send_signal(signal.SIGHUP)
    disk.wait_held()
    loader(daemon)
    yield daemon
    disk.go_on()


def get(daemon):
    return fetch(daemon, "GET", "/o").body


BOTH = pytest.mark.parametrize("variant", ("cached", "streaming"))


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT))
def test_an_end_during_the_start(loading, disk, number):
    process = loader(loading)
    loading.send_signal(number)
    assert loading.process.wait(20) == 0
    disk.go_on()
    wait_until(lambda: not alive(process), "the loader ends, too")
    assert not any("started" in line for line in loading.lines())


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_an_end_during_a_reload(reloading, disk, number):
    process = loader(reloading)
    if sanitized():  # looks for leaks, and takes its time
        reloading.expect_log("did not end in time: killed")
    reloading.send_signal(number)
    assert reloading.process.wait(20) == 0
    disk.go_on()
    wait_until(lambda: not alive(process), "the loader ends, too")


@BOTH
def test_signals_during_the_start_wait(loading, disk):
    for _ in range(3):
        loading.send_signal(signal.SIGHUP)
    disk.go_on()
    assert get(loading) == CONTENT
    loading.wait_log("generation 1 serves")
    assert not any("generation 2" in line for line in loading.lines())


@BOTH
def test_workers_that_die_meanwhile_are_replaced(reloading, disk):
    before = reloading.workers()
    reloading.expect_log("worker .: process .* was ended by signal 9")
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: len(set(reloading.workers()) - set(before)) == 2, "both are replaced")
    assert get(reloading) == b"content"
    loader(reloading)
    disk.go_on()
    reloading.wait_log("generation 1 serves")
    assert get(reloading) == CONTENT


def test_reloads_meanwhile_are_one(reloading, disk):
    for _ in range(5):
        reloading.send_signal(signal.SIGHUP)
    assert get(reloading) == b"content"
    disk.go_on()
    reloading.wait_log("generation 2 serves")
    assert get(reloading) == CONTENT
    assert sum(": reloading " in line for line in reloading.lines()) == 2


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV))
def test_a_loader_that_is_killed_during_the_start(loading, disk, number):
    loading.status = 1
    loading.expect_log(f"start failed: the loader was ended by signal {int(number)} ")
    os.kill(loader(loading), number)
    disk.go_on()
    loading.process.wait(20)
    loading.wait_log(f"start failed: the loader was ended by signal {int(number)} ")


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV))
def test_a_loader_that_is_killed_during_a_reload(reloading, disk, number):
    before = reloading.workers()
    line = f"reload failed: generation 0 continues: the loader was ended by signal {int(number)} "
    reloading.expect_log(line)
    os.kill(loader(reloading), number)
    disk.go_on()
    reloading.wait_log(line)
    told = variables(reloading)["reload"]
    assert not told["successful"] and f"by signal {int(number)} " in told["reason"]
    assert reloading.workers() == before
    assert get(reloading) == b"content"
    reloading.send_signal(signal.SIGHUP)
    reloading.wait_log(r"generation \d serves")
    assert get(reloading) == CONTENT


def test_a_disk_that_fails(reloading, disk):
    (disk.control / "fail").touch()
    disk.go_on()
    reloading.expect_log("loader.*: Input/output error")
    reloading.expect_log("reload failed: generation 0 continues: an object can't be loaded")
    reloading.wait_log("reload failed: generation 0 continues: an object can't be loaded")
    assert get(reloading) == b"content"


def test_the_master_dies_meanwhile(reloading, disk):
    process = loader(reloading)
    reloading.expect_log("the master")
    reloading.expect_log("loader.*: can't be handed over: Broken pipe")  # if it was read by then
    os.kill(reloading.pid, signal.SIGKILL)
    reloading.status = -signal.SIGKILL
    disk.go_on()
    wait_until(lambda: not alive(process), "the loader ends, too")


def test_the_loader_is_expendable(reloading):
    def score(pid):
        with open(f"/proc/{pid}/oom_score_adj") as file:
            return int(file.read())

    assert score(loader(reloading)) == 1000
    assert score(reloading.pid) in (score(os.getpid()), -900)
    assert {score(worker) for worker in reloading.workers()} == {score(os.getpid())}


@BOTH
def test_numbers_of_a_load(reloading, disk):
    samples = scrape(reloading)
    assert samples["tiffd_loading"] == 1
    assert samples["tiffd_load_expected_bytes"] == len(CONTENT)
    assert samples["tiffd_load_bytes"] < len(CONTENT)
    disk.go_on()
    reloading.wait_log("generation 1 serves")

    def ended():
        samples = scrape(reloading)
        return samples["tiffd_loading"] == 0 and samples["tiffd_load_bytes"] == len(CONTENT)

    wait_until(ended, "it is loaded")
    told = variables(reloading)
    assert told["reload"]["successful"] and told["reload"]["reason"] == ""
    assert told["load"] == {
        "loading": False, "bytes": len(CONTENT), "expected_bytes": len(CONTENT)
    }


def test_a_line_on_a_terminal(disk, tmp_path):
    """The disk continues after the time from which a load takes long."""
    disk.hold()
    (tmp_path / "tiffd.ini").write_text(INI.format(disk.file, "cached"))
    master, terminal = os.openpty()
    command = [PROGRAM, "-c", tmp_path / "tiffd.ini", "-o", f"server.listen=unix:{tmp_path}/socket"]
    process = subprocess.Popen(command, stderr=terminal)
    os.close(terminal)
    try:
        disk.wait_held()
        with contextlib.suppress(TimeoutError):
            signal.sigtimedwait([], 0.3)
        disk.go_on()
        said = b""
        while b"started: " not in said:
            said += os.read(master, 4096)
    finally:
        process.terminate()
        process.wait(20)
        os.close(master)
    lines = re.findall(rb"\rloading: +(\d+) % of 500 kB, \S+ [kMG]?B/s, \d+ s left *", said)
    assert lines and int(lines[-1]) == 100, said
    assert said.count(b"\n") == said.count(b"notice") + 1
