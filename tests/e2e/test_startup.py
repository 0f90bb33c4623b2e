# SPDX-License-Identifier: BSD-2-Clause
"""A generation serves when all of its workers have said so; else the one before continues."""

import contextlib
import os
import pathlib
import shutil
import signal

import pytest

from client import connect, fetch, request
from daemon import alive, children, stopped, wait_until
from test_numbers import health, numbered, scrape  # noqa: F401

GET = request("GET", "/o")
CGROUP = pathlib.Path("/sys/fs/cgroup/pids")


def goes_on(daemon, before):
    """The old workers serve, and nothing of the new ones is left."""
    wait_until(lambda: daemon.workers() == before, "the new workers have ended")
    assert fetch(daemon, "GET", "/o").body == b"content"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv")
def test_a_user_that_workers_can_not_become(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(object_ini(workers=2), wrapper=["setpriv", "--bounding-set=-setuid,-setgid"])
    before = daemon.all_workers(2)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.expect_log(r"\[server\] user nobody: the capability CAP_SETUID is missing")
    daemon.expect_log("reload failed: generation 0 continues: a new generation can't be created")
    daemon.ini.write_text(object_ini("user = nobody", workers=2))
    with connect(daemon) as client:
        for count in (1, 2):
            daemon.send_signal(signal.SIGHUP)
            daemon.wait_log("reload failed: generation 0 continues", count=count)
            client.send(GET)
            assert client.response().body == b"content"
            goes_on(daemon, before)
    daemon.ini.write_text(object_ini(workers=2))
    daemon.reload()
    assert fetch(daemon, "GET", "/o").body == b"content"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv")
def test_a_start_that_can_not_be(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    ini = object_ini("user = nobody", workers=2)
    daemon = start(ini, wrapper=["setpriv", "--bounding-set=-setuid,-setgid"])
    daemon.status = 1
    daemon.expect_log(r"\[server\] user nobody: the capability CAP_SETUID is missing")
    assert daemon.process.wait(20) == 1
    daemon.wait_log("the capability CAP_SETUID is missing, without which its workers can't become that user")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv")
def test_workers_that_could_not_be_stopped(start, object_ini, tmp_path):
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(object_ini(workers=1), wrapper=["setpriv", "--bounding-set=-kill"])
    before = daemon.all_workers(1)
    daemon.expect_log("user nobody: the capability CAP_KILL is missing")
    daemon.expect_log("reload failed: generation 0 continues")
    daemon.ini.write_text(object_ini("user = nobody", workers=1))
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: generation 0 continues")
    goes_on(daemon, before)
    daemon.ini.write_text(object_ini(workers=1))
    daemon.reload()


@pytest.fixture
def processes_limited(request):
    """limited(pid, spare): the processes below pid may have so many more."""
    group = CGROUP / f"tiffd-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        group.mkdir()
        (group / "pids.max").write_text("max")
    except OSError:
        pytest.skip("no limit of processes can be set here")

    def limit(pid, spare):
        for process in [pid, *children(pid)]:
            (group / "cgroup.procs").write_text(str(process))
        (group / "pids.max").write_text(str(int((group / "pids.current").read_text()) + spare))

    yield limit
    (group / "pids.max").write_text("max")
    for process in (group / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):
            (CGROUP / "cgroup.procs").write_text(process)
    wait_until(lambda: not (group / "cgroup.procs").read_text(), "the group is empty")
    group.rmdir()


def test_a_limit_of_processes(serve, processes_limited, monkeypatch):
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=0")  # looking for leaks needs a process
    daemon = serve(b"content", workers=3)
    before = daemon.all_workers(3)
    assert fetch(daemon, "GET", "/o").body == b"content"
    processes_limited(daemon.pid, 1)
    daemon.expect_log("fork: Resource temporarily unavailable")
    daemon.expect_log("reload failed: generation 0 continues: worker . can't be forked")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: generation 0 continues: worker . can't be forked")
    goes_on(daemon, before)


def test_a_worker_that_does_not_begin_holds_the_old_one(serve):
    """The old generation accepts until the last new worker has begun."""
    daemon = serve(b"content", workers=2)
    before = daemon.all_workers(2)
    assert fetch(daemon, "GET", "/o").body == b"content"
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("generation 1 serves")
    wait_until(lambda: not any(map(alive, before)), "the old ones end")


def test_an_end_during_a_reload(serve):
    daemon = serve(b"content", workers=4)
    daemon.all_workers(4)
    daemon.send_signal(signal.SIGHUP)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0


def test_numbers_of_reloads(numbered):  # noqa: F811
    samples = scrape(numbered)
    assert samples["tiffd_last_reload_successful"] == 1
    began = samples["tiffd_last_reload_time_seconds"]
    text = numbered.ini.read_text()
    numbered.expect_log("reload")
    numbered.ini.write_text(text + "nonsense\n")
    numbered.send_signal(signal.SIGHUP)
    numbered.wait_log("reload failed: generation 0 continues: the configuration has errors")
    samples = scrape(numbered)
    assert samples["tiffd_last_reload_successful"] == 0
    assert samples["tiffd_last_reload_time_seconds"] > began
    numbered.ini.write_text(text)
    numbered.send_signal(signal.SIGHUP)
    numbered.wait_log("generation 1 serves")
    wait_until(lambda: scrape(numbered)["tiffd_last_reload_successful"] == 1, "it took over")


def test_health_is_good_during_reloads(numbered):  # noqa: F811
    assert health(numbered) == "ok\n"
    for number in range(1, 11):
        numbered.send_signal(signal.SIGHUP)
        while not any(f"generation {number} serves" in line for line in numbered.lines()):
            assert health(numbered) == "ok\n"


def test_health_is_bad_without_workers_though_the_master_is_busy(numbered):  # noqa: F811
    assert health(numbered) == "ok\n"
    numbered.expect_log("was ended by signal 9")
    workers = numbered.all_workers(2)
    with stopped(numbered.pid):
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: "2 of 2 workers have no process" in health(numbered), "it is noticed")
    wait_until(lambda: health(numbered) == "ok\n", "they are replaced")
