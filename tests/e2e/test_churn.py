# SPDX-License-Identifier: BSD-2-Clause
"""Connections that move, reset, half-close and linger while workers are killed and replaced:
everybody whose worker lives gets every byte, and nothing is left over.

CHURN_SECONDS says how long (2), CHURN_SEED what happens.
"""

import contextlib
import os
import random
import signal
import socket
import struct
import time
import urllib.request

import pytest

from client import connect, connect_narrowly, half_close, request
from daemon import wait_until
from meanwhile import meanwhile

SECONDS = float(os.environ.get("CHURN_SECONDS", "2"))
SEED = os.environ.get("CHURN_SEED") or str(time.time_ns())
CPUS = sorted(os.sched_getaffinity(0))
CLIENTS = 8
LARGE = request("GET", "/large")
SMALL = request("GET", "/small")

INI = """
[server]
workers = 2
{server}
[log]
level = info
[asset /large]
file = {directory}/large
variant = {variant}
[asset /small]
file = {directory}/small
"""


class Churn:
    """What clients do, each in a thread of its own."""

    def __init__(self, daemon, large, small):
        self.daemon = daemon
        self.large = large
        self.small = small
        self.responses = 0
        self.kills = 0  # a worker's death cuts what it was at; odd while one is at hand
        self.failures = []

    def answered(self, client, target):
        """Reads one response; false when it is the last, for the worker drains."""
        response = client.response()
        assert response.body == (self.large if target == LARGE else self.small)
        return not response.close

    def whole(self, dice):
        with connect(self.daemon) as client:
            for _ in range(dice.randint(1, 3)):
                client.send(LARGE)
                if not self.answered(client, LARGE):
                    break

    def pipelined(self, dice):
        targets = [dice.choice((LARGE, SMALL)) for _ in range(dice.randint(2, 5))]
        with connect(self.daemon) as client:
            client.send(b"".join(targets))
            for target in targets:
                if not self.answered(client, target):
                    break

    def half_closed(self, dice):
        dial = dice.choice((connect, connect_narrowly))
        with dial(self.daemon) as client:
            client.send(request("GET", "/large", *dice.choice(((), ("Connection: close",)))))
            half_close(client)
            assert client.response().body == self.large
            assert client.closed()

    def reset(self, dice):
        with connect(self.daemon) as client:
            client.send(LARGE)
            for _ in range(dice.choice((0, 0, 1, 3))):
                client.fill()
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def left(self, dice):
        dial = dice.choice((connect, connect_narrowly))
        with dial(self.daemon) as client:
            client.send(dice.choice((b"", SMALL, LARGE, LARGE + SMALL, b"GET /la")))

    def client(self, number):
        dice = random.Random(f"{SEED} {number}")

        def run(ended):
            while not ended.is_set() and not self.failures:
                os.sched_setaffinity(0, {dice.choice(CPUS)})
                acts = (self.whole, self.pipelined, self.half_closed, self.reset, self.left)
                act, kills = dice.choice(acts), self.kills
                try:
                    act(dice)
                    self.responses += 1
                except (AssertionError, OSError) as failure:
                    if kills == self.kills and kills % 2 == 0:
                        self.failures.append((act.__name__, failure))

        return run


def total(daemon, name):
    """A number of /metrics, of all workers together."""
    with urllib.request.urlopen(f"{daemon.debug_url}/metrics", timeout=20) as page:
        lines = page.read().decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name} "))


@contextlib.contextmanager
def affinity_kept():
    before = os.sched_getaffinity(0)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize("variant", ["cached", "streaming"])
def test_churn(start, tmp_path, variant):
    dice = random.Random(SEED)
    large, small = dice.randbytes(1 << 20), b"small"
    (tmp_path / "large").write_bytes(large)
    (tmp_path / "small").write_bytes(small)
    ini = INI.format(directory=tmp_path, variant=variant, server="send_max_chunk = 64k")
    daemon = start(ini, debug=True)
    daemon.expect_log(r"worker \d: process \d+ was ended by signal 9")
    churn = Churn(daemon, large, small)
    generation = 0
    with affinity_kept(), meanwhile(*[churn.client(number) for number in range(CLIENTS)]):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not churn.failures:
            before = churn.responses
            wait_until(lambda before=before: churn.failures or churn.responses > before + 20, "responses")
            if dice.random() < 0.5:
                generation += 1
                daemon.send_signal(signal.SIGHUP)
                daemon.wait_log(f"generation {generation} serves")
                if generation > 1:  # too many at a time, and the oldest ends at once
                    daemon.wait_log(f"generation {generation - 2} has ended")
            else:
                churn.kills += 1
                with contextlib.suppress(ProcessLookupError):
                    os.kill(dice.choice(daemon.all_workers(2)), signal.SIGKILL)
                churn.kills += 1
    assert not churn.failures, "\n".join([f"CHURN_SEED={SEED}", *daemon.lines()[-30:]])
    wait_until(lambda: total(daemon, "tiffd_connections") == 0, "all connections end")
    assert total(daemon, "tiffd_stale_events_total") == 0
