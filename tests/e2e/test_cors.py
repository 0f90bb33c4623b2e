# SPDX-License-Identifier: BSD-2-Clause
"""Responses that pages of other origins may read, and fields that errors have, too."""

import pytest

from client import fetch
from daemon import SAMPLE

INI = f"""
[server]
cors = https://a.example, http://localhost:3000
[asset /listed]
file = {SAMPLE}
header = Server: shop
header = Content-Language: en
[asset /any]
file = {SAMPLE}
cors = *
[asset /closed]
file = {SAMPLE}
cors =
"""
ALLOW = "access-control-allow-origin"


def ask(daemon, path, *fields, method="GET"):
    return fetch(daemon, method, path, *fields)


@pytest.mark.parametrize("path, origin, allowed", [
    ("/any", None, "*"),
    ("/any", "https://b.example", "*"),
    ("/listed", "https://a.example", "https://a.example"),
    ("/listed", "http://localhost:3000", "http://localhost:3000"),
    ("/listed", "https://b.example", None),
    ("/listed", None, None),
    ("/absent", "https://a.example", "https://a.example"),
    ("/absent", "https://b.example", None),
    ("/closed", "https://a.example", None),
])
@pytest.mark.parametrize("method, fields", [
    ("GET", []),
    ("HEAD", []),
    ("POST", ["Content-Length: 0"]),
    ("GET", ["Range: bytes=9999999-"]),
    ("GET", ["Range: bytes=-5"]),
    ("GET", ["If-Match: \"x\""]),
    ("GET", ["If-None-Match: *"]),
])
def test_origins(start, path, origin, allowed, method, fields):
    daemon = start(INI)
    response = ask(daemon, path, *([f"Origin: {origin}"] if origin else []), *fields, method=method)

    assert response.fields.get(ALLOW) == allowed, response.head
    exposed = response.fields.get("access-control-expose-headers", "").split(", ")
    assert ("Content-Range" in exposed and "ETag" in exposed) == bool(allowed)
    assert response.fields.get("vary") == ("Origin" if path in ("/listed", "/absent") else None)
    assert "access-control-allow-methods" not in response.fields


def test_preflight(start):
    daemon = start(INI)
    fields = ["Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: if-none-match,range,x-own"]

    response = ask(daemon, "/listed", "Origin: https://a.example", *fields, method="OPTIONS")
    assert response.status == 204
    assert response.fields[ALLOW] == "https://a.example"
    assert response.fields["access-control-allow-methods"] == "GET, HEAD"
    allowed = response.fields["access-control-allow-headers"].lower().split(", ")
    assert {"*", "range", "if-range", "if-none-match"} <= set(allowed)
    assert response.fields["access-control-max-age"] == "86400"

    response = ask(daemon, "/listed", "Origin: https://b.example", *fields, method="OPTIONS")
    assert ALLOW not in response.fields and "access-control-allow-methods" not in response.fields


@pytest.mark.parametrize("method, fields, status", [
    ("GET", [], 200),
    ("OPTIONS", [], 204),
    ("GET", ["If-None-Match: *"], 304),
    ("POST", ["Content-Length: 0"], 405),
    ("GET", ["If-Match: \"x\""], 412),
    ("GET", ["Range: bytes=9999999-"], 416),
    ("GET", ["Expect: x"], 417),
])
def test_own_fields(start, method, fields, status):
    response = ask(start(INI), "/listed", *fields, method=method)

    assert response.status == status
    assert response.fields["server"] == "shop"
    assert ("content-language" in response.fields) == (status < 400 and status != 204)
