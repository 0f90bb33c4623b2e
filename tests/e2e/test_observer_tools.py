# SPDX-License-Identifier: BSD-2-Clause
"""Both pprof tools on URLs, without the program at hand: names come from the daemon alone."""

import os
import re
import shutil
import subprocess
import urllib.request

import pytest

import daemon as daemon_module
from client import connect, request
from daemon import DEADLINE, SAMPLE, free_port, wait_until
from observing import Observed, ask, load, needs_heap, rows_of, sampled, text
from viewers import pprof_pages

CALLERS = ("main", "worker_run")


@pytest.fixture
def tool(tmp_path):
    """tool(*words): the output of a pprof tool, in a directory of its own."""

    def run(*words):
        if shutil.which(words[0]) is None:
            pytest.skip(f"no {words[0]} here")
        environment = {
            **os.environ,
            "HOME": str(tmp_path),
            "PPROF_TMPDIR": str(tmp_path / "pprof"),
            "PPROF_BINARY_PATH": str(tmp_path / "none"),
        }
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def url(daemon, page, prefix="/debug/pprof/"):
    host, port = daemon.observer_address
    return f"http://{host}:{port}{prefix}{page}"


def go(tool, *words):
    """By itself it waits for half as long again as the profile takes."""
    return tool("go", "tool", "pprof", "-timeout=60", *words)


def assert_callers(table):
    """Rows of google-pprof lead to main."""
    for name in CALLERS:
        assert re.search(rf" {name}( \(inline\))?$", table, re.MULTILINE)


@pytest.mark.parametrize("prefix", ["/debug/pprof/", "/pprof/"])
def test_google_pprof(observe, tool, prefix):
    daemon = observe()
    with load(daemon):
        table = tool("google-pprof", "--text", "--seconds=2", url(daemon, "profile", prefix))
    assert_callers(table)


@needs_heap
@pytest.mark.parametrize("prefix", ["/debug/pprof/", "/pprof/"])
def test_google_pprof_on_the_heap(observe, tool, prefix):
    daemon = observe()
    with load(daemon):
        table = tool("google-pprof", "--text", "--alloc_space", url(daemon, "heap", prefix))
    assert_callers(table)


def own_functions():
    """The names of all functions of the program; a definition begins its line."""
    texts = (path.read_text() for path in daemon_module.TOP.glob("src/**/*.c"))
    return set(re.findall(r"^([a-z]\w*)\(", "\n".join(texts), re.MULTILINE))


def names_of(table):
    """Of the program's own functions in the rows of google-pprof, with the mark of inlined ones.
    Names in libraries depend on what debug information is installed."""
    names = {re.sub(r"^(\s*\S+){5} ", "", row) for row in table.splitlines() if "%" in row}
    own = own_functions()
    return {name for name in names if name.removesuffix(" (inline)") in own}


@needs_heap
def test_google_pprof_has_the_same_names_without_the_program(observe, tool, tmp_path):
    daemon = observe(workers=1, sample_bytes=1)
    program = shutil.which(daemon_module.PROGRAM)
    inlines = "-O0" not in daemon_module.build()

    def with_the_program():
        """The names that it has; None before the worker has begun, and until all kinds are there."""
        status, _, heap = ask(daemon, "/pprof/heap?format=legacy")
        if status != 200:
            return None
        mapped = re.sub(r"\S+/tiffd( \(deleted\))?$", program, heap.decode(), flags=re.M)
        (tmp_path / "heap").write_text(mapped)
        names = names_of(tool("google-pprof", "--text", "--alloc_space", program, "heap"))
        inlined = any(name.endswith(" (inline)") for name in names)
        return names if "worker_run" in names and inlined == inlines else None

    with load(daemon):
        before = wait_until(with_the_program, "samples")
    shown = names_of(tool("google-pprof", "--text", "--alloc_space", url(daemon, "heap")))
    assert before <= shown <= with_the_program()


@needs_heap
def test_google_pprof_on_allocs(observe, tool):
    """It asks for a number of seconds, and gets what was allocated meanwhile."""
    daemon = observe(sample_bytes=1)
    with load(daemon, requests=1):
        table = tool("google-pprof", "--text", "--alloc_space", "--seconds=1", url(daemon, "allocs"))
    assert_callers(table)


@needs_heap
def test_google_pprof_on_growth(observe, tool):
    daemon = observe()
    with load(daemon):
        assert tool("google-pprof", "--text", url(daemon, "growth")) is not None


@pytest.mark.parametrize("options", [[], ["format=legacy"]])
def test_go_on_the_cpu(observe, tool, options):
    daemon = observe()
    with load(daemon):
        rows = rows_of(go(tool, "-text", url(daemon, "&".join(["profile?seconds=2", *options]))))
    for name in CALLERS:
        assert sampled(rows, name) > 70
    assert not any(name.startswith("0x") for name in rows)


@needs_heap
@pytest.mark.parametrize(
    ("page", "index"),
    [
        ("heap", "inuse_space"),
        ("heap", "alloc_space"),
        ("allocs", "alloc_space"),
        ("allocs", "inuse_space"),
    ],
)
def test_go_on_the_heap(observe, tool, page, index):
    daemon = observe()
    with load(daemon):
        table = go(tool, "-text", f"-sample_index={index}", url(daemon, page))
    assert f"Type: {index}\n" in table
    for name in CALLERS:
        assert sampled(rows_of(table), name) > 50


@needs_heap
def test_a_worker_that_does_nothing_has_a_heap(observe):
    """With the default of sample_bytes; the index says how much that is."""
    daemon = observe(workers=1, sample_bytes="64k")

    def table():
        return text(daemon, "/debug/pprof/heap?format=text")

    wait_until(lambda: "worker_run" in rows_of(table()), "samples")
    assert re.search(r'<td class="count">[0-9.]+[kM]B</td><td><a href="/debug/pprof/heap',
                     text(daemon, "/debug/pprof/"))


@needs_heap
def test_go_takes_the_default_of_the_page(observe, tool):
    daemon = observe()
    assert "Type: inuse_space\n" in go(tool, "-text", url(daemon, "heap"))
    assert "Type: alloc_space\n" in go(tool, "-text", url(daemon, "allocs"))


def test_go_on_a_host_alone(observe, tool):
    daemon = observe()
    host, port = daemon.observer_address
    with load(daemon):
        table = go(tool, "-seconds=1", "-text", f"{host}:{port}")
    assert sampled(rows_of(table), "main") > 70


def test_differences(observe, tool):
    daemon = observe()
    with load(daemon):
        pages = [url(daemon, "profile?seconds=1") for _ in range(2)]
        assert "flat%" in go(tool, "-text", "-diff_base", *pages)


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("threadcreate", "worker_process"),
        ("threadcreate?debug=1", "observer_process"),
        ("goroutine", "connection_idle"),
    ],
)
def test_go_on_counts(observe, tool, page, name):
    daemon = observe()
    with connect(daemon) as client:
        client.send(request("GET", "/o"))
        client.response()
        assert name in rows_of(go(tool, "-text", url(daemon, page)))


def test_labels(observe, tool):
    daemon = observe(hz=1000)
    with load(daemon), load(daemon, "/streamed"):
        page = url(daemon, "profile?seconds=2")
        tags = go(tool, "-tags", page)
        rows = rows_of(go(tool, "-text", "-tagfocus=variant=cached", page))
    for name in (" worker: ", " variant: ", " object: ", " cached", " streaming", " /o", " /streamed"):
        assert name in tags
    assert "sender_push" in rows
    assert "epoll_wait" not in rows


def test_the_web_pages_of_go(observe, tmp_path):
    """What `go tool pprof -http` makes of a profile fetched from the daemon."""
    daemon = observe(workers=1, hz=1000)
    with load(daemon), pprof_pages(url(daemon, "profile?seconds=1"), tmp_path) as pages:
        for page in ("top", "flamegraph"):
            with urllib.request.urlopen(pages + page, timeout=DEADLINE) as response:
                assert "worker_run" in response.read().decode()


SCRAPERS = {
    # The paths and fields of Grafana Alloy (pyroscope.scrape), which takes nothing but
    # application/octet-stream, and of Parca. Both leave it to Go's client to ask for gzip.
    "alloy": ("allocs", "block", "goroutine", "mutex", "profile?seconds=1"),
    "parca": (
        "allocs?seconds=1",
        "block?seconds=1",
        "goroutine",
        "mutex?seconds=1",
        "profile?seconds=1",
        "threadcreate?debug=0",
    ),
}


@needs_heap
@pytest.mark.parametrize("scraper", SCRAPERS)
def test_scrapers(observe, tool, tmp_path, scraper):
    """Every page is profile.proto that pprof's own parser takes, with a type and a period."""
    daemon = observe()
    with load(daemon):
        for number, page in enumerate(SCRAPERS[scraper]):
            accept = {"Accept-Encoding": "gzip", "User-Agent": scraper}
            status, fields, content = ask(daemon, "/debug/pprof/" + page, **accept)
            assert (status, fields["content-type"]) == (200, "application/octet-stream"), page
            (tmp_path / f"{number}.pb.gz").write_bytes(content)
            raw = go(tool, "-raw", f"{number}.pb.gz")
            assert re.search(r"^PeriodType: \w+ \w+$", raw, re.M), page
            assert re.search(r"^Samples:\n\w+/\w+", raw, re.M), page
            assert int(re.search(r"^Period: (\d+)", raw, re.M)[1]) > 0 or "profile" in page


def test_sources_are_found_anywhere(observe, tool, tmp_path):
    """Names are absolute, so list finds files from any directory, and -trim_path takes them off."""
    daemon = observe(workers=1, hz=1000)  # a busy machine leaves little CPU time
    with load(daemon):
        tool("curl", "-s", "-o", "cpu.pb.gz", url(daemon, "profile?seconds=2&format=proto"))
    page = go(tool, "-list", "^worker_run$", "cpu.pb.gz")
    assert re.search(r"^ROUTINE =+ worker_run in /\S+/src/worker/worker\.c$", page, re.M)
    assert re.search(r"^ +\S+ +\S+ +\d+:.*turn\(", page, re.M), page
    go(tool, "-weblist", "^worker_run$", "-output=page.html", "cpu.pb.gz")
    assert "/src/worker/worker.c" in (tmp_path / "page.html").read_text()
    program = shutil.which(daemon_module.PROGRAM)
    instruction = r" +[0-9]\S+s +[0-9a-f]+: +\w+"  # with a time
    listing = go(tool, "-disasm", "worker_run", program, "cpu.pb.gz")
    assert re.search(r"^ROUTINE =+ worker_run$", listing, re.M)
    assert re.search(instruction, listing), listing
    go(tool, "-weblist", "^worker_run$", "-output=page.html", program, "cpu.pb.gz")
    assert re.search(instruction, (tmp_path / "page.html").read_text())
    top = str(daemon_module.TOP.resolve())
    lines = go(tool, "-text", "-lines", "-trim_path", top, "cpu.pb.gz")
    assert re.search(r" main src/main\.c:\d+$", lines, re.M), lines


@pytest.fixture
def stripped(tmp_path, monkeypatch):
    """stripped(where=None): the program without symbols; what was taken off is in where."""

    def run(where=None):
        program = tmp_path / "stripped"
        shutil.copy(shutil.which(daemon_module.PROGRAM), program)
        (tmp_path / "full").write_bytes(program.read_bytes())
        subprocess.run(["objcopy", "--remove-section=.note.gnu.build-id", program], check=True)
        if where:
            where.parent.mkdir(exist_ok=True)
            subprocess.run(["objcopy", "--only-keep-debug", program, where], check=True)
        subprocess.run(["strip", program], check=True)
        if where:
            subprocess.run(["objcopy", f"--add-gnu-debuglink={where}", program], check=True)
        monkeypatch.setattr(daemon_module, "PROGRAM", str(program))

    return run


def start_in_place(start, port):
    """The program stays where it is, as it does with its debug information beside it."""
    ini = f"""
[server]
workers = 1
[debug]
listen = 127.0.0.1:{port}
[asset /o]
file = {SAMPLE}
"""
    daemon = start(ini, kind=Observed)
    daemon.observer_address = ("127.0.0.1", port)
    daemon.wait_log("started: ")
    return daemon


@pytest.mark.parametrize("where", ["stripped.debug", ".debug/stripped.debug"])
def test_debug_information_beside_the_program(start, stripped, tmp_path, where):
    stripped(tmp_path / where)
    daemon = start_in_place(start, free_port())
    with load(daemon):
        rows = rows_of(text(daemon, "/debug/pprof/profile?seconds=1&format=text"))
    assert sampled(rows, "worker_run") > 70


def test_a_program_without_symbols(start, stripped, tool, tmp_path):
    """No names are claimed, so pprof looks them up in the full program."""
    stripped()
    daemon = start_in_place(start, free_port())
    with load(daemon):
        tool("curl", "-s", "-o", "cpu.pb.gz", url(daemon, "profile?seconds=2&format=proto"))
    assert "worker_run" not in rows_of(go(tool, "-text", "cpu.pb.gz"))
    rows = rows_of(go(tool, "-text", "full", "cpu.pb.gz"))
    assert sampled(rows, "worker_run") > 70
