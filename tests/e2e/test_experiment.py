# SPDX-License-Identifier: BSD-2-Clause
"""scripts/experiment, run: a small one of its own, its report in a browser, and everything that may
go wrong with one."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

import experiments  # puts the harness on the path
from daemon import PROGRAM, children, has_tcmalloc, wait_until
from viewers import Browser, program

from benchlib import servers
from benchlib.process import Site
from experiment import experiment, graphs, lab, measure, options, pprof, record
from experiment.progress import Progress
from experiment.subjects import Subject

SCRIPT = experiments.TOP / "scripts/experiment"
LONGEST = 300  # a run here takes half a minute on a machine with nothing else to do
SMALL = ("--clients", "discard", "--patience", "0", "--no-control", "--no-install")


def start(*words, temporary, **options):
    """An experiment in a session of its own; what it leaves in the folder temporary is its fault."""
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "TIFFD": PROGRAM}
    return subprocess.Popen(
        [sys.executable, SCRIPT, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, start_new_session=True, **options,
    )


def run(*words, temporary):
    process = start(*words, temporary=temporary)
    output, errors = process.communicate(timeout=LONGEST)
    assert list(temporary.iterdir()) == []
    return process.returncode, output, errors


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two seconds a variant, with all that belongs to it."""
    if not has_tcmalloc():
        pytest.skip("this build is without tcmalloc")
    folder = tmp_path_factory.mktemp("experiment")
    out = folder / "out"
    status, output, errors = run("--duration", 2, "--repeat", 1, *SMALL, "--out", out,
                                 temporary=folder / "tmp")
    assert status == 0, errors
    return out, output, errors


def test_results_are_complete(whole):
    out, output, errors = whole
    told = record.load(out)
    assert {run.row for run in told.runs} == {"cached", "embedded", "streaming"}
    for run_ in told.runs:
        assert not run_.bad and run_.requests > 0 and run_.bytes >= run_.requests * told.object_bytes
        assert run_.latency_us["p2_5"] <= run_.latency_us["p50"] <= run_.latency_us["p99"]
        assert any("worker 0" in process["command"] for process in run_.loaded) and run_.start_ms > 0
    assert {(entry.workers, entry.loaded) for entry in told.ledger} == {
        (workers, loaded) for workers in (1, 2, 4) for loaded in (False, True)
    }
    places = {entry.row: entry.held_in for entry in told.ledger}
    assert places == {"cached": "memory_file", "embedded": "program_file", "streaming": "page_cache"}
    assert [each.failure for each in told.profiled] == ["", "", ""]
    assert all((out / each.cpu_profile).stat().st_size for each in told.profiled)
    assert "measuring: round 1 of 1, cached, discard; " in errors and " left" in errors
    assert "Too few good rounds for an answer" in output


def test_profiles_are_what_pprof_reads(whole):
    """The same functions with the same shares as `go tool pprof -top` has."""
    go = program("go")
    for name in ("cached.cpu.pb.gz", "streaming.cpu.pb.gz"):
        words = [go, "tool", "pprof", "-top", "-unit=ns", "-nodefraction=0", str(whole[0] / name)]
        done = subprocess.run(words, capture_output=True, text=True, check=True,
                              env={**os.environ, "HOME": str(whole[0])})
        theirs = {}
        for line in done.stdout.splitlines():
            words = line.removesuffix(" (inline)").split(maxsplit=5)
            if len(words) == 6 and re.fullmatch(r"\d+(ns)?", words[0]):
                theirs[words[5]] = int(words[0].removesuffix("ns"))
        profile = pprof.decode((whole[0] / name).read_bytes())
        ours = {row.name: row.flat for row in pprof.top(profile, "cpu")}
        shared = {key for key in theirs if key in ours and theirs[key]}
        assert len(shared) >= 2
        assert all(abs(theirs[key] - ours[key]) <= 1 for key in shared)


def test_a_report_can_be_made_again(whole, tmp_path):
    out = whole[0]
    before = {name: (out / name).read_bytes() for name in ("report.html", "report.md")}
    status, output, _ = run("--from", out, temporary=tmp_path / "tmp")
    assert status == 0 and str(out / "report.html") in output
    assert {name: (out / name).read_bytes() for name in before} == before


# ------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    pytest.importorskip("matplotlib", reason="no matplotlib here (scripts/deps experiment)")
    window = Browser(tmp_path_factory.mktemp("browser"))
    yield window
    window.close()


@pytest.mark.parametrize("width, dark", [(390, False), (1280, False), (1280, True)])
def test_a_report_in_a_browser(whole, browser, tmp_path, width, dark):
    """SCREENSHOTS=DIR keeps what it looks like."""
    html = (whole[0] / "report.html").read_text()
    driver = browser.driver
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.open((whole[0] / "report.html").as_uri())
    assert browser.complaints() == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    driver.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    figures = driver.find_elements("css selector", "figure")
    assert {"throughput-discard", "latency-discard", "over-time-discard", "timeline-cached"} <= {
        each.get_attribute("id").removeprefix("figure-") for each in figures
    }
    assert ('class="flame"' in html) == (graphs.libraries()[0] != [])
    assert driver.execute_script(
        "return [...document.querySelectorAll('.flame')].every(one => one.querySelector('rect'))"
    )
    for each in figures:
        picture = each.find_element("css selector", "svg")
        assert picture.is_displayed() and picture.size["height"] > 50 and picture.size["width"] > 200
    ink = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ink == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
    folder = pathlib.Path(os.environ.get("SCREENSHOTS", tmp_path))
    assert driver.save_screenshot(str(folder / f"report-{width}{'-dark' if dark else ''}.png"))


def test_the_report_can_be_printed(whole, browser):
    browser.open((whole[0] / "report.html").as_uri())
    page = browser.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert len(page["data"]) > 10000 and browser.complaints() == []


# ------------------------------------------------------------------ what may go wrong


@pytest.mark.parametrize(
    "words, status, text",
    [
        (["--duration", "-1"], 2, "a time in seconds"),
        (["--from", "/nowhere"], 1, "/nowhere/results.json: No such file or directory"),
        (["--tiffd", "/bin/none"], 1, "/bin/none: no program"),
        (["--object", "/nowhere"], 2, "--object /nowhere: No such file or directory"),
    ],
)
def test_bad_words_are_named(tmp_path, words, status, text):
    got, _, errors = run(*words, "--out", tmp_path / "out", temporary=tmp_path / "tmp")
    assert got == status and text in errors and "Traceback" not in errors


def test_a_busy_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, _, errors = run("--port", port, *SMALL, "--out", tmp_path / "out", temporary=tmp_path / "tmp")
    assert status == 1 and f"--port {port}: Address already in use" in errors


def test_a_missing_tool_is_named(tmp_path):
    """Neither autocannon nor npm, and nobody who could install it."""
    place = tmp_path / "bin"
    place.mkdir()
    for name in ("gcc", "as", "ld", "sh", "python3", "dirname", "id", "lscpu"):
        (place / name).symlink_to(program(name))
    source = experiments.TOP / "tests/bench"
    code = (
        f"import sys; sys.path.insert(0, {str(source)!r}); sys.dont_write_bytecode = True\n"
        "from benchlib import tools\n"
        "from pathlib import Path\n"
        f"tools.TOP = Path({str(tmp_path)!r})\n"
        "tools.search_path = lambda: " + repr(str(place)) + "\n"
        "try: tools.install_npm('autocannon')\n"
        "except tools.ToolError as error: print('named:', error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={"PATH": str(place)})
    assert "named: " in done.stdout and "npm" in done.stdout, done.stderr


def workers_of(process):
    """The workers of the daemon that an experiment is measuring."""
    for child in children(process.pid):
        found = [pid for pid in children(child) if title(pid).startswith("tiffd: worker")]
        if found:
            return found
    return []


def title(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    return ""


def everyone_below(pid):
    found = [pid]
    for each in found:
        found += children(each)
    return found[1:]


def ended(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def loading(process):
    """A client of it runs: its run has begun."""
    return any("/client\0-p" in title(pid) for pid in children(process.pid))


def wait_during(process, condition, what):
    """If it has ended before, what it said tells why."""
    wait_until(lambda: process.poll() is not None or condition(), what, LONGEST)
    assert process.returncode is None, process.communicate()


def test_a_killed_worker_fails_the_run(tmp_path):
    out = tmp_path / "out"
    process = start("--duration", 3, "--repeat", 1, "--variants", "cached", *SMALL, "--out", out,
                    temporary=tmp_path / "tmp")
    with process:
        wait_during(process, lambda: loading(process) and workers_of(process), "a run")
        os.kill(workers_of(process)[0], signal.SIGKILL)
        output, errors = process.communicate(timeout=LONGEST)
    assert process.returncode == 1
    assert "cached, discard, round 1: " in errors
    assert re.search("1 of its processes ended during the run, 1 were started|errors, timeouts", errors)
    (bad,) = record.load(out).bad()
    assert "Nothing was compared" in output and bad.bad


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_end_before_its_time(tmp_path, number):
    """What was measured is reported; nothing is left behind, not even after SIGKILL."""
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    process = start("--duration", 1, "--repeat", 50, "--variants", "cached", *SMALL, "--out", out,
                    temporary=temporary)
    with process:
        wait_during(process, lambda: (out / record.FILE).exists() and loading(process), "a second run")
        below = everyone_below(process.pid)
        assert len(below) >= 3
        process.send_signal(number)
        _, errors = process.communicate(timeout=LONGEST)
    wait_until(lambda: all(ended(pid) for pid in below), "all processes have ended")
    told = record.load(out)
    assert any(not run_.bad for run_ in told.runs)
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number and told.ended_by == number.name
        assert f"it ended early ({number.name})" in (out / "report.md").read_text()
        assert list(temporary.iterdir()) == []
    assert "Traceback" not in errors


# ------------------------------------------------------------------ sweeps

SWEEP = f"""
import sys
sys.path.insert(0, {str(experiments.TOP / "tests/bench")!r})
sys.argv[0] = {str(SCRIPT)!r}
sys.dont_write_bytecode = True
from experiment import sweep
sweep.GIB = 8 << 20
sweep.SIZES, sweep.CONNECTIONS, sweep.DELAYS_MS = (1 << 10, 8 << 20), (1, 100), (1,)
sweep.ROUNDS, sweep.SECONDS, sweep.COLD_ROUNDS, sweep.MEMORY_LIMIT = 2, 0.3, 1, 6 << 20
source = open(sys.argv[0]).read().replace("Path(__file__)", f"Path({{sys.argv[0]!r}})")
exec(compile(source, sys.argv[0], "exec"))
"""


def test_a_sweep(tmp_path):
    """Smaller than a real one, and without embedded objects, which have to be built."""
    words = ["--sweep", "--duration", "1", "--repeat", "1", "--variants", "cached,streaming", *SMALL]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = subprocess.run([sys.executable, "-c", SWEEP, *words, "--out", tmp_path / "out"], text=True,
                          capture_output=True, timeout=LONGEST,
                          env={**os.environ, "TIFFD": PROGRAM, "TMPDIR": str(temporary)})
    assert done.returncode == 0, done.stderr
    assert list(temporary.iterdir()) == []
    told = record.load(tmp_path / "out")
    found = {(point.sweep, point.row, point.x): point for point in told.sweep}
    for row in ("cached", "streaming"):
        for sweep, x in (("sizes", 1 << 10), ("sizes", 8 << 20), ("connections", 1), ("connections", 100)):
            assert len(found[sweep, row, x].values["mb_s"]) == 2 and not found[sweep, row, x].failure
        assert found["cold cache", row, 1].values["first_whole_ms"]
    if not any("no limit of memory" in note for note in told.notes):
        failure = found["too little memory", "cached", 6 << 20].failure
        assert re.search(r"needs \d+ bytes of memory.* has \d+ left$", failure), failure
    if not any("no slow disk" in note for note in told.notes):
        slow = [found["slow disk", row, 1].values["mb_s"] for row in ("cached", "streaming")]
        assert max(slow[1]) < min(slow[0])
    assert "### Sizes" in (tmp_path / "out/report.md").read_text()


# ------------------------------------------------------------------ servers that are no good

FAKE = """
import socket, sys, threading, time
port, how = int(sys.argv[1]), sys.argv[2]
body = open(sys.argv[3], "rb").read()
begun = time.monotonic()
count = 0

def talk(peer):
    global count
    with peer:
        while peer.recv(65536):
            count += 1
            bad = count > 3
            if how == "status" and bad:
                peer.sendall(b"HTTP/1.1 500 No\\r\\nContent-Length: 2\\r\\n\\r\\nno")
            elif how == "short" and bad:
                peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nshort")
            elif how == "cut" and bad:
                peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\nx" % len(body))
                return
            elif how == "end" and bad:
                import os
                os._exit(3)
            else:
                peer.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)

with socket.create_server(("127.0.0.1", port)) as listener:
    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
"""


@pytest.mark.parametrize(
    "how, text",
    [
        ("good", ""),
        ("status", "errors, timeouts or responses that are not 200"),
        ("short", "short bodies: "),
        ("cut", "errors, timeouts or responses that are not 200"),
        ("end", "the server ended during the run, with status 3"),
    ],
)
def test_a_bad_server_is_named(tmp_path, how, text):
    root = tmp_path / "root"
    root.mkdir()
    (root / "tiff").write_bytes(bytes(10000))
    (tmp_path / "fake.py").write_text(FAKE)
    from benchlib import tools

    tools.build_c(tmp_path)
    site = Site(root, tmp_path, None, root / "tiff", False)
    command = (sys.executable, f"{tmp_path}/fake.py", "$port", how, "$root/tiff")
    subject = Subject("fake", servers.Server("fake", command))
    words = ["--duration", "0.5", "--patience", "0", "--connections", "2", "--clients", "discard"]
    chosen = options.read([*words, "--out", str(tmp_path / "out")], "", {})
    told = experiments.made({})
    told.rows = [record.Row("fake", "peer")]
    place = lab.Lab(chosen, site, told, tmp_path, Progress(1), lab.cores())
    result = measure.run(place, subject, "discard", 0)
    told.runs = [result]
    assert any(text in bad for bad in result.bad) if text else not result.bad, result.bad
    assert bool(experiment.problems(told)) == bool(text)


def test_the_line_of_progress():
    class Stream:
        def __init__(self, terminal):
            self.terminal, self.text = terminal, ""

        def isatty(self):
            return self.terminal

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    for terminal, expected in ((True, "\r\x1b[Kmeasuring: one; 1:40 left\r\x1b[Kmeasuring: two; 0:50 left"),
                               (False, "measuring: one; 1:40 left\n")):
        stream = Stream(terminal)
        progress = Progress(100, stream)
        progress.step("measuring", "one", 50)
        progress.step("measuring", "two", 50)
        assert stream.text == expected
