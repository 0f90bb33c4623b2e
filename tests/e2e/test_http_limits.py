# SPDX-License-Identifier: BSD-2-Clause
"""Limits: what just fits is served, one more octet or field is refused."""

import pytest

from client import connect, request
from table import check, finish, send

SERVER = """
max_header_size = 1k
max_header_fields = 10
max_target_size = 64
max_ranges = 2
keepalive_requests = 5
header_timeout = 1h
"""
HEAD_SIZE, FIELDS, TARGET = 1024, 10, 64
LINE = b"GET /tiff HTTP/1.1\r\n"
HOST = b"Host: t\r\n"

TOO_LARGE = (431, "the head is larger than the limit")
TOO_MANY = (431, "more fields than the limit")
TOO_LONG = (414, "the target is longer than the limit")
NO_METHOD = (501, "no method has so long a name")
NOT_REFUSED = (200, None)


def head_of(size, start=b""):
    """A head of exactly so many octets, what stands before it included."""
    head = start + LINE + HOST + b"X: %s\r\n\r\n"
    return head % (b"x" * (size - len(head) + 2))


def target_of(length, form=b"/tiff?"):
    return b"GET %s HTTP/1.1\r\n" % form.ljust(length, b"x") + HOST + b"\r\n"


def fields_of(count, field=b"X: y\r\n"):
    return LINE + HOST + field * (count - 1) + b"\r\n"


TABLE = {
    "head that fits": (head_of(HEAD_SIZE), *NOT_REFUSED),
    "head too large": (head_of(HEAD_SIZE + 1), *TOO_LARGE),
    "head far too large": (head_of(8 * HEAD_SIZE), *TOO_LARGE),
    "head that fits with empty lines": (head_of(HEAD_SIZE, b"\r\n\r\n"), *NOT_REFUSED),
    "head too large with empty lines": (head_of(HEAD_SIZE + 1, b"\r\n\r\n"), *TOO_LARGE),
    "head without an end": (head_of(HEAD_SIZE + 4)[:HEAD_SIZE], *TOO_LARGE),
    "field name without an end": (LINE + b"x" * HEAD_SIZE, *TOO_LARGE),
    "fields that fit": (fields_of(FIELDS), *NOT_REFUSED),
    "one field too many": (fields_of(FIELDS + 1), *TOO_MANY),
    "many fields too many": (fields_of(100), *TOO_MANY),
    "one condition too many": (fields_of(FIELDS + 1, b'If-Match: "x"\r\n'), *TOO_MANY),
    "target that fits": (target_of(TARGET), *NOT_REFUSED),
    "target too long": (target_of(TARGET + 1), *TOO_LONG),
    "target far too long": (target_of(3 * HEAD_SIZE), *TOO_LONG),
    "absolute target that fits": (target_of(TARGET, b"http://t/tiff?"), *NOT_REFUSED),
    "absolute target too long": (target_of(TARGET + 1, b"http://t/tiff?"), *TOO_LONG),
    "target without an end": (b"GET /" + b"x" * 200, *TOO_LONG),
    "target and head too large": (b"GET /" + b"x" * 2 * HEAD_SIZE, *TOO_LONG),
    "method too long": (b"A" * 33 + LINE[3:] + HOST + b"\r\n", *NO_METHOD),
    "method without an end": (b"A" * 2 * HEAD_SIZE, *NO_METHOD),
}


@pytest.mark.parametrize("slowly", [False, True], ids=["whole", "slowly"])
@pytest.mark.parametrize("octets, status, reason", TABLE.values(), ids=TABLE)
def test_limit(server, text, octets, status, reason, slowly):
    with connect(server) as client:
        send(client, octets, slowly)
        response = client.response()
        check(response, status, reason=reason)
        assert status >= 400 or response.body == text
        finish(client, response, closes=status >= 400)


@pytest.mark.parametrize("ranges, status", [("0-0,2-2", 206), ("0-0,2-2,4-4", 200)])
def test_ranges(server, ranges, status):
    with connect(server) as client:
        send(client, request("GET", "/tiff", f"Range: bytes={ranges}"))
        response = client.response()
        check(response, status)
        finish(client, response)


def test_limits_hold_for_each_request_alone(server):
    """Pipelined heads do not add up, in one segment or octet by octet."""
    for slowly in (False, True):
        with connect(server) as client:
            send(client, head_of(HEAD_SIZE).replace(b"GET", b"PUT") * 4, slowly)
            for _ in range(4):
                check(client.response(), 405)
            assert not client.buffer


def test_requests_of_a_connection(server):
    with connect(server) as client:
        send(client, request("HEAD") * 8)
        for count in range(1, 6):
            response = client.response("HEAD")
            check(response, 200, "HEAD")
            assert response.close == (count == 5)
        assert client.closed()


@pytest.mark.parametrize("begun", [b"G", LINE, LINE + HOST, LINE + b"X: y", b"\r\n"], ids=ascii)
def test_slow_head(sample_with, begun):
    with connect(sample_with("header_timeout = 100ms")) as client:
        send(client, begun)
        response = client.response()
        check(response, 408, reason="the head did not arrive in time")
        finish(client, response, closes=True)
