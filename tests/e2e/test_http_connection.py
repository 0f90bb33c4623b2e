# SPDX-License-Identifier: BSD-2-Clause
"""How long a connection lasts, and responses to requests that come all at once."""

import pytest

from client import connect, half_close, request
from table import check, finish, send

# Version, fields, whether the connection closes after the response.
TABLE = [
    ("1.1", [], False),
    ("1.2", [], False),
    ("1.1", ["Connection: keep-alive"], False),
    ("1.1", ["Connection: close"], True),
    ("1.1", ["Connection: Close"], True),
    ("1.1", ["connection:CLOSE"], True),
    ("1.1", ["Connection: ,close"], True),
    ("1.1", ["Connection: close,"], True),
    ("1.1", ["Connection: foo,\tclose"], True),
    ("1.1", ["Connection: foo , close , bar"], True),
    ("1.1", ["Connection: keep-alive, close"], True),
    ("1.1", ["Connection: close, keep-alive"], True),
    ("1.1", ["Connection: keep-alive", "Connection: close"], True),
    ("1.1", ["Connection: close", "Connection: keep-alive"], True),
    ("1.1", ["Connection: closed"], False),
    ("1.1", ["Connection: not-close"], False),
    ("1.1", ["Connection: close;q=0"], False),
    ("1.1", ['Connection: "close"'], False),
    ("1.1", ["Connection:"], False),
    ("1.1", ["Proxy-Connection: close"], False),
    ("1.1", ["Keep-Alive: timeout=1, max=1"], False),
    ("1.1", ["Connection: Upgrade", "Upgrade: websocket"], False),
    ("1.1", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"], False),
    ("1.1", ["Connection: upgrade, close", "Upgrade: h2c"], True),
    ("1.0", [], True),
    ("1.0", ["Connection: close"], True),
    ("1.0", ["Connection: keep-alive"], False),
    ("1.0", ["Connection: Keep-Alive"], False),
    ("1.0", ["Connection: foo, keep-alive"], False),
    ("1.0", ["Connection: foo", "Connection: keep-alive"], False),
    ("1.0", ["Connection: keep-alive, close"], True),
    ("1.0", ["Connection: close", "Connection: keep-alive"], True),
    ("1.0", ["Connection: keep-alives"], True),
    ("1.0", ["Proxy-Connection: keep-alive"], True),
    ("1.0", ["Keep-Alive: timeout=9"], True),
]
# What is asked, and its status.
ASKED = [
    ("GET", "/tiff", 200),
    ("HEAD", "/tiff", 200),
    ("GET", "/none", 404),
    ("POST", "/tiff", 405),
]


@pytest.mark.parametrize("method, target, status", ASKED)
@pytest.mark.parametrize("version, fields, closes", TABLE, ids=lambda value: str(value))
def test_persistence(server, version, fields, closes, method, target, status):
    with connect(server) as client:
        send(client, request(method, target, *fields, version=f"HTTP/{version}"))
        response = client.response(method)
        check(response, status, method)
        said = "close" if closes else "keep-alive" if version == "1.0" else None
        assert response.fields.get("connection") == said
        finish(client, response, closes)


GET, HEAD = request(), request("HEAD")
RANGE = "Range: bytes=0-9"
KEEP_ALIVE = "Connection: keep-alive"
# Twenty requests: octets, method, status, what is sent of the object.
MIXED = [
    (GET, "GET", 200, slice(None)),
    (HEAD, "HEAD", 200, slice(0)),
    (request("GET", "/none"), "GET", 404, None),
    (request("GET", "/tiff", RANGE), "GET", 206, slice(10)),
    (request("OPTIONS", "*"), "OPTIONS", 204, slice(0)),
    (request("GET", "/tiff", "If-None-Match: *"), "GET", 304, slice(0)),
    (request("GET", "/tiff", 'If-Match: "x"'), "GET", 412, None),
    (request("POST"), "POST", 405, None),
    (request("GET", "/tiff", "Range: bytes=-7"), "GET", 206, slice(-7, None)),
    (b"\r\n" + GET, "GET", 200, slice(None)),
    (request("BREW"), "BREW", 501, None),
    (request("HEAD", "/none"), "HEAD", 404, None),
    (request("GET", "/tiff", "Range: bytes=99999999999-"), "GET", 416, None),
    (request("GET", "http://t/%74iff", "Range: bytes=7-99999"), "GET", 206, slice(7, 100000)),
    (request("GET", "/tiff", "Expect: x"), "GET", 417, None),
    (request("GET", "/tiff", KEEP_ALIVE, version="HTTP/1.0"), "GET", 200, slice(None)),
    (request("HEAD", "/tiff", RANGE), "HEAD", 200, slice(0)),
    (request("OPTIONS"), "OPTIONS", 204, slice(0)),
    (request("GET", "/tiff", "Range: bytes=3-5000"), "GET", 206, slice(3, 5001)),
    (GET, "GET", 200, slice(None)),
]


def check_mixed(client, rows, text):
    for _, method, status, part in rows:
        response = client.response(method)
        check(response, status, method)
        assert not response.close
        assert part is None or response.body == text[part]


@pytest.mark.parametrize("slowly", [False, True], ids=["whole", "slowly"])
def test_pipelining(server, text, slowly):
    with connect(server) as client:
        send(client, b"".join(row[0] for row in MIXED), slowly)
        check_mixed(client, MIXED, text)
        assert client.still_open()


def test_pipelining_of_many(server, text):
    """More than fits into any buffer on the way, to a client that reads after it has sent."""
    with connect(server) as client:
        send(client, request("GET", "/tiff", RANGE) * 2000)
        for _ in range(2000):
            assert client.response().body == text[:10]
        assert client.still_open()


def test_pipelining_of_a_half_closed_client(server, text):
    with connect(server) as client:
        send(client, b"".join(row[0] for row in MIXED))
        half_close(client)
        check_mixed(client, MIXED, text)
        assert client.closed()


# The last request that is answered, its status, and the reason if it is an error.
LAST = [
    (b"GET /tiff HTTP/1.1\r\n\r\n", 400, "HTTP/1.1 needs a Host field"),
    (b"GET /tiff HTTP/1.1\nHost: t\r\n\r\n", 400, "a line ends in LF without CR"),
    (b"GET  /tiff HTTP/1.1\r\n", 400, "the request line is not: method SP target SP version"),
    (b"GET /tiff HTTP/2.0\r\n", 505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
    (b"GET /" + b"x" * 9000, 414, "the target is longer than the limit"),
    (request("POST", "/tiff", "Content-Length: 9") + b"GET /tiff", 405, None),
    (request("POST", "/tiff", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 405, None),
    (request("CONNECT", "t:80"), 405, None),
    (request("GET", "/tiff", "Connection: close"), 200, None),
    (request("GET", "/tiff", version="HTTP/1.0"), 200, None),
]


@pytest.mark.parametrize("before", [0, 1, 9, 20])
@pytest.mark.parametrize("octets, status, reason", LAST, ids=lambda value: str(value)[:30])
def test_last_request(server, text, before, octets, status, reason):
    """What came before it is answered in full, what comes after it not at all."""
    rows = MIXED[:before]
    with connect(server) as client:
        send(client, b"".join(row[0] for row in rows) + octets + GET * 3)
        check_mixed(client, rows, text)
        response = client.response()
        check(response, status, reason=reason)
        finish(client, response, closes=True)
