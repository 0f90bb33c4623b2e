# SPDX-License-Identifier: BSD-2-Clause
"""A thousand sequences of requests, see sequences.py. SEQUENCES=N asks for so many of each kind, SEED=N
for those from a number on: a failure names its own."""

import contextlib
import os
import random
import re
import signal

import pytest

from daemon import wait_until
from sequences import Crowd, Repertoire

COUNT = int(os.environ.get("SEQUENCES", "100"))
SEED = int(os.environ.get("SEED", "0"))
INI = """
[server]
variant = {variant}
header_timeout = 5m
keepalive_timeout = 5m
send_timeout = 5m
linger_timeout = 1m
{server}
[log]
level = notice
[asset /small]
file = {small}
[asset /object]
file = {object}
"""
VARIANTS = ["cached", "embedded", "streaming"]
EMBEDDED = {"small": "index.html", "object": "sample.webp"}  # of a default build, about as large
SETTINGS = {
    "default": (2, ""),
    "small": (
        3,
        "send_max_chunk = 4k\nmax_senders = 1\nkeepalive_requests = 3\nsndbuf = 0\ntransmit = sendfile",
    ),
    "steered": (3, "send_max_chunk = 16k\nsteering = cpu\naffinity = cpu\nsndbuf = 4k"),
}
REQUESTS = {"small": 3}


@pytest.fixture(params=SETTINGS)
def settings(request):
    return request.param


def files_in(directory, content):
    (directory / "small").write_bytes(content[:99])
    (directory / "object").write_bytes(content[100:250_000])
    return {name: directory / name for name in EMBEDDED}


@pytest.fixture
def served(start, tmp_path, content, settings):
    """A daemon with these settings in the variant that is asked for."""

    def run(variant):
        files = EMBEDDED if variant == "embedded" else files_in(tmp_path, content)
        workers, server = SETTINGS[settings]
        server = f"workers = {workers}\n{server}"
        daemon = start(INI.format(variant=variant, server=server, **files))
        daemon.wait_log("started: ")
        return daemon

    return run


@pytest.mark.parametrize("variant", VARIANTS)
def test_sequences(served, settings, variant):
    """What the clients saw is what the daemon has counted."""
    daemon = served(variant)
    repertoire = Repertoire(daemon)
    crowd = Crowd(daemon, repertoire, requests=REQUESTS.get(settings, 0))
    crowd.run(SEED, COUNT)
    daemon.send_signal(signal.SIGTERM)
    line = daemon.wait_log("served ")
    requests, octets, connections = map(int, re.findall(r"\d+", line.partition("served ")[2]))
    assert connections == COUNT + repertoire.count
    assert octets == crowd.octets + repertoire.seen
    assert requests == crowd.responses + repertoire.count


def let_reloads_end(daemon):
    """The last one that was asked for, too: while a generation drains, its responses close."""

    def count(pattern):
        return sum(bool(re.search(pattern, line)) for line in daemon.lines())

    before = count(": reloading ")
    daemon.send_signal(signal.SIGHUP)
    wait_until(
        lambda: before < count(": reloading ") == count(r": generation \d+ serves$|: reload failed: "),
        "no reload is under way",
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_rough_sequences(served, settings, variant):
    """The same with clients that reset, while the daemon reloads and its workers are killed: what comes
    is right as far as it comes."""
    daemon = served(variant)
    daemon.expect_log(r"ended by signal 9|ended before it served")
    repertoire = Repertoire(daemon)
    draw = random.Random(SEED)
    reloads = 0

    def disturb(number):
        nonlocal reloads
        workers = daemon.workers()
        if number % 2 and workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(workers), signal.SIGKILL)
        elif number % 4 == 0:
            reloads += 1
            daemon.send_signal(signal.SIGHUP)

    Crowd(daemon, repertoire, rough=True).run(SEED, COUNT, meanwhile=disturb)
    let_reloads_end(daemon)
    wait_until(lambda: len(daemon.workers()) == SETTINGS[settings][0], "all workers are there")
    Crowd(daemon, repertoire, requests=REQUESTS.get(settings, 0)).run(SEED, 20)
