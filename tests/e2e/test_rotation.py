# SPDX-License-Identifier: BSD-2-Clause
"""A log that is rotated: the master opens it anew and hands it to every process, also where the
workers' user could not."""

import os
import pathlib
import signal

import pytest

from client import fetch
from daemon import SAMPLE, alive, children, title, wait_until
from observing import Observed

INI = """
[server]
workers = 2
user = {user}
[log]
file = {log}
level = info
[debug]
listen = unix:{socket}
[asset /o]
file = {file}
"""


@pytest.fixture
def rotated(start, tmp_path):
    """rotated(user): a daemon whose log was renamed and opened anew; the old file and the new."""

    def run(user):
        log = tmp_path / "tiffd.log"
        old = tmp_path / "tiffd.log.1"
        daemon = start(
            INI.format(user=user, log=log, socket=tmp_path / "socket", file=SAMPLE), kind=Observed
        )
        wait_until(lambda: log.exists() and log.read_text().count("]: serving") == 2, "workers")
        wait_until(lambda: "observing" in log.read_text(), "an observer")
        log.rename(old)
        daemon.send_signal(signal.SIGUSR1)
        wait_until(log.exists, "a new log")
        return daemon, old, log

    return run


@pytest.mark.parametrize("user", ("", "nobody"))
def test_every_process_uses_the_new_file(rotated, user):
    daemon, old, log = rotated(user)
    for name in ("worker 0", "worker 1"):
        victim = daemon.named(name)
        os.kill(victim, signal.SIGQUIT)
        wait_until(lambda: f"info {name}[{victim}]: draining" in log.read_text(), f"{name}'s line")
        wait_until(lambda: not alive(victim), f"{name} has ended")
    assert "draining" not in old.read_text()
    assert fetch(daemon, "GET", "/o").status == 200


def test_of_a_worker_that_came_later(rotated):
    daemon, _, log = rotated("")
    victim = daemon.named("worker 0")
    os.kill(victim, signal.SIGQUIT)
    wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
    wait_until(lambda: f"worker 0[{daemon.named('worker 0')}]: serving" in log.read_text(), "a line")
    log.rename(log.with_suffix(".2"))
    daemon.send_signal(signal.SIGUSR1)
    wait_until(log.exists, "a new log")
    successor = daemon.named("worker 0")
    os.kill(successor, signal.SIGQUIT)
    wait_until(lambda: f"worker 0[{successor}]: draining" in log.read_text(), "a line in the third log")


def test_nobody_keeps_the_old_log(start, tmp_path):
    """Not processes without a channel to the master, either; else the old log writer would stay."""
    log, root = tmp_path / "tiffd.log", tmp_path / "root"
    root.mkdir()
    for number in range(3):
        (root / str(number)).write_bytes(b"content")
    section = ["[tree /t]", f"directory = {root}", "variant = streaming", "max_open_files = 1", "watch = yes"]
    others = ["[log]", f"file = {log}", "level = info", "[access_log]", f"file = {tmp_path}/access.log"]
    daemon = start("\n".join(["[server]", *others, *section]) + "\n")
    wait_until(lambda: log.exists() and "started: " in log.read_text(), "the start is told")
    names = ("opener", "watcher")

    def those():
        found = [pid for pid in children(daemon.pid) if alive(pid) and title(pid) in names]
        return found if len(found) == len(names) else None

    before, writers = wait_until(those, "an opener and a watcher"), [daemon.log_writer()]
    writers.append(daemon.log_writer("access log"))
    log.rename(log.with_suffix(".1"))
    daemon.send_signal(signal.SIGUSR1)
    wait_until(lambda: not any(map(alive, [*before, *writers])), "what wrote to the old files has ended")
    wait_until(those, "others take their places")
    for number in range(3):
        assert fetch(daemon, "GET", f"/t/{number}").body == b"content"


def test_a_log_that_cannot_be_opened(rotated, tmp_path):
    """Lines still go to the file that is open."""
    daemon, old, log = rotated("")
    log.unlink()
    log.mkdir()
    daemon.send_signal(signal.SIGUSR1)
    link = pathlib.Path(f"/proc/{daemon.pid}/fd")
    wait_until(lambda: any("deleted" in os.readlink(fd) for fd in link.iterdir()), "the old log")
    assert fetch(daemon, "GET", "/o").status == 200
