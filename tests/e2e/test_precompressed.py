# SPDX-License-Identifier: BSD-2-Clause
"""FILE.br, FILE.zst and FILE.gz beside FILE are served to clients that accept them."""

import gzip
import hashlib
import pathlib
import zlib

import pytest

from client import fetch
from daemon import SAMPLE

PAGE = b"<p>" + b"some text, again and again; " * 2000
BR = b"not really brotli, but who asks"
ALL = "precompressed = br, zstd, gzip"
ENCODED = {"br": BR, "gzip": gzip.compress(PAGE, 9, mtime=0)}
EMBEDDED = pathlib.Path(SAMPLE).with_name("index.html").read_bytes()


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    for name in ("page.html", "sub/index.html", "plain.txt"):
        (root / name).write_bytes(PAGE)
    for name in ("page.html", "sub/index.html"):
        (root / (name + ".br")).write_bytes(ENCODED["br"])
        (root / (name + ".gz")).write_bytes(ENCODED["gzip"])
    return root


@pytest.fixture(name="held", params=["cached", "streaming"])
def fixture_held(request):
    return request.param


@pytest.fixture(name="web", params=["asset", "tree"])
def fixture_web(request, start, root, held):
    """web(*lines): a daemon with /page.html, by itself or in a tree."""

    def run(*lines):
        more = "\n".join(lines)
        if request.param == "asset":
            text = f"[asset /page.html]\nfile = {root}/page.html\n{more}\n"
        else:
            text = f"[tree /]\ndirectory = {root}\nindex = index.html\n{more}\n"
        return start(f"[server]\nvariant = {held}\n{text}")

    return run


def get(daemon, accept, *fields, target="/page.html", method="GET"):
    lines = [] if accept is None else [f"Accept-Encoding: {accept}"]
    return fetch(daemon, method, target, *lines, *fields)


def tag(content):
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@pytest.mark.parametrize("accept, coding", [
    (None, None), ("", None), ("gzip", "gzip"), ("gzip, br", "br"), ("gzip, br;q=0.9", "gzip"),
    ("zstd", None), ("identity;q=0", None), ("*", "br"), ("br;q=0, *;q=0.1", "gzip"),
    ("identity, gzip;q=0.1", None), ("*;q=0", None),
])
def test_the_client_chooses(web, accept, coding):
    daemon = web(ALL)
    content = ENCODED.get(coding, PAGE)
    for method in ("GET", "HEAD"):
        response = get(daemon, accept, method=method)
        assert response.status == 200
        assert response.fields.get("content-encoding") == coding
        assert response.fields["vary"] == "Accept-Encoding"
        assert response.fields["content-type"] == "text/html; charset=utf-8"
        assert response.fields["content-length"] == str(len(content))
        assert response.fields["etag"] == tag(content)
        assert response.body == (content if method == "GET" else b"")


def test_ranges_and_conditions_are_those_of_the_encoded_form(web):
    daemon = web(ALL, "repr_digest = always")
    content = ENCODED["gzip"]
    part = get(daemon, "gzip", "Range: bytes=10-19")
    assert (part.status, part.body) == (206, content[10:20])
    assert part.fields["content-encoding"] == "gzip"
    assert part.fields["content-range"] == f"bytes 10-19/{len(content)}"
    assert part.fields["vary"] == "Accept-Encoding"
    parts = get(daemon, "gzip", "Range: bytes=0-1,5-6")
    assert parts.status == 206
    assert "content-encoding" not in parts.fields
    assert parts.body.count(b"Content-Encoding: gzip\r\n") == 2
    assert get(daemon, "gzip", f"If-Range: {tag(PAGE)}", "Range: bytes=0-1").status == 200
    assert get(daemon, "gzip", f"If-None-Match: {tag(PAGE)}").status == 200
    unchanged = get(daemon, "gzip", f"If-None-Match: {tag(content)}")
    assert unchanged.status == 304
    assert unchanged.fields["vary"] == "Accept-Encoding"
    assert unchanged.fields["etag"] == tag(content)
    beyond = get(daemon, "gzip", f"Range: bytes={len(content)}-")
    assert beyond.status == 416
    assert beyond.fields["content-range"] == f"bytes */{len(content)}"
    whole = get(daemon, "gzip", "Want-Digest: sha-256")
    assert whole.fields["repr-digest"] != get(daemon, None).fields["repr-digest"]


def test_only_where_it_is_configured(web):
    response = get(web(), "gzip")
    assert response.body == PAGE
    assert "vary" not in response.fields


def test_the_order_of_the_list_decides(web):
    daemon = web("precompressed = gzip, br")
    assert get(daemon, "br, gzip").fields["content-encoding"] == "gzip"
    assert get(daemon, "br").fields["content-encoding"] == "br"


def test_fields_and_origins(web):
    daemon = web(ALL, "cache_control = max-age=5", "header = X-Page: 1", "cors = https://a.example")
    response = get(daemon, "gzip", "Origin: https://a.example")
    assert response.fields["vary"] == "Origin, Accept-Encoding"
    assert response.fields["cache-control"] == "max-age=5"
    assert response.fields["x-page"] == "1"


def test_reloads(web, root):
    daemon = web(ALL)
    assert get(daemon, "gzip").body == ENCODED["gzip"]
    changed = gzip.compress(b"changed")
    (root / "page.html.gz").write_bytes(changed)
    (root / "page.html.br").unlink()
    daemon.reload()
    assert get(daemon, "br, gzip").body == changed
    (root / "page.html.gz").unlink()
    daemon.reload()
    response = get(daemon, "br, gzip")
    assert response.body == PAGE
    assert "vary" not in response.fields
    (root / "page.html.gz").write_bytes(ENCODED["gzip"])
    daemon.reload()
    assert get(daemon, "br, gzip").body == ENCODED["gzip"]


def test_trees(start, root, held):
    """Directories' own objects have forms, too; patterns hold for the file that is encoded."""
    daemon = start(f"""
[server]
variant = {held}
[tree /t]
directory = {root}
index = index.html
include = *.html, *.txt
rule = *.html precompressed gzip
precompressed = br, gzip
rule = *.gz content_type application/x-own
""")
    for target in ("/t/sub/", "/t/sub/index.html", "/t/page.html"):
        response = get(daemon, "br, gzip", target=target)
        assert response.fields["content-encoding"] == "gzip"
        assert response.fields["content-type"] == "text/html; charset=utf-8"
        assert zlib.decompress(response.body, 31) == PAGE
    plain = get(daemon, "br, gzip", target="/t/plain.txt")
    assert plain.body == PAGE
    assert "vary" not in plain.fields
    itself = get(daemon, "gzip", target="/t/page.html.gz")
    assert "content-encoding" not in itself.fields
    assert itself.fields["content-type"] == "application/x-own"
    assert itself.body == ENCODED["gzip"]


def test_forms_that_are_opened_on_demand(start, root):
    daemon = start(f"[server]\nvariant = streaming\n[tree /]\ndirectory = {root}\nmax_open_files = 1\n"
                   f"index = index.html\n{ALL}\n")
    for _ in range(3):
        for target in ("/page.html", "/sub/", "/sub/index.html"):
            for accept, coding in (("gzip", "gzip"), ("br", "br"), (None, None)):
                response = get(daemon, accept, target=target)
                assert response.fields.get("content-encoding") == coding
                assert response.body == ENCODED.get(coding, PAGE)
    daemon.expect_log("page.html.gz: changed; answered with 500 until a reload")
    (root / "page.html.gz").write_bytes(b"shorter")
    assert get(daemon, "gzip").body in (PAGE, ENCODED["br"])


def test_a_streamed_form_that_changes_is_not_used(start, root):
    server = "[server]\nvariant = streaming\nworkers = 1\n"
    daemon = start(f"{server}[asset /p]\nfile = {root}/page.html\n{ALL}\n")
    assert get(daemon, "gzip", target="/p").body == ENCODED["gzip"]
    daemon.expect_log("page.html.gz: changed; answered with 500 until a reload")
    (root / "page.html.gz").write_bytes(b"shorter")
    response = get(daemon, "gzip", target="/p")
    assert (response.status, response.body) == (200, PAGE)


@pytest.mark.parametrize("section", ["[asset /index.html]\nfile = index.html", "[tree /]"])
def test_embedded(start, section):
    daemon = start(f"[server]\nvariant = embedded\n{section}\n{ALL}\n")
    response = get(daemon, "br, gzip", target="/index.html")
    assert response.fields["content-encoding"] == "gzip"
    assert response.fields["content-type"] == "text/html; charset=utf-8"
    assert gzip.decompress(response.body) == EMBEDDED
    assert get(daemon, None, target="/index.html").body == EMBEDDED
