# SPDX-License-Identifier: BSD-2-Clause
"""Figures against what the kernel, another tool or the client says of the same: none of these tests uses the
code that makes the figure. DESIGN.md, "What figures are checked against", lists them all."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from client import connect, connect_narrowly, fetch, request
from controlling import looked
from daemon import DEADLINE, SAMPLE, wait_until
from test_numbers import numbered, scrape, sum_of  # noqa: F401 (a fixture)
from tracing import tracer

SIZE = SAMPLE.stat().st_size


def proc(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_text()


def pss(pid):
    return 1024 * int(re.search(r"^Pss: +(\d+) kB", proc(pid, "smaps_rollup"), re.M)[1])


def established(port):
    """The daemon's ends of connections, by ss(8)."""
    if shutil.which("ss") is None:
        pytest.skip("no ss")
    words = ["ss", "-Htn", "state", "established", "sport", "=", f":{port}"]
    return len(subprocess.run(words, capture_output=True, text=True, timeout=DEADLINE).stdout.splitlines())


def test_memory_is_what_smaps_tells(numbered):  # noqa: F811
    """The process that reads it for the page shares memory with the workers as long as it lives, so there the
    part of each is smaller."""
    fetch(numbered, target="/o")

    def agree():
        told = sum(map(pss, numbered.workers()))
        return scrape(numbered)["tiffd_pss_bytes"] == pytest.approx(told, rel=0.1)

    wait_until(agree, "Pss is that of smaps_rollup")


def test_connections_are_what_ss_tells(numbered):  # noqa: F811
    """Idle ones, and one that is being sent to."""
    with connect(numbered) as one, connect(numbered) as other, connect_narrowly(numbered) as slow:
        for client in (one, other):
            client.send(request("GET", "/o"))
            client.response()
        slow.send(request("GET", "/o"))
        wait_until(lambda: scrape(numbered)["tiffd_stalls_total"] > 0, "a full socket")
        samples = scrape(numbered)
        assert samples["tiffd_connections"] == established(numbered.address[1]) == 3
        assert sum_of(samples, "tiffd_worker_connections") == 3
        assert sum_of(samples, "tiffd_worker_idle_connections") == 2
    wait_until(lambda: scrape(numbered)["tiffd_connections"] == established(numbered.address[1]) == 0, "none")


def waited(pid):
    """Seconds that the main thread could run and did not."""
    return int(proc(pid, f"task/{pid}/schedstat").split()[1]) / 1e9


def test_the_wait_for_a_cpu_is_what_the_scheduler_counts(numbered):  # noqa: F811
    """Between two readings."""
    for _ in range(20):
        fetch(numbered, target="/o")
    before = sum(map(waited, numbered.workers()))
    told = sum_of(scrape(numbered), "tiffd_worker_run_delay_seconds_total")
    after = sum(map(waited, numbered.workers()))
    assert before - 1e-6 <= told <= after + 1e-6


def test_the_start_is_that_of_the_process(numbered):  # noqa: F811
    ticks = int(proc(numbered.pid, "stat").rpartition(")")[2].split()[19])
    boot = int(re.search(r"^btime (\d+)", pathlib.Path("/proc/stat").read_text(), re.M)[1])
    started = boot + ticks / os.sysconf("SC_CLK_TCK")
    assert scrape(numbered)["tiffd_start_time_seconds"] == pytest.approx(started, abs=3)


def test_what_was_loaded_is_the_files(numbered):  # noqa: F811
    """Streamed objects are read too, for their digests."""
    samples = scrape(numbered)
    assert samples["tiffd_loading"] == 0
    assert samples["tiffd_load_bytes"] == samples["tiffd_load_expected_bytes"] == 2 * SIZE


def test_latency_is_within_that_of_the_client(numbered):  # noqa: F811
    """The daemon's clock runs only while the client's does."""
    began = time.monotonic()
    for _ in range(20):
        fetch(numbered, target="/o")
    took = time.monotonic() - began
    samples = scrape(numbered)
    first, whole = (samples[f"tiffd_{name}_seconds_sum"] for name in ("time_to_first_byte", "transfer"))
    assert 0 < first <= whole <= took


def test_tables_are_what_proc_tells(controlled):
    """Those of tiffctl."""
    daemon = controlled(workers=2)
    for _ in range(3):
        fetch(daemon, "GET", "/o")
    workers = looked(daemon)["workers"]
    assert sorted(worker["pid"] for worker in workers) == daemon.workers()
    for worker in workers:
        assert worker["pss"] == pytest.approx(pss(worker["pid"]), rel=0.1)


def test_pages_passed_are_what_strace_sees(start, tmp_path):
    """The results of sendfile(2)."""
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    (tmp_path / "object").write_bytes(bytes(1 << 23))
    server = "[server]\nworkers = 1\nvariant = streaming\ntransmit = sendfile\n"
    daemon = start(f"{server}[asset /o]\nfile = {tmp_path}/object\n", debug=True)
    (worker,) = daemon.all_workers(1)
    output = tmp_path / "calls"
    words = ["strace", "-qq", "-p", str(worker), "-etrace=sendfile", "-o", str(output)]
    with subprocess.Popen(words) as strace:
        wait_until(lambda: tracer(worker) == strace.pid or strace.poll(), "strace is attached")
        if strace.poll() is not None and os.geteuid() != 0:
            pytest.skip("only root may trace a confined process")
        assert strace.poll() is None, "strace may not trace here"
        assert len(fetch(daemon, target="/o").body) == 1 << 23
        strace.terminate()
    seen = sum(map(int, re.findall(r" = (\d+)$", output.read_text(), re.M)))
    assert scrape(daemon)["tiffd_handed_bytes_total"] == seen > 0


def test_responses_that_were_cut_are_those_that_clients_miss(start, tmp_path):
    """By the end of their generation; and the replacements are the workers that were killed."""
    (tmp_path / "object").write_bytes(bytes(1 << 24))
    ini = f"[server]\nworkers = 1\ndrain_timeout = 10ms\n[asset /o]\nfile = {tmp_path}/object\n"
    daemon = start(ini, debug=True)
    daemon.expect_log("cut|drain|ended by signal|replaced|last events")
    with connect_narrowly(daemon) as one, connect_narrowly(daemon) as other:
        for client in (one, other):
            client.send(request("GET", "/o"))
            client.socket.recv(1)
        daemon.reload()
        for client in (one, other):
            with pytest.raises(ConnectionResetError):
                while client.socket.recv(1 << 20):
                    pass
    wait_until(lambda: scrape(daemon)["tiffd_cut_total"] == 2, "both are counted")
    (worker,) = wait_until(lambda: len(daemon.workers()) == 1 and daemon.workers(), "the old generation ends")
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: scrape(daemon)["tiffd_restarts_total"] == 1, "a worker is replaced")
    assert sum_of(scrape(daemon), "tiffd_worker_spawned_total") == 2
