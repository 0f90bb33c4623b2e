# SPDX-License-Identifier: BSD-2-Clause
"""The pages with numbers: what they say is what has happened, and counters never go back."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from client import connect_narrowly, fetch, request
from daemon import DEADLINE, SAMPLE, TOP, alive, wait_until
from meanwhile import meanwhile

INI = f"""
[server]
workers = 2
worker_connections = 10
[asset /o]
file = {SAMPLE}
[asset /s]
file = {SAMPLE}
variant = streaming
"""
SIZE = SAMPLE.stat().st_size
HISTOGRAMS = {
    "tiffd_time_to_first_byte_seconds",
    "tiffd_transfer_seconds",
    "tiffd_stall_seconds",
    "tiffd_body_bytes",
}


def ask(daemon, path):
    with urllib.request.urlopen(daemon.debug_url + path, timeout=DEADLINE) as response:
        return response.headers["content-type"], response.read().decode()


def scrape(daemon):
    """Sample, with its labels as they are written -> value."""
    lines = ask(daemon, "/metrics")[1].splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def variables(daemon):
    return json.loads(ask(daemon, "/debug/vars")[1])


def health(daemon):
    try:
        return ask(daemon, "/healthz")[1]
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


def sum_of(samples, name):
    """Of all series of this name."""
    return sum(value for key, value in samples.items() if re.match(name + r"($|\{)", key))


def gone_back(before, after):
    """The counters of the daemon as a whole that are less than they were."""
    names = [name for name in before if re.search(r"_(total|bucket|sum|count)($|\{)", name)]
    names = [name for name in names if "worker=" not in name]
    assert len(names) > 60
    return {name: (before[name], after[name]) for name in names if after[name] < before[name]}


@pytest.fixture
def numbered(start):
    daemon = start(INI, debug=True)
    daemon.wait_log("started: ")
    return daemon


def get(daemon, path, count):
    for _ in range(count):
        assert fetch(daemon, target=path).status == 200


def test_metrics_are_as_prometheus_wants_them(numbered):
    get(numbered, "/o", 3)
    kind, text = ask(numbered, "/metrics")
    assert kind.startswith("text/plain; version=0.0.4")
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here (scripts/deps viewers)")
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# What Prometheus 2.45 sends, and what a browser does.
SCRAPER = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
SCRAPER += "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
ACCEPTED = [
    (SCRAPER, "application/openmetrics-text"),
    ("application/openmetrics-text; version=1.0.0; q=0.5, text/plain;q=0.5", "application/openmetrics-text"),
    ("application/openmetrics-text;q=0.4,text/plain;version=0.0.4;q=0.5", "text/plain"),
    ("application/openmetrics-text;q=0", "text/plain"),
    ("text/html,application/xhtml+xml,*/*;q=0.8", "text/plain"),
]


@pytest.mark.parametrize("accept, expected", ACCEPTED)
def test_open_metrics_are_for_those_who_want_them(numbered, accept, expected):
    query = urllib.request.Request(numbered.debug_url + "/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(query, timeout=DEADLINE) as response:
        assert response.headers["content-type"].partition(";")[0] == expected
        assert response.read().endswith(b"\n# EOF\n") == ("openmetrics" in expected)


def test_open_metrics_are_what_the_standard_says(numbered):
    """By the parser of Prometheus' own client library, which is strict."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    get(numbered, "/o", 3)
    query = urllib.request.Request(numbered.debug_url + "/metrics", headers={"Accept": SCRAPER})
    with urllib.request.urlopen(query, timeout=DEADLINE) as response:
        families = list(parser.text_string_to_metric_families(response.read().decode()))
    kinds = {family.name: family.type for family in families}
    assert kinds["tiffd_requests"] == "counter"
    assert kinds["tiffd_build"] == "info"
    assert kinds["tiffd_section_transfer_seconds"] == "histogram"
    old = {line.split()[2] for line in ask(numbered, "/metrics")[1].splitlines() if line.startswith("# TYPE")}
    assert {re.sub("_(total|info)$", "", name) for name in old} == set(kinds)


def section(samples, name, path):
    """The count and the sum of a histogram of one section, of all variants."""
    pattern = rf'tiffd_section_{name}_seconds_(count|sum){{section="{path}",'
    found = {match[1]: value for key, value in samples.items() if (match := re.match(pattern, key))}
    return found["count"], found["sum"]


def test_latency_by_section(numbered):
    get(numbered, "/o", 3)
    get(numbered, "/s", 2)
    assert fetch(numbered, target="/none").status == 404
    samples = scrape(numbered)
    for name in ("time_to_first_byte", "transfer"):
        assert section(samples, name, "/o")[0] == 3
        assert section(samples, name, "/s")[0] == 2
        assert samples[f"tiffd_{name}_seconds_count"] == 6
    assert 'tiffd_section_stall_seconds_count{section="/s",variant="streaming"}' in samples


def test_a_slow_client_is_in_its_section(numbered):
    """A pause of the client, by the client's clock; across a reload."""
    with connect_narrowly(numbered) as client:
        client.send(request("GET", "/o"))
        wait_until(lambda: scrape(numbered)["tiffd_stalls_total"] > 0, "a full socket")
        began = time.monotonic()
        time.sleep(0.3)
        pause = time.monotonic() - began
        client.response()
    took = time.monotonic() - began
    samples = scrape(numbered)
    stalls, stalled = section(samples, "stall", "/o")
    assert stalls >= 1 and stalled >= pause
    assert pause <= section(samples, "transfer", "/o")[1] <= took + DEADLINE
    assert section(samples, "time_to_first_byte", "/o")[1] < section(samples, "transfer", "/o")[1]
    assert section(samples, "stall", "/s") == (0, 0)
    numbered.reload()
    assert section(scrape(numbered), "stall", "/o") == (stalls, stalled)


def test_what_is_counted(numbered):
    get(numbered, "/o", 3)
    get(numbered, "/s", 2)
    assert fetch(numbered, target="/none").status == 404
    samples = scrape(numbered)
    assert samples['tiffd_requests_total{class="2xx"}'] == 5
    assert samples['tiffd_requests_total{class="4xx"}'] == 1
    assert samples["tiffd_accepted_total"] == 6
    assert 5 * SIZE < samples["tiffd_sent_bytes_total"] < 5 * SIZE + 6000
    assert samples['tiffd_object_sent_bytes_total{path="/o",variant="cached"}'] == 3 * SIZE
    assert samples['tiffd_object_requests_total{path="/s",variant="streaming"}'] == 2
    assert samples["tiffd_processes"] == 4
    assert samples["tiffd_connection_limit"] == variables(numbered)["totals"]["connection_limit"] == 2 * 10
    assert sum_of(samples, "tiffd_worker_requests_total") == 6
    assert samples["tiffd_body_bytes_sum"] >= 5 * SIZE
    assert samples["tiffd_transfer_seconds_count"] == 6
    assert 0 < samples["tiffd_transfer_seconds_sum"] < 20
    assert samples["tiffd_pss_bytes"] > 100000
    assert {name for name in HISTOGRAMS if f"{name}_count" in samples} == HISTOGRAMS


def test_cost_is_told_where_it_is_known(numbered):
    get(numbered, "/s", 3)
    name = 'tiffd_variant_cpu_seconds_per_byte{variant="streaming",by="process"}'
    before = scrape(numbered)
    assert before[name] == pytest.approx(
        before["tiffd_cpu_seconds_total"] / before["tiffd_sent_bytes_total"], rel=0.5
    )
    get(numbered, "/o", 1)
    assert not [name for name in scrape(numbered) if "seconds_per_byte" in name]


def test_cost_by_samples(start, tmp_path):
    """With a CPU profile each variant has its own, however they mix."""
    daemon = start(INI, f"--cpuprofile={tmp_path}/p", debug=True)
    daemon.wait_log("started: ")
    end = time.monotonic() + 20
    names = [
        f'tiffd_variant_cpu_seconds_total{{generation="0",variant="{variant}"}}'
        for variant in ("cached", "streaming")
    ]
    samples = {}
    while not all(samples.get(name, 0) > 0.05 for name in names):
        assert time.monotonic() < end
        get(daemon, "/o", 50)
        get(daemon, "/s", 50)
        samples = scrape(daemon)
    assert sum(samples[name] for name in names) < samples["tiffd_cpu_seconds_total"]
    for name, path in zip(names, ("o", "s")):
        variant = name.split('"')[3]
        cost = f'tiffd_variant_cpu_seconds_per_byte{{variant="{variant}",by="samples"}}'
        sent = samples[f'tiffd_object_sent_bytes_total{{path="/{path}",variant="{variant}"}}']
        assert samples[cost] == pytest.approx(samples[name] / sent, rel=0.01)
    assert not [name for name in samples if 'by="process"' in name]


def test_an_object_in_another_variant_is_another(numbered):
    get(numbered, "/o", 2)
    numbered.ini.write_text(INI.replace("workers = 2", "workers = 2\nvariant = streaming"))
    numbered.reload()
    wait_until(lambda: scrape(numbered)["tiffd_generation"] == 1, "a reload")
    get(numbered, "/o", 1)
    samples = scrape(numbered)
    assert samples['tiffd_object_requests_total{path="/o",variant="streaming"}'] == 1
    assert samples['tiffd_requests_total{class="2xx"}'] == 3


def leaves(value, name=""):
    """The names of the members of a JSON value."""
    if isinstance(value, dict):
        return {key for key in value if not key.startswith("/")}.union(
            *(leaves(item, key) for key, item in value.items() if key != "status")
        )
    if isinstance(value, list):
        return set().union(*(leaves(item, name) for item in value))
    return set()


def test_the_manual_has_every_number(start, tmp_path):
    daemon = start(INI, f"--cpuprofile={tmp_path}/p", debug=True)
    daemon.wait_log("started: ")
    get(daemon, "/o", 1)
    manual = (TOP / "man" / "tiffd-metrics.7").read_text()
    families = re.findall("^# TYPE ([^ ]+)", ask(daemon, "/metrics")[1], re.MULTILINE)
    assert len(families) > 30
    stems = [re.sub("^tiffd_(worker|object)_", "", family) for family in families]
    missing = [stem for stem in stems if not re.search(rf"\b{stem}\b", manual)]
    names = leaves(variables(daemon))
    assert len(names) > 30
    missing += [name for name in names if not re.search(rf"\b{name}\b", manual)]
    assert missing == []


def test_cpu_time_is_the_kernels(numbered):
    """Within a clock tick a worker of what /proc/PID/stat says, also of its parts."""
    get(numbered, "/o", 50)
    user = system = 0
    for pid in numbered.workers():
        with open(f"/proc/{pid}/stat") as stat:
            ticks = stat.read().rpartition(")")[2].split()[11:13]
        user += int(ticks[0]) / os.sysconf("SC_CLK_TCK")
        system += int(ticks[1]) / os.sysconf("SC_CLK_TCK")
    samples = scrape(numbered)
    assert samples["tiffd_cpu_seconds_total"] == pytest.approx(user + system, abs=0.05)
    assert samples["tiffd_user_cpu_seconds_total"] == pytest.approx(user, abs=0.05)
    assert samples["tiffd_system_cpu_seconds_total"] == pytest.approx(system, abs=0.05)
    for part in ("user", "system"):
        workers = [
            value for name, value in samples.items() if name.startswith(f"tiffd_worker_{part}_cpu")
        ]
        assert sum(workers) == pytest.approx(samples[f"tiffd_{part}_cpu_seconds_total"], abs=0.05)


def test_a_request_of_each_bucket(numbered):
    """Exemplars, for clients that understand them."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    began = time.time()
    fetch(numbered, "GET", "/o", "X-Request-Id: order-7/a")
    asked = urllib.request.Request(numbered.debug_url + "/metrics", headers={"Accept": SCRAPER})
    with urllib.request.urlopen(asked, timeout=DEADLINE) as response:
        text = response.read().decode()
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    for name in ("tiffd_time_to_first_byte_seconds", "tiffd_transfer_seconds"):
        (sample,) = [sample for sample in families[name].samples if sample.exemplar]
        assert sample.exemplar.labels == {"request_id": "order-7/a"}
        assert 0 < sample.exemplar.value <= float(sample.labels["le"])
        assert began - 1 < float(sample.exemplar.timestamp) < time.time() + 1
        assert sample.value == 1
    assert "order-7" not in ask(numbered, "/metrics")[1]


def test_counters_outlive_processes_and_generations(numbered):
    get(numbered, "/o", 20)
    before = scrape(numbered)
    victim = numbered.workers()[0]
    numbered.expect_log(f"{victim}|ended|signal")
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: scrape(numbered)["tiffd_restarts_total"] == 1, "a worker is replaced")
    killed = scrape(numbered)
    assert gone_back(before, killed) == {}
    assert killed['tiffd_requests_total{class="2xx"}'] == 20
    numbered.all_workers(2)
    for generation in (1, 2, 3):
        numbered.reload()
        numbered.wait_log("started: ")
        wait_until(lambda: scrape(numbered)["tiffd_generation"] == generation, "a reload")
        get(numbered, "/o", 1)
        after = scrape(numbered)
        assert gone_back(killed, after) == {}
        assert after['tiffd_requests_total{class="2xx"}'] == 20 + generation
        name = 'tiffd_object_requests_total{path="/o",variant="cached"}'
        assert after[name] == 20 + generation
        killed = after
    assert killed["tiffd_restarts_total"] == 1


def test_counters_do_not_go_back_meanwhile(numbered):
    """While generations and processes come and go. An observer that is being replaced may still
    response after its successor has, and does not know the successor's generation: that is passed over."""
    retreats = []

    def watch(ended):
        before = scrape(numbered)
        while not ended.is_set():
            after = scrape(numbered)
            if after["tiffd_generation"] >= before["tiffd_generation"]:
                retreats.append(gone_back(before, after))
                before = after

    numbered.expect_log("ended|signal|replaced")
    with meanwhile(watch):
        for times in range(1, 4):
            get(numbered, "/o", 10)
            os.kill(numbered.all_workers(2)[0], signal.SIGKILL)
            numbered.all_workers(2)
            numbered.reload()
            wait_until(lambda times=times: len(retreats) > 4 * times, "more is scraped")
    assert [retreat for retreat in retreats if retreat] == []


def test_variables(numbered):
    get(numbered, "/o", 2)
    kind, _ = ask(numbered, "/debug/vars")
    assert kind == "application/json"
    found = variables(numbered)
    assert found["cmdline"][1:] == ["-c", str(numbered.ini)]
    assert found["totals"]["status"]["2xx"] == 2
    assert found["objects"]["/o"]["sent_bytes"] == 2 * SIZE
    assert found["objects"]["/s"]["variant"] == "streaming"
    assert sorted(worker["pid"] for worker in found["workers"]) == sorted(numbered.workers())
    assert sum(worker["requests"] for worker in found["workers"]) == 2
    assert all(worker["pss_bytes"] > 0 for worker in found["workers"])
    heap = found["memstats"]
    assert heap["HeapSys"] == heap["HeapIdle"] + heap["HeapInuse"]
    assert heap["Alloc"] == heap["HeapAlloc"] <= heap["HeapSys"]


def test_health(numbered):
    assert health(numbered) == "ok\n"
    worker = numbered.workers()[0]
    numbered.expect_log(f"{worker}|ended|signal|replaced")

    def killed():
        """Dead at once, again and again: its slot stays empty for a while."""
        for pid in numbered.workers()[:1]:
            os.kill(pid, signal.SIGKILL)
        return health(numbered).startswith("503 ")

    wait_until(killed, "a slot is empty")
    assert not alive(worker)
    wait_until(lambda: health(numbered) == "ok\n", "it is filled again")
