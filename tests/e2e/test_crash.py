# SPDX-License-Identifier: BSD-2-Clause
"""Crashes: the log says who, why and where; cores are as configured; serving continues. And where
the code of a worker is while it lives."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from client import connect_narrowly, fetch, request
from daemon import DEADLINE, PROGRAM, SAMPLE, alive, children, wait_until
from meanwhile import meanwhile
from observing import text

NO_CORE = "core = off\n"
NUMBERS = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)
FRAMES = ("worker_turn", "worker_run", "spawn_worker", "main")


def expect_crash(daemon, who, number):
    daemon.expect_log(rf"{who}: process \d+ was ended by signal {int(number)} ")
    daemon.expect_log(rf"{who}: {number.name} \(sent by process {os.getpid()}\), thread \d+")
    daemon.expect_log(rf"{who}: #\d+ 0x[0-9a-f]{{16}}")
    daemon.expect_log(rf"{who}: (arguments of |[a-z0-9]+ 0x[0-9a-f]{{16}})")


def asleep(pid):
    """Waits until a worker has come to wait in its loop. Only root is told where a confined process
    sleeps, others see a 0; and whether it does."""
    place = pathlib.Path(f"/proc/{pid}")

    def waits():
        where = (place / "wchan").read_text()
        hidden = where == "0" and os.geteuid() != 0
        return "ep_poll" in where or "epoll" in where or (
            hidden and "State:\tS" in (place / "status").read_text()
        )

    wait_until(waits, "its loop")


def wait_frame(daemon, who, function):
    """A line of a stack with this function, in a place of its own; the file only where there is
    debug information."""
    return daemon.wait_log(rf"error .*: {who}: #\d+ 0x[0-9a-f]{{16}} {function}(\+0x| \(inlined\))")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_worker(observe, number):
    daemon = observe(debug=NO_CORE)
    victim = daemon.named("worker 0")
    expect_crash(daemon, "worker 0", number)
    asleep(victim)
    os.kill(victim, number)
    daemon.wait_log(rf"error master.*: worker 0: {number.name} \(sent by process {os.getpid()}\)")
    for function in FRAMES:
        wait_frame(daemon, "worker 0", function)
    wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
    for _ in range(8):
        assert fetch(daemon, "GET", "/o").status == 200


def test_the_same_worker_again(observe):
    """Its slot has one record, which each of its processes begins anew."""
    daemon = observe(workers=1, debug=NO_CORE)
    expect_crash(daemon, "worker 0", signal.SIGSEGV)
    for count in (1, 2):
        assert fetch(daemon, "GET", "/o").status == 200
        victim = daemon.named("worker 0")
        os.kill(victim, signal.SIGSEGV)
        daemon.wait_log(rf"worker 0: SIGSEGV \(sent.*thread {victim}")
        daemon.wait_log(r"worker 0: #\d+ 0x[0-9a-f]{16} main\+", count=count)
        daemon.wait_log(r"notice .*: worker 0: last events: -0 us ", count=count)
        wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")


def test_the_last_events(observe):
    """In words, and of none but the process that ended."""
    daemon = observe(workers=1, debug=NO_CORE)
    expect_crash(daemon, "worker 0", signal.SIGSEGV)
    expected = []
    for count in (1, 2):
        assert fetch(daemon, "HEAD", "/o", "X-Request-Id: 4bf92f35-77b3-4da6-a3ce").status == 200
        victim = daemon.named("worker 0")
        os.kill(victim, signal.SIGSEGV)
        daemon.wait_log(r"worker 0: last events: -\d+ us route, ", count=count)
        wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
        expected += [
            f"start, pid {victim}",
            "accept, connection 1",
            "turn, connection 1",
            "head, connection 1, request 1, id 4bf92f3577b34d",
            "route, connection 1, request 1, status 200, /o",
        ]
    told = re.findall(r"worker 0: last events: -\d+ us (.*)", "\n".join(daemon.lines()))
    first = [place for place, line in enumerate(told) if line.startswith("start, ")]
    assert first[0] == 0
    assert [line for place in first for line in told[place : place + 5]] == expected
    assert sum(line.startswith("route, ") for line in told) == 2


def test_the_request_is_named(start, tmp_path):
    """One that sends as fast as the kernel takes it is somewhere in a request nearly always."""
    big = tmp_path / "big"
    big.write_bytes(bytes(1 << 24))
    ini = f"[server]\nworkers = 1\n[debug]\n{NO_CORE}[asset /big]\nfile = {big}\n"
    daemon = start(ini)
    expect_crash(daemon, "worker 0", signal.SIGSEGV)
    for count in range(1, 11):
        with transfers(daemon):
            time.sleep(0.1)
            os.kill(daemon.all_workers(1)[0], signal.SIGSEGV)
        line = daemon.wait_log("worker 0: SIGSEGV ", count=count)
        named = re.search(r", (connection \d+, request \d+), id [0-9a-f]{32}, for /big$", line)
        if named:
            break
    else:
        raise AssertionError(line)
    daemon.wait_log(rf"worker 0: last events: -\d+ us [a-z ]+, {named[1]}\b")
    wait_frame(daemon, "worker 0", "sender_push")
    assert fetch(daemon, "GET", "/big").status == 200


def transfers(daemon):
    """Clients that have the kernel throw away what they are sent, until their connections break."""

    def discard(ended):
        with contextlib.suppress(OSError), daemon.connect() as client:
            client.sendall(request("GET", "/big") * 256)
            while not ended.is_set() and client.recv(1 << 20, socket.MSG_TRUNC):
                pass

    return meanwhile(*[discard] * 3)


def test_the_observer(observe):
    daemon = observe(debug=NO_CORE)
    expect_crash(daemon, "observer", signal.SIGSEGV)
    text(daemon, "/debug/pprof/cmdline")
    victim = daemon.named("observer")
    os.kill(victim, signal.SIGSEGV)
    wait_frame(daemon, "observer", "observer_run")
    wait_until(lambda: daemon.named("observer") != victim, "another observer")
    assert fetch(daemon, "GET", "/o").status == 200


@pytest.mark.parametrize("number", (signal.SIGSEGV, signal.SIGABRT))
def test_the_master(observe, number):
    """The observer tells; workers finish what they have begun."""
    daemon = observe(debug=NO_CORE)
    assert fetch(daemon, "GET", "/o").status == 200
    workers = [daemon.named("worker 0"), daemon.named("worker 1")]
    expect_crash(daemon, "master", number)
    daemon.expect_log("the master is gone")
    daemon.status = -number
    daemon.send_signal(number)
    assert daemon.process.wait(DEADLINE) == -number
    wait_frame(daemon, "master", "loop")
    wait_frame(daemon, "master", "main")
    wait_until(lambda: not any(map(alive, workers)), "workers end after their master")
    told = [line for line in daemon.lines() if f"master: {number.name}" in line]
    assert len(told) == 1 and re.search(r" error observer\[", told[0])


def test_what_was_killed_has_nothing_to_tell(observe):
    daemon = observe(workers=1)
    daemon.expect_log(r"worker 0: process \d+ was ended by signal 9")
    victim = daemon.named("worker 0")
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
    assert fetch(daemon, "GET", "/o").status == 200
    assert not any("#0" in line for line in daemon.lines())


@pytest.mark.parametrize("core, soft", (("off", {"0", "1"}), ("on", None), ("system", None)))
def test_limits_of_cores(observe, core, soft):
    ours = core_limits("self")
    daemon = observe(workers=1, debug=f"core = {core}\n")
    fetch(daemon, "GET", "/o")
    expected = soft or ({ours[1]} if core == "on" else {ours[0]})
    for name in ("worker 0", "observer"):
        found = core_limits(daemon.named(name))
        assert found[0] in expected
        assert found[1] == ours[1]


def core_limits(pid):
    """Soft and hard."""
    for line in pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines():
        if line.startswith("Max core file size"):
            return line.split()[4:6]
    raise AssertionError("no limit of cores")


def dumped(pid):
    """The mappings that go into a core, as ranges: written ones without "dd" in their flags."""
    start = end = 0
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if match := re.match(r"([0-9a-f]+)-([0-9a-f]+) .w", line):
            start, end = (int(number, 16) for number in match.groups())
        elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            start = end = 0
        elif line.startswith("VmFlags:") and end and " dd" not in line:
            yield start, end


@pytest.mark.parametrize(
    ("variant", "encoding"),
    [("cached", "identity"), ("cached", "base64"), ("streaming", "identity")],
)
def test_a_core_has_no_bytes_of_objects(start, tmp_path, variant, encoding):
    mark = b"an object that belongs into no core, " * 27
    (tmp_path / "object").write_bytes(mark * 4000)
    daemon = start(
        f"[server]\nworkers = 1\nvariant = {variant}\n"
        f"[asset /o]\nfile = {tmp_path}/object\nencoding = {encoding}\n"
    )
    served = fetch(daemon, "GET", "/o").body
    (worker,) = daemon.workers()
    with open(f"/proc/{worker}/mem", "rb") as memory:
        for start, end in dumped(worker):
            memory.seek(start)
            content = memory.read(end - start)
            assert mark not in content and served[: len(mark)] not in content


# ------------------------------------------------------------------ while they live

STACKS = "/debug/pprof/goroutine?debug=2"


def test_stacks_on_demand(observe):
    daemon = observe()
    fetch(daemon, "GET", "/o")
    wait_until(lambda: text(daemon, STACKS).count(" worker_turn+") == 2, "both stacks")
    found = text(daemon, STACKS)
    for worker in (0, 1):
        assert f"stack of worker {worker}, generation 0" in found
    assert found.count(" worker_run") == 2
    one = text(daemon, STACKS + "&worker=1")
    assert "stack of worker 1" in one and "stack of worker 0" not in one
    assert "stack of" not in text(daemon, "/debug/pprof/goroutine?debug=1")
    assert fetch(daemon, "GET", "/o").status == 200


def test_who_does_not_answer_is_not_waited_for(observe):
    daemon = observe()
    fetch(daemon, "GET", "/o")
    wait_until(lambda: text(daemon, STACKS).count(" worker_turn+") == 2, "both stacks")
    victim = daemon.named("worker 0")
    os.kill(victim, signal.SIGSTOP)
    try:
        found = text(daemon, STACKS)
        assert re.search(r"no reply: .*, process state T", found)
        assert found.count(" worker_turn+") == 1
    finally:
        os.kill(victim, signal.SIGCONT)
    assert fetch(daemon, "GET", "/o").status == 200


def test_a_signal_has_the_log_tell_where_all_are(start):
    """Without a debug listener."""
    daemon = start(f"[server]\nworkers = 1\n[asset /o]\nfile = {SAMPLE}\n")
    with connect_narrowly(daemon) as slow:
        slow.send(request("GET", "/o"))
        slow.socket.recv(1)
        daemon.send_signal(signal.SIGRTMIN)
        daemon.wait_log("notice .*: SIGRTMIN: logging stacks and connections")
        daemon.wait_log(r"notice .*: stack of worker 0, generation 0, pid \d+")
        daemon.wait_log(r"notice .*: +#\d+ 0x[0-9a-f]{16} worker_run\+")
        daemon.wait_log(r"notice .*: send: worker 0, connection 1, .* /o, byte \d+ of \d+")
    wait_until(lambda: children(daemon.pid) == daemon.staff(), "who told it is gone")
    daemon.send_signal(signal.SIGRTMIN)
    daemon.wait_log("stack of worker 0", count=2)


def test_registers_and_arguments(observe):
    """What the kernel says of the thread just before: where the loop waits, and what for."""
    daemon = observe(workers=1, debug=NO_CORE)
    victim = daemon.named("worker 0")
    expect_crash(daemon, "worker 0", signal.SIGSEGV)
    asleep(victim)
    pointer, program = pathlib.Path(f"/proc/{victim}/syscall").read_text().split()[-2:]
    stacks = text(daemon, "/debug/pprof/goroutine?debug=2&arguments=1")
    os.kill(victim, signal.SIGSEGV)
    counter = "rip" if os.uname().machine == "x86_64" else "pc"
    line = daemon.wait_log(rf"error .*: worker 0: .*{counter} 0x[0-9a-f]{{16}}")
    if counter == "rip":
        assert f"rip 0x{int(program, 16):016x}" in line
        assert f"rsp 0x{int(pointer, 16):016x}" in stacks
        assert f"rip 0x{int(program, 16):016x}" in stacks


def arguments_by(lines):
    """Function -> argument -> value, from the lines of tiffd."""
    return {
        function: dict(pair.split("=", 1) for pair in pairs.split(", "))
        for function, pairs in re.findall(r"arguments of (\w+): (.+)", lines)
    }


def gdb(pid):
    """The frames of a process by gdb: (function, its arguments)."""
    if shutil.which("gdb") is None:
        pytest.skip("no gdb")
    words = ["gdb", "-nx", "-batch", "-p", str(pid), "-ex", "set print entry-values no", "-ex", "bt"]
    said = subprocess.run([*words, PROGRAM], capture_output=True, text=True, timeout=DEADLINE).stdout
    if "#1 " not in said:
        pytest.skip("gdb may not look at other processes")
    return re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \((.*)\)(?: at .*| from .*)?$", said, re.M)


def compared_with_gdb(daemon, worker):
    """Which functions have the same arguments, and which arguments have other values."""
    asleep(worker)
    ours = arguments_by(text(daemon, "/debug/pprof/goroutine?debug=2&arguments=1"))
    same, others = set(), []
    for function, pairs in gdb(worker):
        for name, value in re.findall(r"(\w+)=(0x[0-9a-f]+|-?\d+)(?=, |$)", pairs):
            if function not in ours or ours[function][name] == "<optimized out>":
                continue
            if ours[function][name] == value:
                same.add(function)
            else:
                others.append((function, name, ours[function][name], value))
    return same, others


def test_arguments_are_what_gdb_says(observe):
    """Of every function on the stack of a worker that waits for events, but for those that are left by a
    tail call: gdb guesses them. It may wake up between the two looks; then they are repeated."""
    daemon = observe(workers=1)
    worker = daemon.named("worker 0")
    fetch(daemon, "GET", "/o")
    for _ in range(5):
        same, others = compared_with_gdb(daemon, worker)
        if not others and same >= {"worker_turn", "worker_run", "master_run"}:
            return
    raise AssertionError(f"the same: {same}, not the same: {others}")


def test_registers_are_off(observe):
    daemon = observe(workers=1, debug=NO_CORE + "registers = off\n")
    victim = daemon.named("worker 0")
    expect_crash(daemon, "worker 0", signal.SIGSEGV)
    asleep(victim)
    assert "0x" in (stacks := text(daemon, "/debug/pprof/goroutine?debug=2&arguments=1"))
    assert "rip" not in stacks and "arguments of" not in stacks
    os.kill(victim, signal.SIGSEGV)
    wait_frame(daemon, "worker 0", "main")
    wait_until(lambda: daemon.named("worker 0") != victim, "another worker 0")
