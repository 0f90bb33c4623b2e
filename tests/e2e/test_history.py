# SPDX-License-Identifier: BSD-2-Clause
"""/debug/history: what the daemon had counted at each of the last seconds."""

import json
import os
import re
import signal
import time

import pytest

from client import fetch
from daemon import SAMPLE, wait_until
from observing import ask, load, text

TOTALS = ("requests", "sent_bytes", "accepted", "stalls", "reads", "cpu_seconds", "restarts")


def history(daemon, seconds=600):
    return json.loads(text(daemon, f"/debug/history?seconds={seconds}"))


def wait_samples(daemon, count):
    """The history, once it has as many samples."""

    def there():
        found = history(daemon)
        return found if len(found["time_seconds"]) >= count else None

    return wait_until(there, f"{count} samples")


def wait_last(daemon, name, value):
    wait_until(lambda: history(daemon)[name][-1:] == [value], f"{name} {value}")


def metric(daemon, pattern):
    return sum(float(value) for value in re.findall(rf"^{pattern} (\S+)$", text(daemon, "/metrics"), re.M))


@pytest.fixture
def observed(observe):
    return observe(workers=2)


def test_the_last_second_is_what_the_metrics_say(observed):
    for _ in range(3):
        fetch(observed, target="/o")
    wait_last(observed, "requests_total", 3)
    last = {name: values[-1] for name, values in history(observed).items() if name != "interval_seconds"}
    assert last["sent_bytes_total"] == metric(observed, "tiffd_sent_bytes_total") > 3 * SAMPLE.stat().st_size
    assert last["accepted_total"] == metric(observed, "tiffd_accepted_total") == 3
    assert 0 < last["cpu_seconds_total"] <= metric(observed, "tiffd_cpu_seconds_total")
    assert last["pss_bytes"] > 0
    assert last["generation"] == 0


def test_samples_are_a_second_apart_and_totals_never_go_back(observed):
    with load(observed):
        found = wait_samples(observed, 4)
    assert found["interval_seconds"] == 1
    times = found["time_seconds"]
    assert all(later > earlier for earlier, later in zip(times, times[1:]))
    for name in TOTALS:
        values = found[f"{name}_total"]
        assert len(values) == len(times)
        assert values == sorted(values), name
    assert max(found["connections"]) > 0
    assert history(observed, 2)["time_seconds"][0] >= times[-2]


def test_quantiles_are_those_of_their_second(observed):
    wait_samples(observed, 1)  # the first one has no second before it to compare with
    fetch(observed, target="/o")
    wait_last(observed, "requests_total", 1)

    def quiet():
        return history(observed)["transfer_p50_seconds"][-1] is None

    wait_until(quiet, "a second without requests")
    found = history(observed)
    for name in ("time_to_first_byte", "transfer"):
        half, most = ([v for v in found[f"{name}_p{part}_seconds"] if v is not None] for part in (50, 99))
        assert len(half) == len(most) == 1
        assert 0 < half[0] <= most[0]


def test_it_goes_on_after_a_reload_and_a_crash(observed):
    fetch(observed, target="/o")
    wait_last(observed, "requests_total", 1)
    observed.expect_log("worker 0: process .* ended by signal 9")
    os.kill(observed.named("worker 0"), signal.SIGKILL)
    wait_last(observed, "restarts_total", 1)
    before = len(history(observed)["time_seconds"])
    observed.send_signal(signal.SIGHUP)
    wait_until(lambda: history(observed)["generation"][-1:] == [1], "the next generation")
    found = history(observed)
    assert len(found["time_seconds"]) > before
    assert found["requests_total"][-1] == 1
    assert found["restarts_total"][-1] == 1


def test_the_parameter(observed):
    status, _, content = ask(observed, "/debug/history?seconds=0")
    assert status == 400
    assert b'seconds: "0"; accepted: 1 to 3600' in content


def test_without_an_observer_nothing_is_sampled(start):
    """The master of an idle daemon sleeps."""
    daemon = start(f"[server]\nworkers = 1\n[asset /o]\nfile = {SAMPLE}\n")
    daemon.wait_log("started: ")

    def switches():
        with open(f"/proc/{daemon.pid}/status") as status:
            return re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read(), re.M)[1]

    before = switches()
    fetch(daemon, target="/o")
    time.sleep(2.5)  # time in which it would have woken up twice
    assert switches() == before
