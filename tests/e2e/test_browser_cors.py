# SPDX-License-Identifier: BSD-2-Clause
"""A page of another origin, in Chromium, reads objects: ranges, conditions, encoded forms, errors."""

import gzip
import random

import pytest

from conftest import VARIANTS
from daemon import TOP
from viewers import Browser, serving_files

SAMPLE = (TOP / "assets" / "sample.webp").read_bytes()

# Each result is [status, length, the first bytes, some fields], or ["failed"] where the page learns nothing.
FETCH = """
const [requests, done] = arguments;
const one = async ([url, headers]) => {
    try {
        const response = await fetch(url, { headers, cache: "no-store" });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const fields = {};
        for (const name of ["content-range", "etag", "accept-ranges", "repr-digest"])
            fields[name] = response.headers.get(name);
        return [response.status, bytes.length, Array.from(bytes.slice(0, 2)), fields,
                response.headers.get("content-type")];
    } catch (error) {
        return ["failed"];
    }
};
(async () => {
    const results = [];
    for (const request of requests)
        results.push(await one(request));
    done(results);
})();
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    browser.driver.set_script_timeout(60)
    yield browser
    browser.close()


@pytest.fixture(name="page")
def fixture_page(browser, tmp_path):
    """page(requests): what a page of another origin reads; page.origin is that one."""
    (tmp_path / "empty.html").write_text("<!DOCTYPE html><title>another origin</title>")
    with serving_files(tmp_path) as url:
        browser.open(f"{url}/empty.html")

        def run(*requests):
            return browser.driver.execute_async_script(FETCH, requests)

        run.origin = url
        yield run


@pytest.fixture(name="serve_sample", params=VARIANTS)
def fixture_serve_sample(request, start):
    def run(cors):
        daemon = start(f"""
[server]
workers = 1
variant = {request.param}
cors = {cors}
[asset /sample.webp]
file = {TOP}/assets/sample.webp
repr_digest = always
""")
        return "http://{}:{}".format(*daemon.address)

    return run


@pytest.mark.parametrize("cors", ["*", "{origin}"])
def test_ranges_conditions_and_errors(serve_sample, page, cors):
    url = serve_sample(cors.format(origin=page.origin)) + "/sample.webp"
    size = len(SAMPLE)
    (whole,) = page([url, {}])
    assert whole[:3] == [200, size, list(SAMPLE[:2])]
    assert whole[3]["accept-ranges"] == "bytes"
    assert whole[3]["repr-digest"].startswith("sha-256=:")
    tag = whole[3]["etag"]
    suffix, several, same, other, unchanged, own, beyond, missing = page(
        [url, {"Range": "bytes=-100"}],
        [url, {"Range": "bytes=0-1,10-11"}],
        [url, {"Range": "bytes=10-19", "If-Range": tag}],
        [url, {"Range": "bytes=10-19", "If-Range": '"another"'}],
        [url, {"If-None-Match": tag}],
        [url, {"X-Own": "anything"}],
        [url, {"Range": f"bytes={size}-"}],
        [url + "/nothing", {}],
    )
    assert suffix[:3] == [206, 100, list(SAMPLE[-100:-98])]
    assert suffix[3]["content-range"] == f"bytes {size - 100}-{size - 1}/{size}"
    assert several[0] == 206
    assert several[4].startswith("multipart/byteranges; boundary=")
    assert same[:3] == [206, 10, list(SAMPLE[10:12])]
    assert other[:2] == [200, size]
    assert unchanged[0] == 304
    assert unchanged[3]["etag"] == tag
    assert own[:2] == [200, size]
    assert beyond[0] == 416
    assert beyond[3]["content-range"] == f"bytes */{size}"
    assert missing[0] == 404


def test_other_pages_read_nothing(serve_sample, page):
    url = serve_sample("https://maps.example.org") + "/sample.webp"
    assert page([url, {}], [url, {"Range": "bytes=0-1"}], [url + "/nothing", {}]) == [["failed"]] * 3


def test_encoded_forms_and_redirects(start, page, tmp_path):
    """The browser decodes what it has asked for, and follows to a directory's list."""
    root = tmp_path / "root"
    root.mkdir()
    content = b"text, " * 1000 + random.Random(1).randbytes(100).hex().encode()
    (root / "a.css").write_bytes(content)
    (root / "a.css.gz").write_bytes(gzip.compress(content))
    daemon = start(f"[tree /t]\ndirectory = {root}\nprecompressed = gzip\nautoindex = json\ncors = *\n")
    url = "http://{}:{}".format(*daemon.address)
    whole, listed = page([url + "/t/a.css", {}], [url + "/t", {}])
    assert whole[:3] == [200, len(content), list(content[:2])]
    assert listed[0] == 200
    assert listed[4] == "application/json"
