# SPDX-License-Identifier: BSD-2-Clause
"""compress: forms in other codings that are made when an object is loaded."""

import gzip
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import urllib.request

import pytest

from client import fetch
from daemon import PROGRAM, SAMPLE

TEXT = b"".join(b"%d bottles of beer on the wall\n" % number for number in range(20000))
BUILT = subprocess.run([PROGRAM, "-V"], capture_output=True, text=True, check=True).stdout
CODINGS = [coding for coding, library in (("br", "brotli"), ("zstd", "zstd"), ("gzip", "zlib"))
           if f"library {library} " in BUILT]
LEVELS = ", ".join({"br": "br:5", "zstd": "zstd:3", "gzip": "gzip:6"}[coding] for coding in CODINGS)


def decode(coding, data):
    if coding == "gzip":
        return gzip.decompress(data)
    command = {"br": "brotli", "zstd": "zstd"}[coding]
    if shutil.which(command) is None:
        pytest.skip(f"no {command} here")
    return subprocess.run([command, "-d", "-c"], input=data, capture_output=True, check=True).stdout


def get(daemon, accept, *fields, target="/o"):
    return fetch(daemon, "GET", target, f"Accept-Encoding: {accept}", *fields)


@pytest.fixture(name="made")
def fixture_made(start, tmp_path):
    """made(variant, *lines, content=TEXT): a daemon with the object, and its file."""

    def run(variant, *lines, content=TEXT, **keywords):
        file = tmp_path / "object.txt"
        file.write_bytes(content)
        text = "\n".join(lines)
        daemon = start(f"[server]\nworkers = 2\nvariant = {variant}\n"
                       f"[asset /o]\nfile = {file}\n{text}\n", **keywords)
        return daemon, file

    return run


@pytest.mark.parametrize("variant", ["cached", "streaming"])
@pytest.mark.parametrize("coding", CODINGS)
def test_made_forms(made, variant, coding):
    daemon, _ = made(variant, f"compress = {LEVELS}")
    response = get(daemon, coding)
    assert response.status == 200
    assert response.fields["content-encoding"] == coding
    assert response.fields["vary"] == "Accept-Encoding"
    assert response.fields["content-type"] == "text/plain; charset=utf-8"
    assert response.fields["etag"] == f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    assert len(response.body) < len(TEXT) / 4
    assert decode(coding, response.body) == TEXT
    assert get(daemon, coding, "Range: bytes=5-104").body == response.body[5:105]
    assert fetch(daemon, target="/o").body == TEXT
    again, _ = made(variant, f"compress = {LEVELS}")
    assert get(again, coding).fields["etag"] == response.fields["etag"]


@pytest.mark.parametrize("coding", CODINGS)
def test_embedded(start, coding):
    daemon = start(f"[server]\nvariant = embedded\n[asset /o]\nfile = sample.tif\ncompress = {LEVELS}\n"
                   "[asset /page]\nfile = index.html\nprecompressed = gzip\ncompress = gzip:1\n")
    response = get(daemon, coding)
    assert response.fields["content-encoding"] == coding
    assert decode(coding, response.body) == pathlib.Path(SAMPLE).read_bytes()
    daemon.reload()
    assert get(daemon, coding).body == response.body
    page = get(daemon, "gzip", target="/page").body
    assert gzip.decompress(page) == fetch(daemon, target="/page").body
    assert page[4:8] == bytes(4)


def test_a_file_comes_first(made):
    daemon, file = made("cached", "precompressed = gzip", "compress = gzip:1")
    own = get(daemon, "gzip").body
    assert gzip.decompress(own) == TEXT
    beside = gzip.compress(b"beside")
    file.with_name("object.txt.gz").write_bytes(beside)
    daemon.reload()
    assert get(daemon, "gzip").body == beside
    file.with_name("object.txt.gz").unlink()
    daemon.reload()
    assert get(daemon, "gzip").body == own


def test_reloads(made):
    """The bytes are made again only when the file or the level has changed."""
    daemon, file = made("cached", "compress = gzip:9")
    daemon.wait_log("started: ")
    first = get(daemon, "gzip").body
    for _ in range(2):
        daemon.reload()
        assert get(daemon, "gzip").body == first
    file.write_bytes(TEXT + b"more\n")
    daemon.reload()
    assert gzip.decompress(get(daemon, "gzip").body) == TEXT + b"more\n"
    before = get(daemon, "gzip").body
    daemon.ini.write_text(daemon.ini.read_text().replace("gzip:9", "gzip:1"))
    daemon.reload()
    after = get(daemon, "gzip").body
    assert after != before
    assert gzip.decompress(after) == TEXT + b"more\n"


@pytest.mark.parametrize("length", [0, 1, 5, 100000])
@pytest.mark.parametrize("coding", CODINGS)
def test_what_does_not_get_smaller_stays(made, length, coding):
    content = random.Random(1).randbytes(length)
    daemon, _ = made("cached", f"compress = {coding}", content=content)
    for _ in range(2):
        response = get(daemon, coding)
        assert response.body == content
        assert not {"content-encoding", "vary"} & set(response.fields)
        daemon.reload()


def test_sizes_are_shown(made):
    daemon, _ = made("streaming", "compress = gzip:6", debug=True)
    length = len(get(daemon, "gzip").body)
    with urllib.request.urlopen(daemon.debug_url + "/debug/vars", timeout=60) as page:
        shown = json.load(page)["objects"]["/o"]
    assert shown["encoded"] == {"gzip": length}
    assert shown["sha256"] == hashlib.sha256(TEXT).hexdigest()
    command = [PROGRAM, "-T", "-c", daemon.ini]
    dump = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "\ncompress = gzip:6\n" in dump.stdout
