# SPDX-License-Identifier: BSD-2-Clause
"""Ranges (RFC 9110 section 14): which are served, clamped, refused or ignored."""

import re

import pytest

from client import connect, parse_head, request
from table import check, fill, finish, send

TYPE = "text/plain; charset=us-ascii"
WHOLE = "whole"  # the Range field is ignored: 200
NONE = "none"  # unsatisfiable: 416
HUGE = "9" * 23
WRAPPED = 1 << 64

# The Range field, and the ranges that are served.
TABLE = [
    ("bytes=0-0", "0-0"),
    ("bytes=0-99", "0-99"),
    ("bytes=5-5", "5-5"),
    ("bytes=00-009", "0-9"),
    ("bytes=0-", "0-{size-1}"),
    ("bytes={size-1}-", "{size-1}-{size-1}"),
    ("bytes={size-1}-{size-1}", "{size-1}-{size-1}"),
    ("bytes={size-2}-{size}", "{size-2}-{size-1}"),
    ("bytes=65535-65536", "65535-65536"),
    ("bytes=1000-200000", "1000-200000"),
    ("bytes=0-{size-1}", "0-{size-1}"),
    ("bytes=0-{size}", "0-{size-1}"),
    (f"bytes=7-{HUGE}", "7-{size-1}"),
    (f"bytes=7-{WRAPPED + 9}", "7-{size-1}"),
    ("bytes=-1", "{size-1}-{size-1}"),
    ("bytes=-500", "{size-500}-{size-1}"),
    ("bytes=-{size}", "0-{size-1}"),
    ("bytes=-{size+1}", "0-{size-1}"),
    (f"bytes=-{HUGE}", "0-{size-1}"),
    ("BYTES=0-4", "0-4"),
    ("Bytes=-5", "{size-5}-{size-1}"),
    ("bytes=,0-4", "0-4"),
    ("bytes= 0-4 ,", "0-4"),
    ("bytes=0-4,{size}-", "0-4"),
    ("bytes=-0,0-4", "0-4"),
    ("bytes=0-0,2-2", "0-0 2-2"),
    ("bytes=0-4, 10-14", "0-4 10-14"),
    ("bytes=0-4,\t10-14 ,-5", "0-4 10-14 {size-5}-{size-1}"),
    ("bytes=10-14,0-4", "10-14 0-4"),
    ("bytes=0-9,5-14", "0-9 5-14"),
    ("bytes=0-4,0-4", "0-4 0-4"),
    ("bytes=-5,-5", "{size-5}-{size-1} {size-5}-{size-1}"),
    ("bytes=0-4,{size}-,10-14", "0-4 10-14"),
    ("bytes=0-4,{size-5}-" + HUGE, "0-4 {size-5}-{size-1}"),
    ("bytes=0-99999,200000-299999", "0-99999 200000-299999"),
    ("bytes=0-0,1-", "0-0 1-{size-1}"),
    ("bytes=" + ",".join(["1-1"] * 16), " ".join(["1-1"] * 16)),
    ("bytes=" + ",".join(f"{i}000-{i}999" for i in range(16, 0, -1)),
     " ".join(f"{i}000-{i}999" for i in range(16, 0, -1))),
    ("bytes={size}-", NONE),
    ("bytes={size}-{size}", NONE),
    ("bytes={size+1}-", NONE),
    (f"bytes={HUGE}-", NONE),
    (f"bytes={HUGE}-{HUGE}", NONE),
    (f"bytes={WRAPPED}-{WRAPPED + 4}", NONE),
    (f"bytes={1 << 63}-", NONE),
    ("bytes=-0", NONE),
    ("bytes=-0,{size}-", NONE),
    ("bytes=" + ",".join(["1-1"] * 17), WHOLE),
    ("bytes=0-,0-0", WHOLE),
    ("bytes=0-,-1", WHOLE),
    ("bytes=0-,0-,0-", WHOLE),
    ("bytes=1-,-2", WHOLE),
    ("bytes=4-3", WHOLE),
    ("bytes=0-4,4-3", WHOLE),
    ("bytes={size+1}-{size}", WHOLE),
    ("bytes=", WHOLE),
    ("bytes=,", WHOLE),
    ("bytes=-", WHOLE),
    ("bytes=--1", WHOLE),
    ("bytes=0", WHOLE),
    ("bytes=0-4-", WHOLE),
    ("bytes=0-4x", WHOLE),
    ("bytes=x-4", WHOLE),
    ("bytes=0-x", WHOLE),
    ("bytes=+0-4", WHOLE),
    ("bytes=0-+4", WHOLE),
    ("bytes=0x0-4", WHOLE),
    ("bytes=0 - 4", WHOLE),
    ("bytes=0-4 5", WHOLE),
    ("bytes=0-4;5-6", WHOLE),
    ("bytes=0-4,x", WHOLE),
    ("bytes=0.0-4", WHOLE),
    ("bytes 0-4", WHOLE),
    ("bytes =0-4", WHOLE),
    ("bytes", WHOLE),
    ("byte=0-4", WHOLE),
    ("octets=0-4", WHOLE),
    ("lines=0-4", WHOLE),
    ("=0-4", WHOLE),
    ("0-4", WHOLE),
    ("", WHOLE),
]

# If-Range, and whether it lets the Range stand.
IF_RANGE = [
    ("{etag}", True),
    ("{same}", False),
    ("{same_850}", False),
    ("{same_asctime}", False),
    ('"x"', False),
    ("W/{etag}", False),
    ("{opaque}", False),
    ('{etag}, "x"', False),
    ("*", False),
    ("", False),
    ("{before}", False),
    ("{after}", False),
    ("Fri, 31 Dec 9999 23:59:59 GMT", False),
    ("tomorrow", False),
]

MULTIPART = re.compile(r"multipart/byteranges; boundary=([0-9A-Za-z]{1,70})")
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/\d+")
PART = re.compile(rb"\r\n--(?P<boundary>[!-~]+)\r\n(?P<head>.+?)\r\n\r\n", re.DOTALL)


def parts_of(response):
    """Reads a multipart/byteranges body to its last octet: [(fields, octets)]."""
    boundary = MULTIPART.fullmatch(response.fields["content-type"])[1].encode()
    parts, at = [], 0
    while not response.body.startswith(b"\r\n--" + boundary + b"--", at):
        part = PART.match(response.body, at)
        assert part and part["boundary"] == boundary, response.body[at : at + 100]
        _, fields = parse_head(b"HTTP/1.1 206 Partial Content\r\n" + part["head"])
        first, last = map(int, CONTENT_RANGE.fullmatch(fields["content-range"]).groups())
        at = part.end() + last - first + 1
        parts.append((fields, response.body[part.end() : at]))
    assert response.body[at:] == b"\r\n--" + boundary + b"--\r\n"
    return parts


def check_ranges(response, served, text):
    """Every range in its place, with its own fields and octets."""
    ranges = [tuple(map(int, pair.split("-"))) for pair in served.split()]
    if len(ranges) == 1:
        parts = [(response.fields, response.body)]
    else:
        assert "content-range" not in response.fields
        parts = parts_of(response)
    assert len(parts) == len(ranges)
    for (fields, octets), (first, last) in zip(parts, ranges):
        assert fields["content-type"] == TYPE
        assert fields["content-range"] == f"bytes {first}-{last}/{len(text)}"
        assert octets == text[first : last + 1]


def ask(server, *fields):
    with connect(server) as client:
        send(client, request("GET", "/tiff", *fields))
        response = client.response()
        finish(client, response)
        return response


def check_response(response, served, text):
    check(response, {WHOLE: 200, NONE: 416}.get(served, 206))
    if served == WHOLE:
        assert response.fields["content-type"] == TYPE
        assert response.body == text
    elif served == NONE:
        assert response.fields["content-range"] == f"bytes */{len(text)}"
    else:
        check_ranges(response, served, text)


@pytest.mark.parametrize("value, served", TABLE, ids=lambda value: value[:40])
def test_range(server, names, text, value, served):
    response = ask(server, "Range: " + fill(value, names))
    check_response(response, fill(served, names), text)


@pytest.mark.parametrize("field, stands", IF_RANGE)
@pytest.mark.parametrize(
    "value, served", [("0-9", "0-9"), ("0-4,9-9", "0-4 9-9"), ("{size}-", NONE)]
)
def test_if_range(server, names, text, field, stands, value, served):
    fields = [f"Range: bytes={value}", f"If-Range: {field}"]
    response = ask(server, *(fill(field, names) for field in fields))
    check_response(response, served if stands else WHOLE, text)


@pytest.mark.parametrize("lines", [["If-Range: {etag}"] * 2, ["If-Range: {same}"] * 2])
def test_if_range_twice_is_none(server, names, text, lines):
    response = ask(server, "Range: bytes=0-9", *(fill(line, names) for line in lines))
    check_response(response, WHOLE, text)


def test_range_twice_is_none(server, text):
    check_response(ask(server, "Range: bytes=0-4", "Range: bytes=5-9"), WHOLE, text)


@pytest.mark.parametrize("value", ["0-9", "0-4,10-14", "-1", "{size}-", "x"])
def test_head_ignores_range(server, names, value):
    with connect(server) as client:
        send(client, request("HEAD", "/tiff", "Range: bytes=" + fill(value, names)))
        response = client.response("HEAD")
        check(response, 200, "HEAD")
        assert response.fields["content-length"] == str(names["size"])
        finish(client, response)


def test_ranges_make_up_the_object(server, picture):
    """In parts of one response, and in responses to pipelined requests."""
    step = len(picture) // 10 + 1
    ranges = [f"{first}-{first + step - 1}" for first in range(0, len(picture), step)]
    with connect(server) as client:
        send(client, request("GET", "/sample.tif", "Range: bytes=" + ",".join(ranges)))
        for pair in ranges:
            send(client, request("GET", "/sample.tif", "Range: bytes=" + pair))
        assert b"".join(octets for _, octets in parts_of(client.response())) == picture
        assert b"".join(client.response().body for _ in ranges) == picture
