# SPDX-License-Identifier: BSD-2-Clause
"""The lines of schedtrace and alloctrace on standard error, and TIFFD_DEBUG."""

import re
import subprocess

import pytest

from client import fetch
from daemon import DEADLINE, PROGRAM, SAMPLE, Daemon, wait_until

INI = f"""
[server]
workers = 2
[asset /o]
file = {SAMPLE}
"""

LISTED = r"\[(?:\d+|-) (?:\d+|-)\]$"
SCHED = re.compile(
    r"SCHED (\d+)ms: workers=\d+ idleworkers=\d+ draining=\d+ conns=\d+ idleconns=\d+ runnable=\d+ "
    r"accepts=\d+ requests=\d+ stalls=\d+ turns=\d+ reads=\d+ switches=\d+ rundelay=\d+ " + LISTED
)
ALLOC = re.compile(
    r"ALLOC (\d+)ms: inuse=\d+ heap=\d+ freepages=\d+ threadcache=\d+ centralcache=\d+ released=\d+ "
    r"allocs=\d+ " + LISTED
)


class Tracing(Daemon):
    """Its lines are taken out of the log before that is checked."""

    def lines(self):
        return [line for line in super().lines() if not re.match("SCHED|ALLOC", line)]

    def traced(self, pattern):
        """The lines that are as they should be; there are no others of the kind."""
        found = [line for line in super().lines() if line[:5] == pattern.pattern[:5]]
        matches = [pattern.match(line) for line in found]
        assert all(matches), found
        return matches


def field(match, name):
    return int(re.search(rf" {name}=(\d+)", match[0])[1])


@pytest.fixture
def trace(start):
    def run(*options):
        daemon = start(INI, *options, kind=Tracing)
        daemon.wait_log("started: ")
        return daemon

    return run


def wait_lines(daemon, pattern, count):
    return wait_until(
        lambda: len(daemon.traced(pattern)) >= count and daemon.traced(pattern), f"{count} lines"
    )


def test_scheduling(trace):
    daemon = trace("-o", "debug.schedtrace=100ms")
    for _ in range(10):
        assert fetch(daemon, target="/o").status == 200
    seen = len(daemon.traced(SCHED))
    lines = wait_lines(daemon, SCHED, seen + 3)
    times = [int(line[1]) for line in lines]
    assert times == sorted(times)
    assert sum(field(line, "requests") for line in lines) == 10
    assert sum(field(line, "accepts") for line in lines) == 10
    assert sum(field(line, "turns") for line in lines) >= 10
    assert field(lines[-1], "workers") == 2
    assert field(lines[-1], "idleworkers") == 2
    assert lines[-1][0].endswith(" [0 0]")
    with daemon.connect():
        wait_until(lambda: field(daemon.traced(SCHED)[-1], "conns") == 1, "a connection")
        line = daemon.traced(SCHED)[-1][0]
        assert line.endswith(" [1 0]") or line.endswith(" [0 1]")
    assert daemon.traced(ALLOC) == []


def test_allocator(trace):
    daemon = trace("-o", "debug.alloctrace=100ms")
    line = wait_lines(daemon, ALLOC, 2)[-1]
    heap, in_use = field(line, "heap"), field(line, "inuse")
    if heap == 0:
        pytest.skip("this build is without tcmalloc")
    assert 0 < in_use < heap
    free = sum(field(line, name) for name in ("freepages", "threadcache", "centralcache"))
    assert in_use + free == heap
    assert daemon.traced(SCHED) == []


def test_a_reload_changes_the_period(trace):
    daemon = trace("-o", "debug.alloctrace=1h")
    daemon.ini.write_text(INI + "[debug]\nschedtrace = 50ms\n")
    daemon.reload()
    wait_lines(daemon, SCHED, 2)
    daemon.ini.write_text(INI)
    daemon.reload()
    assert daemon.traced(ALLOC) == []


def test_counters_of_a_reload_are_not_lost(trace):
    """What a generation has served is in one line, also when that is written after its end."""
    daemon = trace("-o", "debug.schedtrace=200ms")
    for _ in range(3):
        assert fetch(daemon, target="/o").status == 200
        daemon.reload()
    seen = len(daemon.traced(SCHED))
    lines = wait_lines(daemon, SCHED, seen + 2)
    assert sum(field(line, "requests") for line in lines) == 3


def test_the_environment(start, tmp_path):
    """It sets both; the command line has the last word."""
    daemon = Tracing(tmp_path, INI, "-o", "debug.alloctrace=0")
    daemon.environment = "TIFFD_DEBUG=schedtrace=100,alloctrace=100"
    with daemon:
        wait_lines(daemon, SCHED, 2)
        assert daemon.traced(ALLOC) == []


@pytest.mark.parametrize(
    "text",
    ["schedtrace", "gctrace=1", "schedtrace=1s", "alloctrace=-1", "schedtrace=400,schedtrace=300"],
)
def test_a_bad_environment_is_explained(text, tmp_path):
    result = subprocess.run(
        [PROGRAM, "-t", "-c", "/dev/null"],
        env={"TIFFD_DEBUG": text},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert result.returncode == 2
    found = text.rpartition(",")[2]
    assert result.stderr.startswith(f'tiffd: TIFFD_DEBUG: "{found}"; accepted: ')
