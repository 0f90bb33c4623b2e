# SPDX-License-Identifier: BSD-2-Clause
"""Methods, expectations, and content that is announced but never read."""

import pytest

from client import connect, request
from table import check, finish, send

MEGABYTE = 1 << 20
SMUGGLED = request("GET", "/sample.tif")
CONTINUE = "Expect: 100-continue"

# Method, target, further fields, status, whether the connection closes.
TABLE = [
    ("GET", "/tiff", [], 200, False),
    ("HEAD", "/tiff", [], 200, False),
    ("OPTIONS", "/tiff", [], 204, False),
    ("OPTIONS", "*", [], 204, False),
    ("OPTIONS", "http://t", [], 204, False),
    ("OPTIONS", "http://t:80", [], 204, False),
    ("OPTIONS", "http://t/tiff", [], 204, False),
    ("OPTIONS", "/", [], 404, False),
    ("OPTIONS", "/none", [], 404, False),
    ("OPTIONS", "http://t/", [], 404, False),
    ("OPTIONS", "/tiff", ["Content-Length: 0"], 204, False),
    ("GET", "/none", [], 404, False),
    ("HEAD", "/none", [], 404, False),
    *((name, "/tiff", [], 405, False) for name in ("POST", "PUT", "DELETE", "PATCH", "TRACE")),
    *((name, "/none", [], 405, False) for name in ("POST", "PUT", "DELETE", "PATCH", "TRACE")),
    ("CONNECT", "t:80", [], 405, True),
    ("CONNECT", "[::1]:443", [], 405, True),
    ("POST", "/tiff", ["Content-Length: 0"], 405, False),
    ("POST", "/tiff", ["Content-Length: 5"], 405, True),
    ("PUT", "/tiff", ["Transfer-Encoding: chunked"], 405, True),
    ("PUT", "/tiff", ["Transfer-Encoding: gzip, Chunked"], 405, True),
    ("PUT", "/tiff", ["Transfer-Encoding: gzip", "Transfer-Encoding: , chunked ,"], 405, True),
    ("POST", "http://t/tiff", [], 405, False),
    ("POST", "/tiff", ["Connection: close"], 405, True),
    ("get", "/tiff", [], 501, False),
    ("Get", "/tiff", [], 501, False),
    ("GETS", "/tiff", [], 501, False),
    ("GE", "/tiff", [], 501, False),
    ("BREW", "/tiff", [], 501, False),
    ("PROPFIND", "/tiff", [], 501, False),
    ("M-SEARCH", "/tiff", [], 501, False),
    ("SOURCE", "/tiff", [], 501, False),
    ("!#$%&'*+-.^_`|~09azAZ", "/tiff", [], 501, False),
    ("A" * 32, "/tiff", [], 501, False),
    ("BREW", "/tiff", ["Content-Length: 5"], 501, True),
    ("GET", "/tiff", [CONTINUE], 200, False),
    ("GET", "/tiff", ["Expect: 100-Continue"], 200, False),
    ("HEAD", "/tiff", [CONTINUE], 200, False),
    ("GET", "/tiff", ["Expect: 200-ok"], 417, False),
    ("HEAD", "/tiff", ["Expect: x"], 417, False),
    ("GET", "/none", ["Expect: x"], 417, False),
    ("GET", "/tiff", ["Expect: 100-continue, x"], 417, False),
    ("GET", "/tiff", [CONTINUE, "Expect: x"], 417, False),
    ("POST", "/tiff", [CONTINUE, "Content-Length: 5"], 405, True),
    ("POST", "/tiff", ["Expect: x"], 405, False),
    ("BREW", "/tiff", [CONTINUE, "Content-Length: 5"], 501, True),
]


@pytest.mark.parametrize("method, target, fields, status, closes", TABLE, ids=str)
def test_method(server, method, target, fields, status, closes):
    with connect(server) as client:
        send(client, request(method, target, *fields))
        response = client.response(method)
        check(response, status, method)
        finish(client, response, closes)


def test_expect_means_nothing_in_1_0(server, text):
    with connect(server) as client:
        send(client, request("GET", "/tiff", "Expect: x", version="HTTP/1.0"))
        response = client.response()
        check(response, 200)
        assert response.body == text
        finish(client, response, closes=True)


# What announces the content, and its octets.
CONTENTS = {
    "nothing": ("Content-Length: 5", b""),
    "short": ("Content-Length: 5", b"hello"),
    "a request": (f"Content-Length: {len(SMUGGLED)}", SMUGGLED),
    "too much": ("Content-Length: 5", b"hello" + SMUGGLED),
    "chunked": ("Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n" + SMUGGLED),
    "bad chunks": ("Transfer-Encoding: chunked", b"5;\xff\n\0hello-1\r\n" + SMUGGLED),
    "a megabyte": (f"Content-Length: {MEGABYTE}", b"GET " * (MEGABYTE // 4)),
}


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "after the response"])
@pytest.mark.parametrize("field, content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("method, status", [("POST", 405), ("BREW", 501), ("GET", 400)])
def test_content_is_never_a_request(server, method, status, field, content, waits):
    """Nor does the end of the connection destroy the response: a reset would fail the client."""
    with connect(server) as client:
        client.send(request(method, "/tiff", field) + (b"" if waits else content))
        response = client.response()
        if waits:
            client.send(content)
        reason = "content with a method that has no use for it" if status == 400 else None
        check(response, status, method, reason)
        finish(client, response, closes=True)
