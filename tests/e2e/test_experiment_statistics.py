# SPDX-License-Identifier: BSD-2-Clause
"""What the experiment concludes from results whose truth is known, and what it makes of them."""

import os
import pathlib
import random
import re
import subprocess

import pytest

from experiments import SIZE, made, whole  # puts the harness on the path

from benchlib import tools
from experiment import (
    analysis, conclusion, content, crossover, graphs, options, perf, pprof, prepare, record, report,
    subjects, timeline
)

STORED = pathlib.Path(__file__).parent / "stored"
CACHED = {"cached": 1.0, "embedded": 1.0, "cached (again)": 1.0}


def difference(results, a="cached", b="embedded", name="mb_s"):
    found = analysis.differences(results, "discard", analysis.BY_NAME[name])
    return analysis.between(found, a, b)


@pytest.mark.parametrize("seed", range(20))
def test_the_same_twice_is_no_difference(seed):
    results = made(CACHED, seed=seed, noise=0.01)
    assert difference(results).word == "no difference"
    assert conclusion.headline(results).startswith("It does not matter: cached and embedded do not differ")


@pytest.mark.parametrize("seed", range(20))
def test_five_percent_more_are_named(seed):
    results = made({"cached": 1.0, "embedded": 1.05, "cached (again)": 1.0}, seed=seed, noise=0.008)
    found = difference(results, "embedded", "cached")
    assert found.word == "more" and 1.03 < found.ratio < 1.07
    assert found.low <= found.ratio <= found.high
    assert conclusion.headline(results).startswith("Embedded. Cached: ")
    assert "fewer bytes per second than embedded" in conclusion.headline(results)


def test_a_difference_below_the_control_is_noise():
    """The control is as far from itself as the variants are from each other."""
    results = made({"cached": 1.0, "embedded": 1.05, "cached (again)": 1.06}, noise=0.002)
    assert difference(results).word in ("no difference", "undecided")
    assert any("the control differs from itself" in text for text in conclusion.quality(results))


def test_less_than_one_percent_is_nobodys_concern():
    results = made({"cached": 1.0, "embedded": 1.005}, noise=0.0001)
    assert difference(results).p < 0.05 and difference(results).word == "no difference"


def test_noise_is_not_taken_for_equality():
    results = made(CACHED, noise=0.2)
    assert difference(results).word == "undecided"
    assert re.match(r"Cached or embedded: these runs do not decide between them, for the noise may hide "
                    r"\d+ %",
                    conclusion.headline(results))


def test_each_round_counts_for_more_pairs():
    """Three pairs at once need 7 rounds."""
    speeds = {"cached": 1.0, "embedded": 2.0, "streaming": 3.0}
    assert difference(made(speeds, rounds=6)).word == "too few rounds"
    assert difference(made(speeds, rounds=7)).word == "less"


def test_few_rounds_say_nothing():
    results = made({"cached": 1.0, "embedded": 2.0}, rounds=5)
    assert difference(results).word == "too few rounds" and difference(results).low is None
    assert conclusion.headline(results).startswith("Too few good rounds")


def test_slow_rounds_do_not_hide_a_difference():
    """The machine is up to 40 % slower in some rounds; within a round the ratio stays."""
    results = made({"cached": 1.0, "embedded": 0.9}, noise=0.005)
    assert analysis.spread(results, "cached", "discard", analysis.HEADLINE) > 0.1
    assert difference(results, "embedded", "cached").word == "less"


def test_bad_runs_do_not_count():
    results = made({"cached": 1.0, "embedded": 1.0})
    for run in results.runs:
        if run.row == "cached" and run.round < 4:
            run.bad, run.bytes = ["3 errors"], 1
    assert len(results.good("cached", "discard")) == 4
    assert difference(results).word == "too few rounds"
    assert any(text.startswith("4 runs of 16 failed") for text in conclusion.quality(results))


def test_a_client_that_is_the_limit_is_named():
    results = made(CACHED, client="autocannon")
    for run in results.runs:
        run.core_busy = 0.4
    assert any("With autocannon, the client is the limit" in text for text in conclusion.paragraphs(results))


def test_the_chart():
    lines = conclusion.chart(made({"cached": 1.0, "streaming": 0.5}, noise=0.001)).splitlines()
    assert lines[0].split() == ["discard", "MB/s", "CPU", "s/GB", "p99", "ms"]
    assert lines[1].count("#") == 40 and lines[2].count("#") == 20
    assert len({len(line) for line in lines}) == 1 and conclusion.chart(made({})) == ""


def test_cheaper_and_as_fast_wins():
    """Level in throughput, for the client is the limit; one takes half the CPU time."""
    results = made({"cached": 1.0, "streaming": 1.0}, noise=0.003, costs={"streaming": 0.6})
    assert conclusion.headline(results).startswith("Cached. Streaming: ")
    assert "more CPU time per gigabyte than cached" in conclusion.headline(results)


def swept(ratios, noise=0.01):
    """A sweep over sizes, with how many times faster streaming is at each."""
    random.seed(5)
    results = made({"cached": 1.0, "streaming": 1.0})
    for size, ratio in ratios.items():
        for row, speed in (("cached", 1.0), ("streaming", ratio)):
            values = [1000 * speed * random.uniform(1 - noise, 1 + noise) for _ in range(7)]
            results.sweep.append(record.Point("sizes", row, size, {"mb_s": values}))
    return results


def test_a_crossing_is_found():
    results = swept({1e3: 0.8, 1e4: 0.9, 1e5: 1.0, 1e6: 1.2, 1e7: 1.3})
    (crossing,) = crossover.crossings(results, "sizes")
    assert (crossing.slower, crossing.faster) == ("cached", "streaming")
    assert crossing.before == 1e4 and crossing.after == 1e6 and 3e4 < crossing.estimate < 3e5
    (sentence,) = crossover.sentences(results)
    assert "streaming is faster than cached; below, it is the other way round" in sentence


def test_noise_makes_no_crossing():
    results = swept({1e3: 1.001, 1e4: 0.999, 1e5: 1.002}, noise=0.02)
    assert crossover.crossings(results, "sizes") == []
    assert "no difference is larger than the noise" in crossover.sentences(results)[0]


def test_one_that_is_always_slower_crosses_nothing():
    (sentence,) = crossover.sentences(swept({1e3: 0.8, 1e6: 0.7}))
    assert sentence == "cached is faster than streaming with 1 kB, 1 MB (objects)."


# ------------------------------------------------------------------ the report


@pytest.fixture
def rendered(tmp_path):
    """HTML and Markdown of results that were written and read again, without pictures: their bytes are
    the affair of the libraries that draw."""
    whole().save(tmp_path)
    return report.render(record.load(tmp_path), tmp_path, draw=False)


@pytest.mark.parametrize("part, name", [(0, "report.html"), (1, "report.md")])
def test_a_report_is_the_same_bytes(rendered, part, name):
    """UPDATE=1 stores what there is now; look at it."""
    if os.environ.get("UPDATE"):
        (STORED / name).write_text(rendered[part])
    assert rendered[part] == (STORED / name).read_text()


def test_a_report_asks_nobody(rendered):
    html = rendered[0]
    assert not re.search(r"""\s(src|href)\s*=\s*["']?(?![#"'])(?!data:)""", html)
    assert not re.search(r"https?://(?!www\.w3\.org)|@import|url\(", html)


def test_a_report_does_without_flame_graphs(tmp_path, monkeypatch):
    monkeypatch.setattr(graphs, "LIBRARIES", tmp_path)
    found, why = graphs.libraries()
    assert not found and why.startswith(f"no flame graphs: {tmp_path}/d3-") and "scripts/vendor" in why


def test_a_report_has_all_blocks(rendered):
    text = rendered[1]
    for words in ("| Latency |", "| Req/Sec |", "| Bytes/Sec |", "| RSS | VSZ | PSS | USS | COMMAND |",
                  "| copies |", "| embedded, there | 1083 | 3.29 | 108 MB | 184 GB |", "M1 Max of 2021",
                  "| cached / embedded | MB/s |", "no difference", "| system calls/req |",
                  "the control: noise"):
        assert words in text, words


def test_what_is_shown_can_end_no_element(tmp_path):
    results = whole()
    results.rows[0].server_config = "</pre></script><script>alert(1)</script>"
    results.object_name = "<b>object</b>"
    html, _, _ = report.render(results, tmp_path, draw=False)
    assert "<script>alert" not in html and "<b>object" not in html


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "no JSON"),
        ("[]", "not results in format 1"),
        ('{"format": 2}', "not results in format 1"),
        ('{"format": 1}', "missing"),
        ('{"format": 1, "runs": 3}', "runs: a list is wanted"),
        ('{"format": 1, "runs": [{"nonsense": 1}]}', r"runs\[0\]: not what an experiment writes"),
    ],
)
def test_results_are_checked(tmp_path, text, message):
    (tmp_path / record.FILE).write_text(text)
    with pytest.raises(record.RecordError, match=message):
        record.load(tmp_path)


# ------------------------------------------------------------------ profiles, perf, traces


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(*fields):
    """Each a number and an integer or bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


STRINGS = ["", "cpu", "nanoseconds", "main", "send", "inlined", "worker", "0"]
PROFILE = message(
    *((6, text.encode()) for text in STRINGS), (1, message((1, 1), (2, 2))), (10, 2 * 10**9),
    (5, message((1, 1), (2, 3))), (5, message((1, 2), (2, 4))), (5, message((1, 3), (2, 5))),
    (4, message((1, 1), (4, message((1, 1), (2, 7))))),
    (4, message((1, 2), (4, message((1, 3))), (4, message((1, 2))))),
    (2, message((1, varint(2) + varint(1)), (2, varint(30)), (3, message((1, 6), (2, 7))))),
    (2, message((1, 1), (2, 10))),
)


def test_a_profile_is_read():
    profile = pprof.decode(PROFILE)
    assert profile.types == [("cpu", "nanoseconds")] and profile.seconds == 2
    assert profile.samples[0].stack == ("main", "send", "inlined")
    assert profile.samples[0].labels == {"worker": "0"} and profile.total("cpu") == 40
    rows = pprof.top(profile, "cpu")
    assert [(row.name, row.flat, row.cum) for row in rows] == [
        ("inlined", 30, 30), ("main", 10, 40), ("send", 0, 30)
    ]
    assert "30ns  75.0%  75.0%       30ns  75.0%  inlined" in pprof.text(profile, "cpu")
    tree = pprof.tree(pprof.weights(profile, "cpu"))
    assert tree["value"] == 40 and tree["children"][0]["children"][0]["name"] == "send"


@pytest.mark.parametrize("data", [b"\x1f\x8bnonsense", b"\x0a\x7fshort", b"\xff", PROFILE[:-3]])
def test_no_profile(data):
    with pytest.raises(pprof.ProfileError):
        pprof.decode(data)


def test_differential_trees_subtract():
    tree = pprof.tree({("a",): 3.0, ("b",): 1.0}, {("a",): 1.0, ("c",): 5.0})
    nodes = {child["name"]: (child["value"], child["delta"]) for child in tree["children"]}
    assert nodes == {"a": (3.0, 2.0), "b": (1.0, 1.0)} and tree["delta"] == -2.0


SCRIPT = """tiffd  12
\tffffffff81e35778 copyin ([kernel.kallsyms])
\tffffffff82018000 tcp_sendmsg_locked ([kernel.kallsyms])
\t    7f0000001000 __send+0x10 (/lib/libc.so.6)
\t    560000001000 sender_push (/usr/sbin/tiffd)

tiffd  12
\tffffffff81000001 _raw_spin_unlock_irqrestore ([kernel.kallsyms])
\tffffffff81000002 try_to_wake_up ([kernel.kallsyms])
\tffffffff81000003 tcp_rcv_established ([kernel.kallsyms])

tiffd  12
\t    560000002000 base64_encode (/usr/sbin/tiffd)

tiffd  12
\t    560000002000 histogram_add (/usr/sbin/tiffd)

"""


def test_kernel_stacks_are_sorted_by_what_they_do():
    stacks, categories = perf.parse(SCRIPT)
    assert categories == {"copy": 1, "wake-ups": 1, "base64": 1, "the program": 1}
    assert ("sender_push", "__send", "tcp_sendmsg_locked_[k]", "copyin_[k]") in stacks
    assert perf.unfold(perf.fold(stacks)) == stacks


def test_a_timeline_is_of_one_connection():
    def event(name, ts, dur, connection):
        return {"name": name, "ph": "X", "ts": ts, "dur": dur, "pid": 1, "args": {"connection": connection}}

    events = [event("request /x", 1000, 500, 2), event("turn", 1100, 100, 2), event("turn", 1200, 50, 3),
              event("stall", 1300, 100, 2), event("request /x", 1600, 400, 2), event("request /x", 0, 9, 3)]
    told = timeline.of(events)
    assert told.connection == 2 and told.milliseconds == pytest.approx(1.0)
    assert told.spans["request"] == [(0.0, 0.5), (0.6, 0.4)] and len(told.spans["turn"]) == 1
    assert timeline.of([]).spans == {}


# ------------------------------------------------------------------ the command line


@pytest.mark.parametrize(
    "words, text",
    [
        (["--duration", "-1"], "'-1': a time in seconds from 0.1 to 86400 is wanted"),
        (["--duration", "nan"], "'nan': a time in seconds"),
        (["--duration", "soon"], "'soon': a time in seconds"),
        (["--repeat", "0"], "'0': a whole number from 1 to 10000 is wanted"),
        (["--repeat", "1.5"], "'1.5': a whole number"),
        (["--connections", "-3"], "'-3': a whole number"),
        (["--workers", "0"], "'0': a whole number"),
        (["--clients", "ab"], "'ab': there are autocannon, wrk, discard"),
        (["--variants", "cached,cached"], "'cached' is there twice"),
        (["--variants", ""], "'': there are cached, embedded, streaming"),
        (["--transmit", "telepathy"], "'telepathy': there are auto, send, vmsplice, sendfile"),
        (["--port", "70000"], "'70000': a port from 1 to 65535 is wanted"),
        (["--seconds", "-1"], "unrecognized arguments: --seconds"),
        (["--dur", "3"], "unrecognized arguments: --dur"),
        (["cached"], "unrecognized arguments: cached"),
    ],
)
def test_words_that_are_refused(words, text, capsys):
    with pytest.raises(SystemExit) as ended:
        options.read(words, "", {})
    assert ended.value.code == 2 and text in capsys.readouterr().err


def test_combinations_that_are_refused(tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").write_text("x")
    (tmp_path / "empty").touch()
    for words, text in (
        (["--out", str(full)], "is there already, and no empty directory"),
        (["--object", str(tmp_path / "none")], "No such file or directory"),
        (["--object", str(tmp_path)], "Is a directory"),
        (["--object", str(tmp_path / "empty")], "empty: empty"),
        (["--clients", "wrk", "--duration", "1.5"], "wrk runs for whole seconds only"),
        (["--object", str(full / "file"), "--tiffd", "/x"], "does not have the object embedded"),
    ):
        with pytest.raises(options.UsageError, match=re.escape(text)):
            options.read(words, "", {})


@pytest.mark.parametrize(
    "words, missing",
    [
        (["--clients", "discard"], "missing here: gcc"),
        (["--clients", "discard,wrk"], "missing here: gcc wrk"),
        (["--clients", "discard", "--peers"], "missing here: gcc h2o haproxy lighttpd nginx varnish"),
    ],
)
def test_nothing_is_installed_unless_allowed(monkeypatch, words, missing):
    monkeypatch.setattr(tools, "find", lambda program: None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something is installed"))
    told = options.read([*words, "--no-install"], "", {})
    with pytest.raises(tools.ToolError, match=f"^{missing}$"):
        prepare.install(told, subjects.all_of(told))


def test_what_is_there_need_not_be_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "find", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(tools, "npm_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something is installed"))
    told = options.read(["--no-install"], "", {})
    with pytest.raises(tools.ToolError, match=r"^missing here: autocannon@[0-9.]+ \(npm\)$"):
        prepare.install(told, subjects.all_of(told))
    (tmp_path / "autocannon/autocannon").mkdir(parents=True)
    (tmp_path / "autocannon/autocannon/package.json").touch()
    assert prepare.install(told, subjects.all_of(told)) == []


def test_defaults_are_the_originals():
    told = options.read([], "", {})
    assert (told.duration, told.connections, told.variants) == (60, 30, ("cached", "embedded", "streaming"))
    assert told.clients == ("autocannon", "discard") and told.repeat >= analysis.ROUNDS
    quick = options.read(["--quick"], "", {})
    assert quick.duration * 4 * quick.repeat < 90


def test_sizes_of_the_object_are_in_the_report():
    assert content.where_bytes_live(whole()).blocks[0].words.startswith(f"The object has {SIZE / 1e6:.2f} MB")
