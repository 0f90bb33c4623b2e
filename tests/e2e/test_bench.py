# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark's own parts: benchcmp's arithmetic, the tables' logic, and a smoke test."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BENCHCMP = TOP / "scripts/benchcmp"
sys.path.insert(0, str(TOP / "tests/bench"))
sys.dont_write_bytecode = True

from benchlib import (  # noqa: E402
    clients, goals, load, machines, noise, results, scenarios, servers, stats, tables
)

import experiments  # noqa: E402
from daemon import PROGRAM  # noqa: E402


def write(path, name, values, unit="ns/op"):
    lines = (f"Benchmark{name}-1\t100\t{value} {unit}\t0 B/op\n" for value in values)
    path.write_text("".join(lines))
    return path


def run_benchcmp(*words):
    return subprocess.run([BENCHCMP, *words], capture_output=True, text=True)


@pytest.mark.parametrize(
    "old, new, p",
    [
        # 2 of the C(10,5) = 252 arrangements lie as far apart.
        ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 2 / 252),
        ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 2 / 252),
        # U = 4 of 9; sums of 3 ranks out of 6 as far from 10.5 as 1 + 4 + 6 = 11: all.
        ([1, 4, 6], [2, 3, 5], 1.0),
        # U = 1: sums 7 and less, 14 and more: {6, 7, 14, 15}, 4 of 20.
        ([1, 2, 4], [3, 5, 6], 4 / 20),
        # Equal values share ranks: 1.5 1.5 3.5 3.5; sums 3, 7 and four times 5.
        ([1, 1], [2, 2], 2 / 6),
        ([1, 2], [1, 2], 1.0),
        ([3, 3, 3], [3, 3, 3], 1.0),
        ([1], [2], 1.0),
    ],
)
def test_mann_whitney(old, new, p):
    assert stats.mann_whitney(old, new) == pytest.approx(p)


def test_change_is_named_only_when_significant(tmp_path):
    old = write(tmp_path / "old", "X", [100, 101, 102, 103, 104])
    new = write(tmp_path / "new", "X", [50, 51, 51, 52, 52])
    done = run_benchcmp(old, new)
    assert done.returncode == 0
    assert "-50.00% (p=0.008 n=5+5)" in done.stdout
    few = run_benchcmp(write(old, "X", [100]), write(new, "X", [50]))
    assert "~ (p=1.000 n=1+1), n is too small" in few.stdout


def test_geomean_of_ratios(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("BenchmarkA 1 100 ns/op\nBenchmarkB 1 100 ns/op\n")
    new.write_text("BenchmarkA 1 200 ns/op\nBenchmarkB 1 200 ns/op\nBenchmarkC 1 1 ns/op\n")
    done = run_benchcmp(old, new)
    assert any(line.split() == ["geomean", "+100.00%"] for line in done.stdout.splitlines())
    assert f"only in {new}: C" in done.stdout


@pytest.mark.parametrize(
    "text, message",
    [
        (b"", "no benchmark in it"),
        (b"PASS\n", "no benchmark in it"),
        (b"BenchmarkX\n", ":1: not 'BenchmarkName N value unit ...'"),
        (b"goos: linux\nBenchmarkX 10 fast ns/op\n", ":2: 'fast' is no number"),
        (b"BenchmarkX 10 5 ns/op 3\n", ":1: a value without a unit"),
        (b"\xff\xfe", "can't decode"),
    ],
)
def test_bad_input_is_named(tmp_path, text, message):
    bad = tmp_path / "bad"
    bad.write_bytes(text)
    done = run_benchcmp(bad, bad)
    assert (done.returncode, done.stdout) == (1, "")
    assert str(bad) in done.stderr and message in done.stderr


def test_missing_file_and_nothing_in_common(tmp_path):
    one = write(tmp_path / "one", "X", [1])
    other = write(tmp_path / "other", "Y", [1])
    assert "No such file" in run_benchcmp(one, tmp_path / "none").stderr
    done = run_benchcmp(one, other)
    assert done.returncode == 1 and "nothing" not in done.stdout and "in common" in done.stderr


@pytest.mark.parametrize(
    "unit, old, new, limit, status",
    [
        ("ns/op", 100, 120, "10", 1),
        ("ns/op", 100, 120, "25", 0),
        ("ns/op", 120, 100, "10", 0),
        ("MB/s", 120, 100, "10", 1),
        ("MB/s", 100, 120, "10", 0),
        ("B/op", 0, 16, "10", 1),
        ("B/op", 16, 0, "10", 0),
    ],
)
def test_what_is_worse_fails(tmp_path, unit, old, new, limit, status):
    files = [write(tmp_path / str(i), "X", [value + k / 100 * bool(value) for k in range(5)], unit)
             for i, value in enumerate((old, new))]
    done = run_benchcmp(*files, "--fail-over", limit)
    assert done.returncode == status
    assert (f"worse by more than {limit} %: X-1, {unit}" in done.stdout) == bool(status)


def test_noise_does_not_fail(tmp_path):
    old = write(tmp_path / "old", "X", [100, 200, 100, 200])
    new = write(tmp_path / "new", "X", [150, 250, 110, 210])
    assert run_benchcmp(old, new, "--fail-over", "1").returncode == 0


@pytest.mark.parametrize("limit", ["-1", "nan", "inf", "much"])
def test_a_limit_is_a_percentage(tmp_path, limit):
    done = run_benchcmp("a", "b", f"--fail-over={limit}")
    assert done.returncode == 2 and "a percentage of at least 0 is wanted" in done.stderr


def test_a_closed_pipe_is_no_traceback(tmp_path):
    one = write(tmp_path / "one", "X", [1, 2, 3])
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([BENCHCMP, one, one], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode == 1 and done.stderr == ""


def test_folders_of_experiments_are_compared(tmp_path):
    folders = []
    for name, speed in (("old", 1.0), ("new", 0.8)):
        folder = tmp_path / name
        folder.mkdir()
        experiments.made({"cached": speed}, noise=0.002, seed=3).save(folder)
        folders.append(folder)
    done = run_benchcmp(*folders)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^cached, discard +[\d,.]+ ±\d+% +[\d,.]+ ±\d+% +", done.stdout, re.MULTILINE)
    assert "old MB/s" in done.stdout and "old CPU s/GB" in done.stdout
    (folders[0] / "results.json").write_text("{}")
    done = run_benchcmp(*folders)
    assert done.returncode == 1 and "not results in format" in done.stderr


def test_files_of_compare_are_compared(tmp_path):
    files = [as_file(tmp_path / name, discard([speed] * 5, None))
             for name, speed in (("old", 100.0), ("new", 50.0))]
    done = run_benchcmp(*files)
    assert "large-discard/tiff, tiffd-cached" in done.stdout and "-50.00% (p=0.008 n=5+5)" in done.stdout


BENCHMARK = """#!/bin/sh
echo "$0 $*" >>{log}
echo "goos: linux"
echo "BenchmarkLonger-1  10  1.0 ns/op"
echo "BenchmarkLong-1  10  {value} ns/op"
"""
VERSUS = """
#include "versus.h"
int main(int argc, char **argv)
{{
    struct versus versus = {{ .old = argv[1], .new = argv[2], .benchtime = "0.5", .count = 3 }};
    return argc == 3 && versus_run(&versus, "Long") ? 0 : 1;
}}
"""


@pytest.fixture
def versus(tmp_path):
    """versus(old, new): what runs of two programs in turn print."""
    (tmp_path / "main.c").write_text(VERSUS.replace("{{", "{").replace("}}", "}"))
    source = TOP / "tests/bench"
    command = ["gcc", "-D_GNU_SOURCE", "-I", source, tmp_path / "main.c", source / "versus.c"]
    subprocess.run([*command, "-o", tmp_path / "versus"], check=True)
    return lambda *words: subprocess.run([tmp_path / "versus", *words], capture_output=True, text=True)


def benchmark(path, value, log):
    path.write_text(BENCHMARK.format(value=value, log=log))
    path.chmod(0o755)
    return path


def test_two_builds_take_turns(versus, tmp_path):
    log = tmp_path / "log"
    old, new = (benchmark(tmp_path / name, value, log) for name, value in (("a", 10), ("b", 20)))
    done = versus(old, new)
    assert done.returncode == 0, done.stderr
    runs = [line.split()[0] for line in log.read_text().splitlines()]
    assert runs == [str(path) for path in (old, new, new, old, old, new)]
    assert log.read_text().splitlines()[0].endswith("-run=Long -count=1 -benchtime=0.5")
    assert "Longer" not in done.stdout and done.stdout.count("version: old\nBenchmarkLong-1") == 3
    (tmp_path / "output").write_text(done.stdout)
    table = run_benchcmp(tmp_path / "output").stdout
    assert "~ (p=0.250 n=3 pairs), n is too small" in table and "+100.00%" in table


def test_pairs_cancel_what_both_had(tmp_path):
    """The machine is ten times slower in half of the runs; within each pair, new is 5 % slower."""
    lines = []
    for slow in (1, 10, 1, 10, 1, 10, 1):
        lines += ["version: old", f"BenchmarkX-1 1 {100 * slow} ns/op"]
        lines += ["version: new", f"BenchmarkX-1 1 {105 * slow} ns/op"]
    (tmp_path / "both").write_text("\n".join(lines) + "\n")
    assert "+5.00% (p=0.016 n=7 pairs)" in run_benchcmp(tmp_path / "both").stdout


@pytest.mark.parametrize(
    "other, text", [("/bin/none", "/bin/none: No such file"), ("/bin/true", "has no BenchmarkLong"),
                    ("/bin/false", "failed in BenchmarkLong")],
)
def test_a_bad_program_is_named(versus, tmp_path, other, text):
    done = versus(other, benchmark(tmp_path / "a", 1, tmp_path / "log"))
    assert done.returncode == 1 and text in done.stderr


def test_one_file_needs_two_versions(tmp_path):
    done = run_benchcmp(write(tmp_path / "one", "X", [1]))
    assert done.returncode == 1 and "must be the output of bench --vs" in done.stderr


def test_tables_name_only_what_there_is():
    names = {server.name for server in servers.SERVERS}
    cases = {(s.name, case.name) for s in scenarios.SCENARIOS for case in s.cases}
    for scenario in scenarios.SCENARIOS:
        assert set(scenario.servers) <= names
    for goal in goals.GOALS:
        for of in filter(None, (goal.value, goal.against)):
            assert of.case in cases and set(of.servers) <= names


def fill(measured, scenario, case, server, **metrics):
    """Metrics by round, as lists."""
    row = measured.row(scenario, case, server)
    for number in range(len(next(iter(metrics.values())))):
        row.runs[number] = {name: values[number] for name, values in metrics.items()}


def discard(own, lighttpd, h2o=None):
    measured = results.Results()
    for name, values in (("tiffd-cached", own), ("lighttpd", lighttpd), ("h2o", h2o)):
        if values:
            fill(measured, "large-discard", "tiff", name, mb_s=values)
    return measured


def judged(measured):
    return goals.judge(measured, {"large-discard"})


@pytest.mark.parametrize("count, rank", [(0, 0), (5, 0), (6, 1), (8, 1), (9, 2), (20, 6)])
def test_interval_of_a_median(count, rank):
    """As tables of the sign test have it."""
    assert stats.interval_rank(count) == rank


@pytest.mark.parametrize("speed, word", [(130.0, "pass"), (120.0, "pass"), (115.0, "FAIL")])
def test_goal_is_a_ratio_to_the_best_peer(speed, word):
    verdicts = judged(discard([speed] * 6, [100.0] * 6, [60.0] * 6))
    assert verdicts[0].measured == pytest.approx(speed / 100)
    assert verdicts[0].servers == ("tiffd-cached", "lighttpd")
    assert verdicts[0].word == word
    assert verdicts[1].word == "not run"


def test_ratio_is_taken_within_rounds():
    """A machine that is three times slower in half of the rounds changes nothing."""
    machine = [1, 3, 1, 3, 1, 3]
    measured = discard([150.0 / slow for slow in machine], [100.0 / slow for slow in machine])
    verdict = judged(measured)[0]
    assert (verdict.ratio.low, verdict.ratio.high) == pytest.approx((1.5, 1.5))
    assert verdict.ratio.spread == pytest.approx(0)
    assert verdict.word == "pass"


def test_no_verdict_while_the_interval_holds_the_limit():
    own = [110.0, 130.0, 112.0, 128.0, 115.0, 125.0]
    assert judged(discard(own, [100.0] * 6))[0].word == "open"
    assert judged(discard(own[:5], [100.0] * 5))[0].word == "few rounds"
    narrow = [119.0, 119.5, 119.8, 120.4, 120.6, 121.0]
    assert judged(discard(narrow, [100.0] * 6))[0].word == "pass"


def test_rounds_go_on_for_what_is_open_alone():
    measured = discard([110.0, 130.0] * 3, [100.0] * 6, [50.0] * 6)
    assert goals.undecided(measured, "large-discard") == {
        ("tiff", "tiffd-cached"), ("tiff", "lighttpd")
    }
    assert goals.undecided(discard([150.0] * 6, [100.0] * 6), "large-discard") == set()


def test_noise_is_the_spread_of_ratios():
    scenario = scenarios.SCENARIOS[0]
    quiet = discard([100.0, 300.0, 100.0, 300.0], [50.0, 150.0, 50.0, 150.0])
    assert "±0 %" in tables.noise(quiet, scenario, "tiff")
    noisy = discard([100.0, 300.0, 100.0, 300.0], [150.0, 50.0, 150.0, 50.0])
    assert "TOO NOISY" in tables.noise(noisy, scenario, "tiff")


def test_median_and_spread():
    row = results.Row(runs={0: {"mb_s": 90.0}, 1: {"mb_s": 100.0}, 3: {"mb_s": 130.0}})
    assert row.median("mb_s") == 100
    assert row.spread("mb_s") == pytest.approx(0.2)
    assert row.median("p99_ms") is None


def as_file(path, measured, **facts):
    facts = {"cpu": "a processor", "caches": ["L3 32768K"], "versions": {}} | facts
    document = {"date": "now", "machine": facts, "results": measured.as_json()}
    path.write_text(json.dumps(document))
    return path


def test_machines_stand_side_by_side(tmp_path):
    one = as_file(tmp_path / "one", discard([150.0] * 6, [100.0] * 6))
    two = as_file(tmp_path / "two", discard([80.0] * 6, [100.0] * 6), cpu="another")
    done = subprocess.run(
        [TOP / "tests/bench/compare", "--from", one, "--from", two], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "cpu: another" in done.stdout and "caches: L3 32768K" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("tiffd-cached "))
    assert "1.50 [1.50 1.50] lighttpd" in row and "0.80 [0.80 0.80] lighttpd" in row
    goal = next(line for line in done.stdout.splitlines() if "cached, discard: bytes/s" in line)
    assert "1.50 [1.50 1.50] pass" in goal and "0.80 [0.80 0.80] FAIL" in goal


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"results": 1, "date": "", "machine": {}}'])
def test_files_of_results_are_checked(tmp_path, text):
    bad = tmp_path / "bad"
    bad.write_text(text)
    with pytest.raises(machines.FileError, match=f"{bad}: not what --json writes"):
        machines.side_by_side([bad])


@pytest.mark.parametrize(
    "value, text",
    [(None, "-"), (3.0, "3"), (0.12345, "0.123"), (123.456, "123.5"), (6543.21, "6543")],
)
def test_numbers_are_short(value, text):
    assert tables.number(value) == text


def test_compare_works():
    command = [TOP / "tests/bench/compare", "--smoke"]
    done = subprocess.run(
        [*command, "--tiffd", PROGRAM], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 failed" in done.stdout


def test_network_works():
    command = [TOP / "tests/bench/network", "--smoke"]
    done = subprocess.run(
        [*command, "--tiffd", PROGRAM], capture_output=True, text=True, timeout=120
    )
    if "network: " in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    for case in ("veth-discard-1", "plain-discard-30", "100mbit-100ms-1", "slow-beside"):
        assert f"== network / {case}:" in done.stdout


@pytest.mark.parametrize(
    "differences, p",
    [
        # All of 2^6 ways to sign six ranks but the two extremes lie nearer.
        ([1, 2, 3, 4, 5, 6], 2 / 64),
        ([-0.1, -0.2, -0.3, -0.4, -0.5, -0.6, -0.7, -0.8], 2 / 256),
        # Ranks 1 2 3 4, the one of 1 negative: sums 9, 10 and 0, 1 of 16 ways lie as far.
        ([-1, 2, 3, 4], 4 / 16),
        ([0, 0, 1], 1.0),
        ([], 1.0),
        ([1, -1], 1.0),
    ],
)
def test_signed_rank(differences, p):
    assert stats.signed_rank(differences) == pytest.approx(p)


@pytest.mark.parametrize("count, rank", [(5, 0), (6, 1), (7, 3), (8, 4), (10, 9), (20, 53)])
def test_interval_of_a_centre(count, rank):
    """As tables of the signed-rank test have it: the critical value at 5 %, two-sided, plus 1."""
    assert stats.walsh_rank(count) == rank


def test_centre_of_values():
    centre = stats.hodges_lehmann([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    assert (centre.middle, centre.low, centre.high) == (3.5, 1.0, 9.0)
    assert stats.hodges_lehmann([2.0]).low is None


def test_several_tests_are_adjusted_together():
    assert stats.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert stats.holm([0.9, 0.8]) == [1.0, 1.0]


def autocannon_said(**changed):
    names = {f"p{name}": 3 for name in ("0_001", "0_01", "0_1", "1", "2_5", "10", "25", "50", "75",
                                        "90", "97_5", "99", "99_9", "99_99", "99_999")}
    row = names | {"average": 4, "stddev": 1, "min": 2, "max": 9, "total": 700}
    told = {"duration": 2, "2xx": 7, "errors": 0, "timeouts": 0, "non2xx": 0, "mismatches": 0}
    return json.dumps(told | {"latency": row, "requests": row, "throughput": row} | changed)


@pytest.mark.parametrize(
    "changed, errors",
    [({}, 0), ({"errors": 1}, 1), ({"timeouts": 2}, 2), ({"non2xx": 3}, 3), ({"mismatches": 4}, 4)],
)
def test_autocannon_is_understood(changed, errors):
    seconds, (group,) = clients.CLIENTS["autocannon"].read(autocannon_said(**changed), load.Load())
    assert (seconds, group["requests"], group["bytes"], group["errors"]) == (2, 7, 700, errors)
    assert group["latency_us"]["p97_5"] == 3000 and group["latency_us"]["mean"] == 4000
    assert group["requests_s"]["mean"] == 4 and group["bytes_s"]["stdev"] == 1


def test_seconds_become_a_row():
    row = clients.of_seconds([10.0, 20.0, 30.0, 40.0])
    assert (row["p1"], row["p50"], row["p97_5"], row["min"], row["mean"]) == (10, 20, 40, 10, 25)


@pytest.mark.parametrize(
    "files, groups, quota",
    [
        ({"a/b/cpu.max": "max 100000", "a/cpu.max": "150000 100000"}, "0::/a/b", 1.5),
        ({"a/cpu.max": "max 100000"}, "0::/a", None),
        ({"cpu/x/cpu.cfs_quota_us": "50000", "cpu/x/cpu.cfs_period_us": "100000"}, "4:cpu:/x", 0.5),
        ({"cpu/x/cpu.cfs_quota_us": "-1", "cpu/x/cpu.cfs_period_us": "100000"}, "4:cpu:/x", None),
        ({}, "4:memory:/x", None),
    ],
)
def test_cpu_quota_is_found(tmp_path, files, groups, quota):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert noise.cpu_quota(groups, tmp_path) == quota


def test_a_machine_that_measures_badly_is_named():
    assert noise.warnings(2, None) == [] and noise.warnings(8, 8) == []
    assert "1 core for server and client" in noise.warnings(1, None)[0]
    assert "a CPU quota of 1.5 cores" in noise.warnings(4, 1.5)[0]


@pytest.mark.parametrize(
    "values, complaint",
    [
        ((2.0, 0.01, 0.05, 1.02), None),
        ((2.0, 0.08, 0.0, None), "the hypervisor took 8% of the cores"),
        ((2.0, 0.0, 1.2, None), "other programs kept 1.2 cores busy"),
        ((2.0, 0.0, 0.0, 1.5), "the core's clock changed by 50%"),
    ],
)
def test_noise_is_named(values, complaint):
    assert noise.Conditions(*values).complaints() == ([complaint] if complaint else [])


def test_other_programs_are_seen():
    watch = noise.Watch(0.0, 0)
    begun = time.process_time()
    while time.process_time() < begun + 0.3:
        pass
    ours = watch.end(0.0)
    assert watch.end(-0.3 * ours.seconds).others >= ours.others
