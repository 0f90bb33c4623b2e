# SPDX-License-Identifier: BSD-2-Clause
"""Every variant serves the same bytes, whole and in part."""

import base64
import hashlib
import os
import random

import pytest

from client import Client, connect, fetch, half_close, request
from conftest import SAMPLE_INI, VARIANTS
from daemon import DEADLINE

RANGES = 50


def test_get_is_the_file(sample, picture, text):
    whole = fetch(sample, "GET", "/sample.tif")
    assert (whole.status, whole.body) == (200, picture)
    assert whole.fields["content-type"] == "image/tiff"
    encoded = fetch(sample)
    assert (encoded.status, encoded.body) == (200, text)
    assert encoded.fields["content-type"] == "text/plain; charset=us-ascii"
    assert encoded.fields["cache-control"] == "public, max-age=60"
    assert encoded.fields["x-extra"] == "yes"


def test_head_is_the_head_of_get(sample):
    for target in ("/tiff", "/sample.tif"):
        get = fetch(sample, "GET", target)
        head = fetch(sample, "HEAD", target)
        for fields in (get.fields, head.fields):
            del fields["date"]
        assert head.fields == get.fields
        assert int(head.fields["content-length"]) == len(get.body)


@pytest.mark.parametrize("target", ["/tiff", "/sample.tif"])
def test_ranges_at_random_offsets(sample, target, picture, text):
    expected = text if target == "/tiff" else picture
    draw = random.Random(4)
    with connect(sample) as client:
        for _ in range(RANGES):
            first = draw.randrange(len(expected))
            last = first + draw.choice([0, 1, 2, 3, 1000, 70000, len(expected)])
            client.send(request("GET", target, f"Range: bytes={first}-{last}"))
            response = client.response()
            end = min(last, len(expected) - 1)
            assert response.status == 206
            assert response.fields["content-range"] == f"bytes {first}-{end}/{len(expected)}"
            assert response.body == expected[first : end + 1]


def test_entity_tags_agree(start, text):
    tags = set()
    for variant in VARIANTS:
        daemon = start(SAMPLE_INI.format(variant=variant, server=""))
        tags.add(fetch(daemon, "HEAD").fields["etag"])
    assert tags == {f'"{hashlib.sha256(text).hexdigest()[:32]}"'}


def test_half_closed_client_gets_everything(sample, text):
    with connect(sample) as client:
        client.send(request())
        half_close(client)
        assert client.response().body == text
        assert client.closed()


@pytest.mark.parametrize("encoding", ["identity", "base64"])
@pytest.mark.parametrize("variant", ["cached", "streaming"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 4095, 4096, 4097, 65536, 196609])
def test_small_files_of_any_size(start, tmp_path, variant, encoding, size):
    content = random.Random(size).randbytes(size)
    (tmp_path / "object").write_bytes(content)
    daemon = start(
        f"[server]\nworkers = 1\n[asset /o]\nfile = {tmp_path}/object\n"
        f"variant = {variant}\nencoding = {encoding}\n"
    )
    response = fetch(daemon, "GET", "/o")
    if encoding == "base64":
        content = base64.b64encode(content)
    assert response.body == content


def test_more_than_four_gigabytes(start, tmp_path):
    size = (4 << 30) + 12345
    marks = {0: b"begin", (4 << 30) - 3: b"across", size - 3: b"end"}
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(size)
        for offset, mark in marks.items():
            os.pwrite(huge.fileno(), mark, offset)
    daemon = start(
        f"[server]\nworkers = 1\n[asset /huge]\nfile = {tmp_path}/huge\nvariant = streaming\n"
    )
    daemon.wait_log("started: ", seconds=10 * DEADLINE)  # it reads all of it once
    with Client(daemon.connect()) as client:
        client.send(request("HEAD", "/huge"))
        assert client.response("HEAD").fields["content-length"] == str(size)
        for offset, mark in marks.items():
            client.send(request("GET", "/huge", f"Range: bytes={offset}-{offset + len(mark) - 1}"))
            assert client.response().body == mark
        client.send(request("GET", "/huge", f"Range: bytes={size}-"))
        assert client.response().status == 416


def test_absent_object_names(sample):
    for target in ("/", "/tif", "/tiff/", "/TIFF", "/etc/passwd", "/../../etc/passwd"):
        assert fetch(sample, "GET", target).status == 404
