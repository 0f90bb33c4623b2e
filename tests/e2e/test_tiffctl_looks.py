# SPDX-License-Identifier: BSD-2-Clause
"""What tiffctl shows: status, memory, configuration, pages of the observer."""

import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import threading

import pytest

from client import fetch
from controlling import TIFFCTL, looked, succeed, tiffctl
from daemon import DEADLINE, PROGRAM, TOP, Daemon, children, wait_until
from observing import needs_heap

root_only = pytest.mark.skipif(os.getuid() != 0, reason="PSS of sandboxed processes is for root")


@pytest.fixture
def watched(controlled):
    """With an observer."""
    return lambda *lines, **keywords: controlled(*lines, debug=True, **keywords)


def test_status_tells_addresses(watched):
    daemon = watched()
    addresses = [(row["listener"], row["address"]) for row in looked(daemon)["listeners"]]
    assert addresses == [("server", "{}:{}".format(*daemon.address)),
                         ("debug", "{}:{}".format(*daemon.observed.getsockname()))]
    assert "(debug)" in succeed(daemon, "status")


def pss_of(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1]) * 1024


@root_only
def test_status_tells_memory(controlled):
    daemon = controlled(workers=2)
    for worker in looked(daemon)["workers"]:
        assert abs(worker["pss"] - pss_of(worker["pid"])) < 2 << 20


@root_only
def test_memory_counts_what_is_shared_once(serve, tmp_path):
    """An object of 64 MiB that four workers have mapped."""
    octets = os.urandom(64 << 20)
    daemon = serve(octets, f"control = {tmp_path}/control", workers=4)
    daemon.wait_log("started: ")
    for _ in range(40):
        assert fetch(daemon, "GET", "/o").body == octets
    told = json.loads(succeed(daemon, "memory", "--json"))
    processes = told["processes"]
    assert {row["pid"] for row in processes} == {daemon.pid, *children(daemon.pid)}
    assert processes[0]["pid"] == daemon.pid
    mapping = [row for row in processes if row["rss"] > 60 << 20]
    assert mapping, processes
    assert 60 << 20 < told["total"]["pss"] < 120 << 20, told["total"]
    assert told["total"]["rss"] == sum(row["rss"] for row in processes)
    for row in processes:
        assert row["uss"] <= row["pss"] <= row["rss"] <= row["vsz"], row
        assert abs(row["rss"] - row["uss"] - row["shared"]) < 1 << 20, row
        assert abs(row["pss"] - pss_of(row["pid"])) < 8 << 20
    assert "tiffd: master" in succeed(daemon, "memory")
    told = json.loads(succeed(daemon, "memory", str(daemon.pid), "--json"))
    assert told["processes"][0]["pid"] == daemon.pid


def test_memory_of_any_process():
    script = TOP / "scripts/get_mem"
    environment = {**os.environ, "TIFFCTL": str(TIFFCTL)}
    sleeper = subprocess.Popen(["sh", "-c", "sleep 60 & wait"])
    try:
        wait_until(lambda: children(sleeper.pid), "a child")
        told = subprocess.run([script, str(sleeper.pid)], env=environment, capture_output=True, text=True,
                              check=True).stdout.splitlines()
        assert [line.split()[0] for line in told] == \
            ["PID", str(sleeper.pid), str(children(sleeper.pid)[0]), "total"]
        assert told[1].endswith("sh -c sleep 60 & wait")
    finally:
        for pid in children(sleeper.pid):
            os.kill(pid, signal.SIGKILL)
        sleeper.wait()
    result = subprocess.run([script, "x"], env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (1, 'tiffctl: memory: "x"; accepted: a process id\n')


def test_dump_config_is_what_serves(controlled, tmp_path):
    """Not what the file says by now; and it reads back."""
    daemon = controlled()
    daemon.ini.write_text("nonsense")
    text = subprocess.run([TIFFCTL, "-s", tmp_path / "control", "dump-config"], check=True,
                          capture_output=True, text=True).stdout
    copy = tmp_path / "copy.ini"
    copy.write_text(text)
    again = subprocess.run([PROGRAM, "-T", "-c", copy], check=True, capture_output=True, text=True).stdout
    assert again == text
    told = json.loads(subprocess.run([TIFFCTL, "-s", tmp_path / "control", "dump-config", "--json"],
                                     check=True, capture_output=True, text=True).stdout)
    assert told["config"]["server"]["workers"] == "1" and "asset /o" in told["config"]


def test_test_reads_what_a_reload_would(controlled, tmp_path):
    """With the overrides that the daemon was started with; -c names a file instead."""
    daemon = controlled()
    socket_words = [TIFFCTL, "-s", tmp_path / "control", "test"]
    assert "configuration is valid" in subprocess.run(socket_words, check=True, capture_output=True,
                                                      text=True).stdout
    daemon.ini.write_text(daemon.ini.read_text() + "nonsense\n")
    result = subprocess.run([*socket_words, "--json"], capture_output=True, text=True)
    told = json.loads(result.stdout)
    assert result.returncode == 1 and told["ok"] is False
    assert any("nonsense" in line or "without '='" in line for line in told["lines"]), told
    assert tiffctl(daemon, "test").returncode == 1


@pytest.mark.parametrize("verb, pattern", [
    ("connections", r"^goroutine profile: total \d+\n"),
    ("stacks", r"stack of worker 0"),
    ("profile", r"^(File|Type): "),
    pytest.param("heap", r"^(File|Type): ", marks=needs_heap),
    ("wall", r"^(File|Type): "),
    ("trace", r'^\{"displayTimeUnit'),
])
def test_pages(watched, verb, pattern):
    daemon = watched()
    seconds = ["1"] if verb in ("profile", "wall", "trace") else []
    text = succeed(daemon, verb, *seconds)
    assert re.search(pattern, text, re.MULTILINE), text
    assert "Memory map" not in text


def test_pages_go_to_files(watched, tmp_path):
    daemon = watched()
    told = json.loads(succeed(daemon, "profile", "1", "-o", str(tmp_path / "cpu"), "--json"))
    octets = (tmp_path / "cpu").read_bytes()
    assert octets[:2] == b"\x1f\x8b" and told["bytes"] == len(octets) and told["ok"] is True
    assert json.loads(succeed(daemon, "connections", "--json"))["lines"][0].startswith("goroutine profile")
    result = tiffctl(daemon, "heap", "-o", str(tmp_path / "absent" / "heap"))
    assert result.returncode == 1 and "No such file" in result.stderr


def test_pages_without_an_observer(controlled):
    result = tiffctl(controlled(), "profile", "1")
    assert result.returncode == 1 and "[debug] listen is not set" in result.stderr
    result = tiffctl(controlled(), "profile", "soon")
    assert 'profile: "soon"; accepted: seconds, 1 to 86400' in result.stderr


def test_what_the_observer_refuses(watched):
    """Its reason is told."""
    result = tiffctl(watched(), "profile", "86400")
    assert result.returncode == 1 and "the debug listener says 400" in result.stderr, result


def test_unix_debug_listener_that_was_inherited(start, object_ini, tmp_path):
    """systemd makes it; its address is known all the same."""
    (tmp_path / "object").write_bytes(b"content")
    daemon = start(object_ini(f"control = {tmp_path}/control"), debug=True, kind=UnixDebug)
    daemon.wait_log("started: ")
    assert "goroutine profile" in succeed(daemon, "connections")


class UnixDebug(Daemon):
    def __init__(self, directory, *arguments, **keywords):
        super().__init__(directory, *arguments, **keywords)
        self.observed.close()
        self.observed = socket.socket(socket.AF_UNIX)
        self.observed.bind(str(pathlib.Path(directory) / "debug"))
        self.observed.listen()


def test_found_by_its_pid_file(controlled, tmp_path):
    daemon = controlled(f"pid_file = {tmp_path}/pid")

    def by_pid_file(*words):
        return subprocess.run([TIFFCTL, "-p", tmp_path / "pid", *words], capture_output=True, text=True,
                              timeout=DEADLINE)

    wait_until((tmp_path / "pid").exists, "the pid file")
    assert by_pid_file("reload").returncode == 0
    assert looked(daemon)["generations"][0]["generation"] == 1
    (tmp_path / "other").write_text(f"{os.getpid()}\n")
    result = subprocess.run([TIFFCTL, "-p", tmp_path / "other", "status"], capture_output=True, text=True)
    assert result.stderr == f"tiffctl: {tmp_path}/other: process {os.getpid()} has no control socket\n"
    assert "No such file" in subprocess.run([TIFFCTL, "-p", tmp_path / "absent", "status"],
                                            capture_output=True, text=True).stderr


class Impostor:
    """Answers one client after another as a daemon would."""

    def __init__(self, path, replies):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.replies = replies
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for expected, reply in self.replies:
            connection, _ = self.socket.accept()
            with connection:
                assert connection.recv(100) == expected
                connection.sendall(reply)
        self.socket.close()


def test_another_version_is_said(tmp_path):
    status = b"version=99.1 pid=1 started=0 clock_ms=1 config=/x\nlater=1 than=this\nok\n"
    impostor = Impostor(tmp_path / "control", [
        (b"status\n", status), (b"reload\n", b"error: unknown command\n"), (b"status\n", status)])
    result = subprocess.run([TIFFCTL, "-s", tmp_path / "control", "reload"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "the daemon is tiffd 99.1; it refuses" in result.stderr
    assert result.stderr.endswith("tiffctl: unknown command\n")
    result = subprocess.run([TIFFCTL, "-s", tmp_path / "control", "status", "--json"], capture_output=True,
                            text=True)
    assert result.returncode == 0 and json.loads(result.stdout)["daemon"]["version"] == "99.1"
    impostor.thread.join()


def test_outcomes_as_json(controlled):
    daemon = controlled()
    told = json.loads(succeed(daemon, "reload", "--json"))
    assert told["command"] == "reload" and told["ok"] is True and 0 <= told["seconds"] < DEADLINE
    result = tiffctl(daemon, "workers", "0", "--json")
    told = json.loads(result.stdout)
    assert (result.returncode, result.stderr, told["ok"]) == (1, "", False)
    assert told["error"] == "workers: accepted: a number from 1 to 1024"


@pytest.mark.parametrize("word, check", [
    ("reload", lambda daemon: daemon.wait_log("generation 1 serves")),
    ("reopen", lambda daemon: daemon.wait_log("reopen|opened again|log")),
    ("quit", lambda daemon: daemon.process.wait(DEADLINE)),
    ("stop", lambda daemon: daemon.process.wait(DEADLINE)),
])
def test_tiffd_s(controlled, tmp_path, word, check):
    daemon = controlled(f"pid_file = {tmp_path}/pid")
    wait_until((tmp_path / "pid").exists, "the pid file")
    subprocess.run([PROGRAM, "-c", daemon.ini, "-s", word], check=True, timeout=DEADLINE)
    check(daemon)


def test_tiffd_s_without_a_daemon(tmp_path):
    """A file that a killed daemon has left names nobody, even if its number is taken by now."""
    ini = tmp_path / "tiffd.ini"
    ini.write_text(f"[server]\npid_file = {tmp_path}/pid\n[asset /x]\nfile = /dev/null\n")

    def send(word="reload"):
        return subprocess.run([PROGRAM, "-c", ini, "-s", word], capture_output=True, text=True)

    assert "No such file" in send().stderr
    with subprocess.Popen(["sleep", "60"]) as other:
        (tmp_path / "pid").write_text(f"{other.pid}\n")
        (tmp_path / "pid").chmod(stat.S_IRUSR)
        assert send("stop").stderr == f"tiffd: pid file {tmp_path}/pid: no daemon is running\n"
        assert other.poll() is None
        other.kill()
    assert send("nonsense").returncode == 2
    ini.write_text("[asset /x]\nfile = /dev/null\n")
    assert "pid_file is not set" in send().stderr
