# SPDX-License-Identifier: BSD-2-Clause
"""The sandbox: what somebody who has taken a process over tries, in each kind of process, from a
library that only this test preloads (forbidden.c)."""

import collections
import ctypes
import errno
import mmap
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess

import pytest

import daemon as daemon_module
from client import fetch
from daemon import DEADLINE, SAMPLE, build, children, wait_until
from observing import asking, text
from slowdisk import Disk

pytestmark = pytest.mark.skipif("sandbox seccomp" not in build(), reason="this build has no sandbox")

TRY = signal.SIGWINCH  # which the program leaves alone
SIZE = 1 << 20
FIRST = 4096
NOT_LISTED = r"sandbox: the system call \S+ \(\d+\) is not on the list of the {}: {}, \d+ times?$"
REFUSED = {-errno.EPERM, -errno.EACCES}

Attempt = collections.namedtuple("Attempt", "pid thread where name result")


class Intruder:
    """The library and the file that it writes its results into."""

    def __init__(self, directory):
        self.library = directory / "forbidden.so"
        self.file = directory / "forbidden"
        source = pathlib.Path(__file__).with_name("forbidden.c")
        compiler = shlex.split(os.environ.get("CC", "cc"))
        options = ["-D_GNU_SOURCE", "-shared", "-fPIC", "-Wall", "-Werror"]
        subprocess.run([*compiler, *options, "-o", self.library, source, "-ldl"], check=True)
        self.file.write_bytes(bytes(SIZE))
        with open(self.file, "r+b") as shared:
            self.memory = mmap.mmap(shared.fileno(), SIZE)

    def environment(self, hook):
        return f"LD_PRELOAD={self.library} FORBIDDEN_FILE={self.file} FORBIDDEN_HOOK={hook}"

    def aim(self, victim):
        self.memory[:4] = victim.to_bytes(4, "little")

    def attempts(self, where, thread=None):
        """What has been tried there, once that is all; of one thread, or of any one."""

        def find():
            lines = bytes(self.memory[FIRST:]).split(b"\0", 1)[0].decode().splitlines()
            found = [Attempt(*line.split()) for line in lines if len(line.split()) == 5]
            found = [one for one in found if one.where == where]
            threads = [one.thread for one in found if one.name == "end"]
            wanted = str(thread) if thread else next(iter(threads), None)
            return wanted in threads and [one for one in found if one.thread == wanted]

        return {one.name: int(one.result) for one in wait_until(find, "everything is tried")}


@pytest.fixture
def intruder(tmp_path):
    return Intruder(tmp_path)


def poke(pid, thread):
    """Has a thread try everything."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.tgkill(pid, thread, int(TRY)) == 0


def refused_calls(daemon):
    """The metric, by kind of process."""
    pattern = r'^tiffd_refused_calls_total\{process="(\w+)"\} (\d+)$'
    found = re.findall(pattern, text(daemon, "/metrics"), re.M)
    return {kind: int(count) for kind, count in found}


def start_with(observe, intruder, *options, hook="", **keywords):
    daemon = observe(*options, environment=intruder.environment(hook), **keywords)
    return daemon


def expect_lines(daemon, kind, what="refused"):
    daemon.expect_log(NOT_LISTED.format(kind, what))


def assert_refused(attempts, *allowed):
    """Everything but this has been refused."""
    assert len(attempts) > 50
    found = {name for name, result in attempts.items() if result not in REFUSED}
    found -= {"end", "clone3"}
    assert found == set(allowed)
    assert attempts["clone3"] == -errno.ENOSYS


@pytest.mark.parametrize("user", ("", "nobody"))
def test_a_worker(observe, intruder, user):
    daemon = start_with(observe, intruder, server=f"sandbox = enforce\nuser = {user}\n")
    expect_lines(daemon, "worker")
    victim, worker = daemon.named("worker 1"), daemon.named("worker 0")
    assert fetch(daemon, "GET", "/o").status == 200
    intruder.aim(victim)
    poke(worker, worker)
    assert_refused(intruder.attempts("signal", worker))
    daemon.wait_log(NOT_LISTED.format("worker", "refused"))
    named = re.findall(r"the system call (\S+) ", "\n".join(daemon.lines()))
    assert {"openat", "socket", "execve", "ptrace", "kill", "io_uring_setup"} <= set(named)
    assert len(named) == len(set(named))
    calls = refused_calls(daemon)
    assert calls.pop("worker") > 50 and set(calls.values()) == {0}
    assert daemon.named("worker 0") == worker
    assert fetch(daemon, "GET", "/o").status == 200


def test_a_reader_thread(observe, intruder, tmp_path):
    """It was made in the sandbox, and so is in it."""
    daemon = start_with(observe, intruder)
    expect_lines(daemon, "worker")
    worker = daemon.named("worker 0")
    intruder.aim(daemon.named("worker 1"))

    def threads():
        # Reading anew from the disk is what threads are for.
        with open(SAMPLE, "rb") as sample:
            os.posix_fadvise(sample.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        fetch(daemon, "GET", "/streamed")
        found = [int(task) for task in os.listdir(f"/proc/{worker}/task")]
        return [task for task in found if task != worker]

    found = wait_until(threads, "reader threads")
    poke(worker, found[0])
    assert_refused(intruder.attempts("signal", found[0]))


def test_the_observer(observe, intruder):
    """Has children, to whom it gives up its user: it may do what that needs."""
    daemon = start_with(observe, intruder)
    expect_lines(daemon, "observer")
    text(daemon, "/debug/pprof/cmdline")
    observer = daemon.named("observer")
    intruder.aim(daemon.named("worker 1"))
    poke(observer, observer)
    allowed = {"clone", "kill-thread", "rename", "unlink", "setuid", "setgroups"}
    attempts = intruder.attempts("signal", observer)
    assert_refused(attempts, *(allowed & {n for n, r in attempts.items() if r not in REFUSED}))
    assert refused_calls(daemon)["observer"] > 40


def test_a_client_of_the_observer(observe, intruder):
    daemon = start_with(observe, intruder)
    expect_lines(daemon, "observer's client process")
    victim = daemon.named("worker 1")
    observer = daemon.named("observer")
    with asking(daemon, "/debug/pprof/profile?seconds=3") as connection:
        client = wait_until(lambda: children(observer), "a process for the client")[0]
        wait_until(lambda: "Seccomp_filters:\t2" in status(client), "it is in its sandbox")
        intruder.aim(victim)
        poke(client, client)
        assert_refused(intruder.attempts("signal", client))
        assert connection.getresponse().status == 200


def status(pid):
    return pathlib.Path(f"/proc/{pid}/status").read_text()


def test_who_looks_up_names(observe, intruder):
    """For the crash of a worker."""
    daemon = start_with(observe, intruder, hook="dwfl_begin", debug="core = off\n")
    expect_lines(daemon, "reporter")
    daemon.expect_log("worker 0: ")
    intruder.aim(daemon.named("worker 1"))
    os.kill(daemon.named("worker 0"), signal.SIGSEGV)
    daemon.wait_log(r"worker 0: #\d+ 0x[0-9a-f]{16} main\+")
    assert_refused(intruder.attempts("dwfl_begin"))
    assert refused_calls(daemon)["reporter"] > 50


def stripped(tmp_path, program):
    """A copy without debug information, which has to be looked for elsewhere."""
    copy = tmp_path / "stripped"
    subprocess.run(["strip", "--strip-debug", "-o", copy, program], check=True)
    return str(copy)


@pytest.mark.parametrize("mode", ("enforce", "log"))
def test_servers_of_debug_information_are_not_asked(observe, tmp_path, monkeypatch, mode):
    """Nobody tries, so nothing is refused; a line says so."""
    monkeypatch.setattr(daemon_module, "PROGRAM", stripped(tmp_path, daemon_module.PROGRAM))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        daemon = observe(
            server=f"sandbox = {mode}\n", debug="core = off\n", environment=f"DEBUGINFOD_URLS={url}"
        )
        daemon.expect_log("worker 0: ")
        daemon.wait_log("sandbox: the servers in DEBUGINFOD_URLS are not asked")
        os.kill(daemon.named("worker 0"), signal.SIGSEGV)
        daemon.wait_log(r"worker 0: #\d+ 0x[0-9a-f]{16} main\+")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert set(refused_calls(daemon).values()) == {0}


def test_who_writes_profiles(observe, intruder, tmp_path):
    daemon = start_with(
        observe, intruder, hook="rename", profile=f"cpu = {tmp_path}/p\n", server="user = nobody\n"
    )
    expect_lines(daemon, "profile writer")
    intruder.aim(daemon.named("worker 1"))
    daemon.send_signal(signal.SIGRTMIN + 1)
    wait_until((tmp_path / "p.cpu.pb.gz").exists, "a profile of all")
    attempts = intruder.attempts("rename")
    assert_refused(attempts, *({"rename", "unlink"} & set(attempts)))


def test_log_writers(observe, intruder, tmp_path):
    log = tmp_path / "the.log"
    daemon = start_with(observe, intruder)
    with daemon.ini.open("a") as ini:
        ini.write(f"[log]\nfile = {log}\n[access_log]\nfile = {tmp_path}/access\nflush = 10ms\n")
    daemon.reload()
    intruder.aim(daemon.named("worker 1"))
    for name in ("log", "access log"):
        writer = daemon.log_writer(name)
        assert "CapEff:\t0000000000000000" in status(writer)
        poke(writer, writer)
        assert_refused(intruder.attempts("signal", writer))
    fetch(daemon, "GET", "/o")
    daemon.send_signal(signal.SIGHUP)
    refusal = re.compile("access log writer.*" + NOT_LISTED.format("log writer", "refused"), re.M)
    wait_until(lambda: refusal.search(log.read_text()), "it is told")


def test_the_loader(observe, intruder, tmp_path):
    """A signal reaches it when the disk that it waits for continues."""
    disk = Disk(tmp_path / "slow", b"0123456789" * 1000)
    disk.mount()
    try:
        daemon = start_with(observe, intruder)
        expect_lines(daemon, "loader")
        intruder.aim(daemon.named("worker 1"))
        disk.hold()
        daemon.ini.write_text(daemon.ini.read_text() + f"[asset /slow]\nfile = {disk.file}\n")
        daemon.send_signal(signal.SIGHUP)
        disk.wait_held()
        loader = daemon.named("loader")
        assert "CapEff:\t0000000000000000" in status(loader)
        poke(loader, loader)
        disk.go_on()
        assert_refused(intruder.attempts("signal", loader))
        daemon.wait_log("generation 1 serves")
        assert fetch(daemon, "GET", "/slow").status == 200
    finally:
        disk.unmount()


def test_a_loader_of_trees(observe, intruder, tmp_path):
    """It opens what is below its directories alone."""
    disk = Disk(tmp_path / "slow", b"0123456789" * 1000)
    disk.mount()
    try:
        daemon = start_with(observe, intruder)
        expect_lines(daemon, "loader")
        intruder.aim(daemon.named("worker 1"))
        disk.hold()
        tree = f"[tree /slow]\ndirectory = {disk.mountpoint}\nvariant = cached\n"
        daemon.ini.write_text(daemon.ini.read_text() + tree)
        daemon.send_signal(signal.SIGHUP)
        disk.wait_held()
        loader = daemon.named("loader")
        poke(loader, loader)
        disk.go_on()
        assert_refused(intruder.attempts("signal", loader))
        daemon.wait_log("generation 1 serves")
        assert fetch(daemon, "GET", "/slow/object").status == 200
    finally:
        disk.unmount()


def test_an_opener(observe, intruder, tmp_path):
    for name in ("one", "two"):
        (tmp_path / "tree").mkdir(exist_ok=True)
        (tmp_path / "tree" / name).write_text(name)
    daemon = start_with(observe, intruder)
    expect_lines(daemon, "opener")
    tree = f"[tree /t]\ndirectory = {tmp_path}/tree\nvariant = streaming\nmax_open_files = 1\n"
    daemon.ini.write_text(daemon.ini.read_text() + tree)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("generation 1 serves")
    opener = daemon.named("opener /t")
    intruder.aim(daemon.pid)
    poke(opener, opener)
    assert_refused(intruder.attempts("signal", opener))
    assert fetch(daemon, "GET", "/t/one").body == b"one"
    assert refused_calls(daemon)["opener"] > 50


def test_a_watcher(observe, intruder, tmp_path):
    (tmp_path / "tree").mkdir()
    daemon = start_with(observe, intruder)
    expect_lines(daemon, "watcher")
    tree = f"[tree /t]\ndirectory = {tmp_path}/tree\nvariant = cached\nwatch = yes\n"
    daemon.ini.write_text(daemon.ini.read_text() + tree)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("generation 1 serves")
    watcher = daemon.named("watcher")
    intruder.aim(daemon.pid)
    wait_until(lambda: "Seccomp:\t2" in status(watcher), "it is in its sandbox")
    poke(watcher, watcher)
    assert_refused(intruder.attempts("signal", watcher))
    (tmp_path / "tree/new").write_text("new")
    daemon.wait_log("generation 2 serves")
    assert fetch(daemon, "GET", "/t/new").body == b"new"


def test_nobody_looks_in(observe, intruder):
    """A process of the same user, outside, can't read a worker's memory; but how much it has is
    told."""
    daemon = start_with(observe, intruder, server="user = nobody\n")
    worker = daemon.named("worker 0")
    wait_until(lambda: "Seccomp:\t2" in status(worker), "it is in its sandbox")
    become = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    nobody = subprocess.run(
        [*become, "cat", f"/proc/{worker}/environ"], capture_output=True, check=False
    )
    assert nobody.returncode != 0 and b"Permission denied" in nobody.stderr
    page = text(daemon, "/metrics")
    found = re.findall(r"^tiffd_worker_pss_bytes\{.*\} (\S+)", page, re.M)
    assert len(found) == 2 and all(float(bytes_) > 100000 for bytes_ in found)
    bounding = ("CapBnd",) if os.geteuid() == 0 else ()  # for whom has CAP_SETPCAP
    for set_ in ("CapPrm", "CapEff", "CapInh", "CapAmb", *bounding):
        assert f"{set_}:\t0000000000000000" in status(worker)
    assert "NoNewPrivs:\t1" in status(worker)


def test_memory_of_a_worker_that_came_later(observe, intruder):
    daemon = start_with(observe, intruder)
    daemon.expect_log(r"worker 0: process \d+ was ended by signal 9")
    victim = daemon.named("worker 0")
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
    assert fetch(daemon, "GET", "/o").status == 200

    def told():
        page = text(daemon, "/metrics")
        return re.search(r'^tiffd_worker_pss_bytes\{.*worker="0".*\} [1-9]\d{4}', page, re.M)

    wait_until(told, "its memory")


def test_without_a_sandbox(observe, intruder):
    """The same library gets through: what it shows elsewhere is the sandbox."""
    daemon = start_with(observe, intruder, server="sandbox = off\n")
    worker = daemon.named("worker 0")
    intruder.aim(daemon.named("worker 1"))
    poke(worker, worker)
    attempts = intruder.attempts("signal", worker)
    for name in ("open", "open-memory-to-write", "socket", "clone", "write-memory", "kill", "map-code"):
        assert attempts[name] >= 0, name


def test_log_lets_it_through(observe, intruder):
    daemon = start_with(observe, intruder, server="sandbox = log\n")
    expect_lines(daemon, "worker", "made")
    worker = daemon.named("worker 0")
    intruder.aim(daemon.named("worker 1"))
    poke(worker, worker)
    attempts = intruder.attempts("signal", worker)
    for name in ("open", "socket", "socketpair", "clone", "write-memory", "kill", "pidfd"):
        assert attempts[name] >= 0, name
    daemon.wait_log(r"the system call socket \(\d+\) is not on the list of the worker: made, 3 times")
    assert fetch(daemon, "GET", "/o").status == 200


def test_the_first_line_of_the_log_is_the_loaders(object_ini, tmp_path):
    """The sandbox does not complain of how the time of a line is found."""
    (tmp_path / "object").write_bytes(bytes(SIZE))
    ini = tmp_path / "tiffd.ini"
    ini.write_text(object_ini(f"listen = unix:{tmp_path}/socket"))
    command = f"ulimit -f {SIZE // 2048}; exec {shlex.join([daemon_module.PROGRAM, '-c', str(ini)])}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True,
                            timeout=DEADLINE, check=False)
    assert result.returncode == 1 and "File too large" in result.stderr.splitlines()[0]
    assert "sandbox" not in result.stderr
