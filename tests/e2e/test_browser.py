# SPDX-License-Identifier: BSD-2-Clause
"""Live traces and profiles in a browser: speedscope and the pages of `go tool pprof` show them."""

import pytest

from conftest import VARIANTS
from daemon import TOP, wait_until
from observing import ask, load
from viewers import Browser, pprof_pages, serving_files, speedscope

CALLERS = {"main", "worker_run"}
OBSERVED = {"workers": 1, "hz": 1000}  # samples come also when a browser leaves little CPU time


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def view(observe, browser, tmp_path):
    """view(page, name): speedscope's table of what a page of a loaded daemon says."""
    (tmp_path / "speedscope").symlink_to(speedscope())
    daemon = observe(**OBSERVED)

    def run(page, name):
        with load(daemon):
            status, _, content = ask(daemon, f"/debug/pprof/{page}", **{"Accept-Encoding": "gzip"})
        assert status == 200, content
        (tmp_path / name).write_bytes(content)
        browser.open(f"{url}/speedscope/index.html#profileURL=/{name}&view=sandwich")
        text = browser.wait_text("Symbol Name")
        assert browser.driver.title == f"{name} - speedscope"
        return text

    with serving_files(tmp_path) as url:
        yield run
    for other in ("Left Heavy", "Time Order"):  # pictures, where only an error could be read
        browser.click(other)
    assert "Something went wrong" not in browser.text()
    assert browser.complaints() == []


def test_speedscope_opens_a_trace(view, browser):
    text = view("trace?seconds=1", "trace.json")
    assert "worker 0 (pid " in text
    assert "loop (tid 0)" in text
    assert 'turn {"connection":' in text

    def next_lane():
        browser.press("n")
        return 'request /o {"connection":' in browser.text()

    wait_until(next_lane, "the lane of a connection")


def test_speedscope_opens_a_profile(view, browser):
    view("profile?seconds=1", "cpu.pb.gz")
    browser.click("Total")  # sorts by it: callers come first
    assert CALLERS <= {line.strip() for line in browser.text().splitlines()}


def test_the_pages_of_pprof(observe, browser, tmp_path):
    daemon = observe(**OBSERVED)
    host, port = daemon.observer_address
    source = f"http://{host}:{port}/debug/pprof/profile?seconds=1"
    with load(daemon), pprof_pages(source, tmp_path) as url:
        for page in ("top", "flamegraph", "peek?f=worker_run"):
            browser.open(url + page)
            browser.wait_text("tiffd cpu", "worker_run", "turn")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_page_that_is_shipped(start, browser, variant):
    """The first thing that somebody sees who opens what scripts/run says."""
    ini = (TOP / "etc" / "tiffd.ini").read_text().replace("../assets", f"{TOP}/assets")
    daemon = start(ini, "-o", f"server.variant={variant}")
    browser.open("about:blank")
    browser.complaints()  # of the pages that other tests had open
    browser.open("http://{}:{}/".format(*daemon.address))
    browser.wait_text("tiffd works", "/sample.tif")
    shown = "const [image] = document.images; return image.complete && image.naturalWidth"
    wait_until(lambda: browser.driver.execute_script(shown) == 1024, "the picture")
    assert browser.complaints() == []
