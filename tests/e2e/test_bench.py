# SPDX-License-Identifier: BSD-2-Clause
"""The benchmark's own parts: benchcmp's arithmetic, the tables' logic, and a smoke test."""

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BENCHCMP = TOP / "scripts/benchcmp"
sys.path.insert(0, str(TOP / "tests/bench"))
sys.dont_write_bytecode = True

from benchlib import goals, machines, ratio, results, scenarios, servers, tables  # noqa: E402

from daemon import PROGRAM  # noqa: E402


def load_script(path):
    loader = importlib.machinery.SourceFileLoader(path.name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(path.name, loader))
    sys.modules[path.name] = module
    loader.exec_module(module)
    return module


benchcmp = load_script(BENCHCMP)


def write(path, name, values, unit="ns/op"):
    lines = (f"Benchmark{name}-1\t100\t{value} {unit}\t0 B/op\n" for value in values)
    path.write_text("".join(lines))
    return path


def run_benchcmp(old, new):
    return subprocess.run([BENCHCMP, old, new], capture_output=True, text=True)


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
    assert benchcmp.mann_whitney(old, new) == pytest.approx(p)


def test_change_is_named_only_when_significant(tmp_path):
    old = write(tmp_path / "old", "X", [100, 101, 102, 103, 104])
    new = write(tmp_path / "new", "X", [50, 51, 51, 52, 52])
    done = run_benchcmp(old, new)
    assert done.returncode == 0
    assert "-50.00% (p=0.008 n=5+5)" in done.stdout
    few = run_benchcmp(write(old, "X", [100]), write(new, "X", [50]))
    assert "~ (p=1.000 n=1+1)" in few.stdout


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
    assert ratio.interval_rank(count) == rank


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
