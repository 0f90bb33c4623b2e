# SPDX-License-Identifier: BSD-2-Clause
"""Profile files: one a process, however it ends, and readable by both pprof tools."""

import contextlib
import gzip
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess

import pytest

from client import connect, fetch, request
from daemon import PROGRAM, SAMPLE, alive, children, has_tcmalloc, title, wait_until
from observing import needs_heap, total_of

TOOLS = {"google-pprof": ["google-pprof", "--text"], "go": ["go", "tool", "pprof", "-text"]}
INI = f"""
[server]
variant = cached
workers = 2
[profile]
{{profile}}
[asset /tiff]
file = {SAMPLE}
encoding = base64
"""


@pytest.fixture(params=TOOLS)
def tool(request):
    command = TOOLS[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return command


def run(command, *arguments):
    done = subprocess.run(
        [*command, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "HOME": "/tmp", "PPROF_TMPDIR": "/tmp"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(daemon, rounds=150):
    for _ in range(rounds):
        assert fetch(daemon).status == 200


def files(where, kind, worker="[0-9]+", pid="[0-9]+"):
    """The profiles of single processes, complete under their names."""
    name = re.compile(rf"p\.w{worker}\.{pid}\.{kind}\.prof")
    return sorted(path for path in pathlib.Path(where).iterdir() if name.fullmatch(path.name))


def wait_files(where, kind, count, **which):
    return wait_until(
        lambda: (found := files(where, kind, **which)) and len(found) == count and found,
        f"{count} files of {kind} in {where}: {list(pathlib.Path(where).iterdir())}",
    )


def nothing_temporary(where):
    names = [path.name for path in pathlib.Path(where).iterdir()]
    pattern = r"p(\.[wg][0-9]+)?(\.[0-9]+)?\.((cpu|heap)\.(prof|pb\.gz)|trace\.json)"
    assert all(re.fullmatch(pattern, name) for name in names), names


@pytest.fixture
def where(tmp_path):
    directory = tmp_path / "profiles"
    directory.mkdir()
    return directory


@pytest.fixture
def profiled(start, where):
    def run_it(*options, profile="", kinds=("cpu",)):
        flags = {"cpu": "--cpuprofile", "heap": "--memprofile"}
        options = [f"{flags[kind]}={where}/p" for kind in kinds] + list(options)
        daemon = start(INI.format(profile=profile), *options)
        if len(kinds) == 2:
            daemon.expect_log("CPU and heap profiles are both on")
        daemon.wait_log("started: ")
        return daemon

    return run_it


def test_a_worker_each_and_one_of_all_at_the_end(profiled, where, tool):
    daemon = profiled()
    pids = daemon.all_workers(2)
    load(daemon)
    daemon.stop()
    found = files(where, "cpu")
    assert [path.name.split(".")[2] for path in found] == [
        path.name.split(".")[2] for path in found if int(path.name.split(".")[2]) in pids
    ]
    assert len(found) == 2
    table = run(tool, PROGRAM, *found)
    assert "worker_run" in table
    assert "main" in table, "the callers reach main"
    nothing_temporary(where)


def test_merged_profile_has_labels(profiled, where):
    daemon = profiled()
    load(daemon)
    daemon.stop()
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    merged = where / "p.cpu.pb.gz"
    assert gzip.decompress(merged.read_bytes())
    tags = run(["go", "tool", "pprof", "-tags"], merged)
    for label in (" worker: ", " variant: ", " object: ", ": cached", ": /tiff"):
        assert label in tags, tags
    focused = run(["go", "tool", "pprof", "-text", "-tagfocus", "variant=cached"], merged)
    assert "worker_run" in focused
    assert "no samples" in run(
        ["sh", "-c", 'go tool pprof -text -tagfocus variant=streaming "$0" 2>&1 || true'], merged
    ).lower().replace("matched no samples", "no samples")


@needs_heap
def test_heap_files(profiled, where, tool):
    daemon = profiled(kinds=("heap",), profile="sample_bytes = 1")
    load(daemon, 20)
    daemon.stop()
    found = files(where, "heap")
    assert len(found) == 2
    assert not files(where, "cpu")
    table = run(tool, PROGRAM, *found)
    assert "worker_run" in table


@needs_heap
def test_both_kinds_at_once(profiled, where):
    daemon = profiled(kinds=("cpu", "heap"))
    daemon.wait_log("warning master.*CPU and heap profiles are both on: each includes the cost of the other")
    load(daemon)
    daemon.stop()
    assert len(files(where, "cpu")) == len(files(where, "heap")) == 2
    assert {path.name for path in where.glob("*.gz")} == {"p.cpu.pb.gz", "p.heap.pb.gz"}


@needs_heap
def test_samples_touch_no_descriptor(start, where, text):
    """3 and 4 are sockets, where libunwind would have its pipe; what clients get stays whole."""
    options = [f"--cpuprofile={where}/p", f"--memprofile={where}/p"]
    daemon = start(INI.format(profile="hz = 1000\nsample_bytes = 1"), *options, debug=True)
    daemon.expect_log("CPU and heap profiles are both on")
    with connect(daemon) as one, connect(daemon) as other:
        for _ in range(50):
            for client in (one, other):
                client.send(request("GET", "/tiff") * 2)
            for client in (one, one, other, other):
                assert client.response().body == text
    daemon.stop()
    assert len(files(where, "cpu")) == len(files(where, "heap")) == 2


@pytest.mark.skipif(has_tcmalloc(), reason="this build has tcmalloc")
def test_a_build_without_heap_profiles_says_so(profiled, where):
    daemon = profiled(kinds=("heap",))
    daemon.expect_log("warning master.*heap: no heap profiles, this build is without tcmalloc")
    daemon.wait_log("no heap profiles")
    load(daemon)
    daemon.stop()
    assert not list(where.iterdir())


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS))
def test_a_worker_that_dies_leaves_its_profile(profiled, where, number, tool):
    daemon = profiled("-o", "server.workers=1")
    daemon.expect_log(r"worker 0: ")
    (victim,) = daemon.all_workers(1)
    load(daemon)
    os.kill(victim, number)
    (left,) = wait_files(where, "cpu", 1, pid=victim)
    table = run(tool, PROGRAM, left)
    assert "worker_run" in table
    trace = where / f"p.w0.{victim}.trace.json"
    wait_until(trace.exists, "its last events")
    events = json.loads(trace.read_text())["traceEvents"]
    assert any(event["name"] == "request /tiff" for event in events)
    (successor,) = wait_until(
        lambda: (found := daemon.workers()) and victim not in found and found, "a new worker"
    )
    load(daemon, 20)
    daemon.stop()
    assert [path.name for path in files(where, "cpu", pid=successor)] == [f"p.w0.{successor}.cpu.prof"]
    nothing_temporary(where)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("hz", (100, 1000))
@pytest.mark.parametrize("rounds", (0, 30, 600))
def test_times_add_up_to_what_the_kernel_charged(profiled, where, hz, rounds):
    """Idle, light and full load; the file of a killed worker, against the kernel's own account
    from just before, which counts in hundredths."""
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    daemon = profiled("-o", "server.workers=1", profile=f"hz = {hz}")
    daemon.expect_log(r"worker 0: ")
    (victim,) = daemon.all_workers(1)
    load(daemon, rounds)
    charged = cpu_seconds(victim)
    os.kill(victim, signal.SIGKILL)
    (left,) = wait_files(where, "cpu", 1, pid=victim)
    text = run(["go", "tool", "pprof", "-text", "-unit=ms", "-nodefraction=0"], PROGRAM, left)
    total = float(re.search(r"(?:of|for) ([0-9.]+)(?:ms total)?", text)[1]) / 1000
    assert abs(total - charged) <= max(0.05 * charged, 0.03), f"{total} against {charged}\n{text}"


def test_reload_writes_the_old_generation_under_its_number(profiled, where):
    daemon = profiled()
    load(daemon, 30)
    daemon.reload()
    wait_until(lambda: (where / "p.g0.cpu.pb.gz").exists(), "the merged file of generation 0")
    assert len(files(where, "cpu")) == 2
    load(daemon, 30)
    daemon.stop()
    assert len(files(where, "cpu")) == 4
    assert (where / "p.cpu.pb.gz").exists()


def test_on_demand_and_periodically(profiled, where):
    daemon = profiled()
    daemon.send_signal(signal.SIGRTMIN + 1)
    first = wait_files(where, "cpu", 2)
    assert wait_until(lambda: (where / "p.cpu.pb.gz").exists(), "the merged file")
    before = [path.stat().st_ino for path in first]
    (daemon.directory / "tiffd.ini").write_text(INI.format(profile="interval = 50ms"))
    daemon.reload()
    young = wait_until(
        lambda: [path for path in files(where, "cpu") if path not in first], "files of the new"
    )[0]
    inode = young.stat().st_ino
    wait_until(lambda: young.stat().st_ino != inode, "the file is replaced by a newer one")
    assert before


def test_keeps_only_so_many(profiled, where):
    daemon = profiled("-o", "server.workers=1", profile="keep_files = 2")
    daemon.expect_log(r"worker 0: ")
    for _ in range(4):
        (victim,) = daemon.all_workers(1)
        load(daemon, 1)
        os.kill(victim, signal.SIGKILL)
        wait_files(where, "cpu", 1, pid=victim)
        wait_until(lambda old=victim: old not in daemon.workers(), "the worker is gone")
    daemon.stop()
    assert len(files(where, "cpu")) == 2


def test_mode_and_owner(profiled, where):
    lines = "mode = 0604\n"
    if os.geteuid() == 0:
        lines += "user = nobody\n"
    daemon = profiled(profile=lines)
    daemon.stop()
    for path in where.iterdir():
        status = path.stat()
        assert stat.S_IMODE(status.st_mode) == 0o604
        if os.geteuid() == 0:
            assert status.st_uid == __import__("pwd").getpwnam("nobody").pw_uid


@needs_heap
def test_relative_prefixes(start, where):
    """[profile] dir is where they begin; that of the command line begins where one stands."""
    ini = INI.format(profile=f"cpu = p\nheap = {where}/q\ndir = profiles")
    daemon = start(ini)
    daemon.expect_log("CPU and heap profiles are both on|profile ")
    (daemon.directory / "profiles").mkdir()
    daemon.wait_log("started")
    daemon.stop()
    assert len(files(daemon.directory / "profiles", "cpu")) == 2
    assert sorted(path.name for path in where.iterdir())[-1].startswith("q.w")
    dump = subprocess.run(
        [PROGRAM, "-T", "-c", daemon.ini, "--cpuprofile=here/p"],
        cwd=where, capture_output=True, text=True, check=True,
    ).stdout
    assert f"cpu = {where}/here/p\n" in dump


def test_a_directory_that_is_not_there_costs_the_file(profiled, where):
    daemon = profiled()
    daemon.expect_log(r"error master\[\d+\]: profile .*/p\..*: No such file or directory")
    load(daemon, 5)
    shutil.rmtree(where)
    daemon.send_signal(signal.SIGRTMIN + 1)
    daemon.wait_log("profile .*No such file or directory", count=3)
    load(daemon, 5)
    assert len(daemon.workers()) == 2


def test_a_limit_on_the_size_of_files_costs_the_file(start, where):
    log = where.parent / "elsewhere"  # standard error is a file, too
    daemon = start(INI.format(profile=""), f"--cpuprofile={where}/p", "-o", f"log.file={log}")
    wait_until(lambda: log.exists() and "started: " in log.read_text(), "the start")
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (600, resource.RLIM_INFINITY))
    daemon.send_signal(signal.SIGRTMIN + 1)
    wait_until(lambda: "File too large" in log.read_text(), "the complaint")
    assert fetch(daemon).status == 200
    daemon.stop()
    assert not list(where.iterdir()), "no part of a file is left"


def test_a_full_disk_costs_the_file(profiled, where):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k", "none", str(where)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("may not mount a file system")
    try:
        (where / "filler").write_bytes(b"x" * 4096)
        daemon = profiled()
        daemon.expect_log(r"profile .*: No space left on device")
        daemon.send_signal(signal.SIGRTMIN + 1)
        daemon.wait_log("No space left on device", count=3)
        assert fetch(daemon).status == 200
        daemon.stop()
        assert [path.name for path in where.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", str(where)], check=True)


def test_profilers_of_others_are_left_out(start, where):
    """A profiler that begins in the master would be inherited, and its file overwritten."""
    command = [PROGRAM, "-c", "/nonexistent"]
    environment = {**os.environ, "CPUPROFILE": f"{where}/c", "HEAPPROFILE": f"{where}/h"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "tiffd: CPUPROFILE is ignored; see --cpuprofile and --memprofile" in done.stderr
    assert done.stderr.count("is ignored") == 2
    assert not list(where.iterdir())


def writers(daemon):
    """Children of the master that write files."""
    return [pid for pid in children(daemon.pid) if alive(pid) and title(pid).startswith("master")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_period_shorter_than_writing_takes(start, tmp_path, number):
    daemon = start(INI.format(profile=f"cpu = {tmp_path / 'p'}\ninterval = 1ms"))
    if number == signal.SIGINT:  # which waits for no writer
        daemon.expect_log("generation 0: profiles and reports are not written")
    load(daemon)
    merged = tmp_path / "p.cpu.pb.gz"
    for _ in range(3):
        wait_until(merged.exists, "the files are written")
        merged.unlink()
        for _ in range(20):
            assert len(writers(daemon)) <= 1
    daemon.stop(number)


def stopped_writer(daemon):
    """One that stands still, as on a disk that hangs; none when it has just ended."""
    for writer in writers(daemon):
        with contextlib.suppress(ProcessLookupError):
            os.kill(writer, signal.SIGSTOP)
            if alive(writer):
                return writer
    return None


def test_sigint_waits_for_no_disk(start, tmp_path):
    daemon = start(INI.format(profile=f"cpu = {tmp_path / 'p'}\ninterval = 1ms"))
    writer = wait_until(lambda: stopped_writer(daemon), "a child that writes")
    daemon.expect_log("generation 0: profiles and reports are not written")
    daemon.send_signal(signal.SIGINT)
    daemon.wait_log("SIGINT: ending at once")
    daemon.send_signal(signal.SIGINT)
    daemon.stop(signal.SIGINT)
    wait_until(lambda: not alive(writer), "the child ends, too")


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV))
def test_the_master_dies(profiled, where, number):
    """The observer writes what the master would have: also of a worker that came later."""
    daemon = profiled("-o", "debug.core=off")
    first = daemon.all_workers(2)
    load(daemon)
    daemon.expect_log(r"worker 0: process \d+ was ended by signal 9")
    os.kill(first[0], signal.SIGKILL)
    wait_files(where, "cpu", 1)
    successor = wait_until(lambda: set(daemon.workers()) - set(first), "another worker").pop()
    daemon.all_workers(2)
    load(daemon)
    daemon.expect_log("the master is gone")
    daemon.expect_log(r"master: (SIGSEGV|#|arguments of |[a-z0-9]+ 0x[0-9a-f]{16})")
    daemon.status = -number
    daemon.send_signal(number)
    wait_files(where, "cpu", 3)
    pids = {int(path.name.split(".")[2]) for path in files(where, "cpu")}
    assert pids == {*first, successor}
    wait_until(lambda: (where / "p.cpu.pb.gz").exists(), "the profile of all")
    wait_until(lambda: not any(map(alive, [successor, first[1]])), "workers end after their master")
    nothing_temporary(where)
    if shutil.which("go"):
        every = run(TOOLS["go"], where / "p.cpu.pb.gz")
        assert total_of(every) > 0
        assert "worker_run" in every
