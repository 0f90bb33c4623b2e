# SPDX-License-Identifier: BSD-2-Clause
"""The dashboard, at / of the debug listener: what it shows is so, and everybody can use it."""

import base64
import gzip
import json
import os
import pathlib
import re
import signal
import subprocess
import xml.etree.ElementTree

import pytest

from client import fetch
from daemon import SAMPLE, has_tcmalloc, wait_until
from observing import ask, load, needs_heap, text
from viewers import Browser, axe, program

PHONE = 390
DESKTOP = 1280
SIZE_MAX = 300_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def observed(observe):
    """A daemon with a dashboard."""
    daemon = observe(workers=2, hz=1000)
    index = text(daemon, "/debug/pprof/")
    if "There is no dashboard" in index:
        pytest.skip("this build has no dashboard (scripts/vendor, then configure again)")
    return daemon


@pytest.fixture
def page(observed, browser, tmp_path):
    """The dashboard of that daemon, in the browser."""
    browser.save_to(tmp_path)
    browser.screen(DESKTOP)
    open_page(browser, observed)
    yield browser
    assert browser.complaints() == []
    assert requests_elsewhere(browser, observed) == []


def open_page(browser, daemon):
    host, port = daemon.observer_address
    browser.open("about:blank")
    browser.complaints()  # of the pages that other tests had open
    browser.open(f"http://{host}:{port}/")
    browser.wait_text("Since the start", "Requests", "worker 0")


def requests_elsewhere(browser, daemon):
    names = browser.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    own = "http://{}:{}/".format(*daemon.observer_address)
    return [name for name in names if not name.startswith((own, "blob:" + own))]


def totals(browser):
    """What the boxes at the top say, as numbers."""
    script = """return Object.fromEntries([...document.querySelectorAll('#totals div')].map((box) =>
        [box.querySelector('dt').textContent, Number(box.querySelector('data').value)]))"""
    return browser.script(script)


def metric(daemon, pattern):
    return sum(float(value) for value in re.findall(rf"^{pattern} (\S+)$", text(daemon, "/metrics"), re.M))


def table(browser, name):
    """The rows of a table, each by the titles of its columns."""
    script = """const place = document.getElementById(arguments[0] + '-table');
        const titles = [...place.querySelectorAll('th')].map((head) => head.textContent);
        return [...place.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell, i) =>
            [titles[i], cell.querySelector('data')?.value ?? cell.textContent]))"""
    return [dict(row) for row in browser.script(script, name)]


def set_value(browser, name, value):
    script = """const input = document.getElementById(arguments[0]);
        input.value = arguments[1];
        input.dispatchEvent(new Event('input', { bubbles: true }));
        input.dispatchEvent(new Event('change', { bubbles: true }));"""
    browser.script(script, name, str(value))


def press_button(browser, selector):
    click = "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    browser.script(click, selector)


def about(browser, name="profile"):
    return browser.script("return document.getElementById(arguments[0] + '-about').textContent", name)


def take_profile(browser, page, seconds):
    """Takes it, and waits until it is there; returns how far the progress bar came."""
    browser.script("document.getElementById('profile-about').textContent = ''")
    set_value(browser, "profile-page", page)
    set_value(browser, "profile-seconds", seconds)
    press_button(browser, "#profile-take")
    progress = []

    def done():
        progress.append(browser.script("return document.getElementById('profile-progress').value"))
        return about(browser)

    wait_until(done, f"a profile of {page}")
    return progress


def saved(directory, name):
    path = directory / name
    wait_until(lambda: path.exists() and path.stat().st_size > 0, f"a download called {name}")
    return path


def picture(browser, name):
    """For people to look at, where SCREENSHOTS says."""
    if "SCREENSHOTS" in os.environ:
        script = "const all = document.documentElement; return [all.scrollWidth, all.scrollHeight]"
        width, height = browser.script(script)
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        wish = {"captureBeyondViewport": True, "clip": clip}
        shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", wish)
        pathlib.Path(os.environ["SCREENSHOTS"], f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


# --- what is delivered ----------------------------------------------------------------------------


def test_nothing_is_loaded_from_elsewhere(observed):
    status, header, content = ask(observed, "/")
    assert status == 200
    assert header["content-type"] == "text/html; charset=utf-8"
    policy = dict(rule.split(" ", 1) for rule in header["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert b"://" not in content
    assert not re.search(rb"<(style|script)>|\sstyle=|\son[a-z]+=", content)
    assert ask(observed, "/ui/nothing.js")[0] == 404


def test_other_pages_load_nothing(observed):
    for path in ("/debug/vars", "/metrics", "/nothing"):
        assert ask(observed, path)[1]["content-security-policy"].startswith("default-src 'none'")


def test_the_index_is_styled(observed, browser):
    """Its policy names its style sheet by digest."""
    host, port = observed.observer_address
    browser.open(f"http://{host}:{port}/debug/pprof/")
    browser.wait_text("goroutine")
    assert browser.script("return getComputedStyle(document.body).maxWidth") != "none"
    assert browser.complaints() == []


def test_it_is_small(page):
    script = """return [
        ...performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/ui/')),
        ...performance.getEntriesByType('navigation')].map((entry) => entry.decodedBodySize)"""
    sizes = page.script(script)
    assert len(sizes) > 10
    assert 0 < min(sizes)
    assert sum(sizes) < SIZE_MAX


# --- numbers --------------------------------------------------------------------------------------


def test_numbers_are_those_of_the_metrics(observed, page):
    for target in ("/o", "/o", "/streamed", "/nothing"):
        fetch(observed, target=target)
    wait_until(lambda: totals(page)["Requests"] == 4, "all requests on the page")
    shown = totals(page)
    assert shown["Sent"] == metric(observed, "tiffd_sent_bytes_total")
    assert shown["Accepted"] == metric(observed, "tiffd_accepted_total") == 4
    assert shown["Connections now"] == metric(observed, "tiffd_connections") == 0
    assert shown["4xx"] == metric(observed, r'tiffd_requests_total\{class="4xx"\}') == 1
    workers = table(page, "workers")
    assert [row["Worker"] for row in workers] == ["0", "1"]
    assert sum(int(row["Requests"]) for row in workers) == 4
    assert [int(row["Process"]) for row in workers] == observed.workers()
    objects = {row["Path"]: int(row["Length"]) for row in table(page, "objects")}
    assert objects == {"/o": SAMPLE.stat().st_size, "/streamed": SAMPLE.stat().st_size}
    sections = {row["Section"]: row for row in table(page, "sections")}
    assert sections["/o"]["Requests"] == "2"
    assert int(sections["/streamed"]["Sent"]) == SAMPLE.stat().st_size


def test_charts_during_a_load(observed, page):
    with load(observed):
        label = "return document.querySelector('#chart-grid [role=img]').getAttribute('aria-label')"
        wait_until(lambda: re.search("[1-9]", page.script(label)), "a chart of requests")
        wait_until(lambda: len(table(page, "connections")) == 2, "two connections")
        assert {row["Object"] for row in table(page, "connections")} <= {"/o", "–"}
    assert page.script("return document.querySelectorAll('#chart-grid canvas').length") == 9


def test_what_was_before_it_was_opened(observed, browser):
    fetch(observed, target="/o")

    def quiet():
        return json.loads(text(observed, "/debug/history"))["requests_total"][-2:] == [1, 1]

    wait_until(quiet, "a quiet second after the request")
    open_page(browser, observed)
    wait_until(lambda: "Requests per second" in browser.text(), "charts")
    drawn = """const canvas = document.querySelector('#chart-grid canvas');
        const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(all.buffer)).size"""
    wait_until(lambda: browser.script(drawn) > 3, "a line in a chart")


def test_a_reload_and_a_crash(observed, page):
    observed.expect_log("ended by signal 9|reload")
    os.kill(observed.workers()[0], signal.SIGKILL)
    wait_until(lambda: totals(page)["Workers replaced"] == 1, "a worker is replaced")
    observed.all_workers(2)
    good = observed.ini.read_text()
    observed.ini.write_text(good + "nonsense = 1\n")
    observed.send_signal(signal.SIGHUP)
    page.wait_text("failed, nothing changed")
    observed.ini.write_text(good)
    observed.send_signal(signal.SIGHUP)
    page.wait_text("generation 1", "succeeded")
    page.complaints()  # of a request while the observer was replaced


def test_a_daemon_that_has_ended(observe, browser, observed):
    open_page(browser, observed)
    observed.stop()
    browser.wait_text("The daemon does not respond")
    browser.complaints()  # of requests that failed


def test_the_configuration(page):
    press_button(page, "#configuration summary")
    page.wait_text("[server]", "worker_connections = ", "[asset /streamed]")


# --- profiles -------------------------------------------------------------------------------------


def test_a_flame_graph_of_cpu_time(observed, page):
    with load(observed):
        progress = take_profile(page, "profile", 2)
    assert any(0 < value < 1 for value in progress)
    assert about(page).startswith("cpu: ")
    labels = "return [...document.querySelectorAll('#flame .d3-flame-graph-label')]"
    frames = page.script(labels + ".map((one) => one.textContent)")
    assert {"worker_run", "worker_turn"} <= set(frames)
    rows = table(page, "profile")
    assert "worker_turn" in {row["Function"] for row in rows}
    set_value(page, "profile-search", "worker_turn")
    page.wait_text("search: ")
    press_button(page, "#flame g:last-of-type rect")  # zooms
    press_button(page, "#profile-reset")


def test_downloads_are_what_is_shown(observed, page, tmp_path):
    with load(observed):
        take_profile(page, "profile", 1)
    for kind in ("pb.gz", "txt", "folded", "svg"):
        press_button(page, f"[data-save='{kind}']")
    folded = saved(tmp_path, "profile.folded").read_text()
    stacks = [line.rsplit(" ", 1) for line in folded.splitlines()]
    assert any("worker_run;" in stack for stack, _ in stacks)
    picture = xml.etree.ElementTree.parse(saved(tmp_path, "profile.svg"))
    titles = {title.text.split(":")[0] for title in picture.iter(SVG + "title")}
    assert {"all", "worker_run"} <= titles
    assert "worker_turn" in saved(tmp_path, "profile.txt").read_text()
    profile = saved(tmp_path, "profile.pb.gz")
    assert b"worker_turn" in gzip.decompress(profile.read_bytes())
    assert sum(int(value) for _, value in stacks) == total_by_pprof(profile)


def total_by_pprof(profile):
    """In ns, from all of its samples."""
    raw = subprocess.run(
        [program("go"), "tool", "pprof", "-raw", profile],
        capture_output=True, text=True, check=True,
        env={**os.environ, "HOME": str(profile.parent), "PPROF_BINARY_PATH": "/nowhere"},
    ).stdout  # fmt: skip
    types, samples = re.search(r"Samples:\n(.*?)\n(.*?)Locations", raw, re.S).groups()
    column = [name.split("/")[0] for name in types.split()].index("cpu")
    rows = re.findall(r"^ *([-0-9 ]+):", samples, re.M)
    return sum(int(row.split()[column]) for row in rows)


@needs_heap
def test_a_comparison_with_a_saved_profile(observed, page, tmp_path):
    with load(observed):
        take_profile(page, "profile", 1)
    press_button(page, "[data-save='pb.gz']")
    file = saved(tmp_path, "profile.pb.gz")
    take_profile(page, "heap", 0)
    page.driver.find_element("id", "profile-base").send_keys(str(file))
    page.wait_text("the base has no inuse_space")
    page.driver.find_element("id", "profile-file").send_keys(str(file))
    wait_until(lambda: "; the base has" in about(page), "a comparison")
    changes = {row["Change"] for row in table(page, "profile")}
    assert changes == {"0 s"}


def test_a_file_that_is_no_profile(page, tmp_path):
    file = tmp_path / "noise.pb"
    file.write_bytes(b"\xff" * 100)
    page.driver.find_element("id", "profile-file").send_keys(str(file))
    page.wait_text("not a profile")


def test_other_profiles(observed, page):
    allocations = ["allocs"] if has_tcmalloc() else []
    for kind in ("wall", "block", "mutex", *allocations, "residence", "goroutine"):
        take_profile(page, kind, 1 if kind == "wall" else 0)
        if kind in ("wall", "residence"):
            assert len(table(page, "profile")) > 0


# --- the trace ------------------------------------------------------------------------------------


def test_a_trace_is_drawn_and_saved(observed, page, tmp_path):
    with load(observed):
        press_button(page, "#trace-take")
        wait_until(lambda: "lanes" in about(page, "trace"), "a trace")
    for move in ("in", "in", "right", "left", "out"):
        press_button(page, f"[data-move='{move}']")
    colours = """const canvas = document.getElementById('trace-canvas');
        const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(all.buffer)).size"""
    assert page.script(colours) > 3
    press_button(page, "#trace-save")
    assert '"traceEvents"' in saved(tmp_path, "trace.json").read_text()


# --- for everybody --------------------------------------------------------------------------------


def test_a_table_is_sorted_by_keyboard(page):
    first = "return document.querySelector('#workers-table th')"
    assert page.script(first).get_attribute("aria-sort") == "ascending"
    page.script("document.querySelector('#workers-table th button').focus()")
    page.press("\ue007")  # Enter
    assert page.script(first).get_attribute("aria-sort") == "descending"
    assert [row["Worker"] for row in table(page, "workers")] == ["1", "0"]


def test_everything_is_reached_by_keyboard(page):
    script = """return [...document.querySelectorAll('a, button, input, select, summary')]
        .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex < 0)
        .map((one) => one.outerHTML)"""
    assert page.script(script) == []


@pytest.mark.parametrize("width, dark", [(PHONE, True), (DESKTOP, False)])
def test_no_violation_of_accessibility(observed, page, width, dark):
    page.screen(width, dark=dark)
    with load(observed):
        take_profile(page, "profile", 1)
    press_button(page, "#trace-take")
    wait_until(lambda: "lanes" in about(page, "trace"), "a trace")
    picture(page, f"dashboard-{width}-{'dark' if dark else 'light'}")
    page.script(axe())
    found = page.driver.execute_async_script("axe.run(document).then(arguments[0])")
    violations = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    assert violations == []
    assert len(found["passes"]) > 20


def test_nothing_is_cut_off(page):
    """Tables scroll on their own."""
    fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    for width in (320, PHONE, DESKTOP):
        page.screen(width)
        wait_until(lambda: page.script(fits), f"the page fits {width} pixels")
