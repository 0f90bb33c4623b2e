# SPDX-License-Identifier: BSD-2-Clause
"""Answers that pages of other origins may read, and fields that errors have, too."""

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
    answer = ask(daemon, path, *([f"Origin: {origin}"] if origin else []), *fields, method=method)

    assert answer.fields.get(ALLOW) == allowed, answer.head
    exposed = answer.fields.get("access-control-expose-headers", "").split(", ")
    assert ("Content-Range" in exposed and "ETag" in exposed) == bool(allowed)
    assert answer.fields.get("vary") == ("Origin" if path in ("/listed", "/absent") else None)
    assert "access-control-allow-methods" not in answer.fields


def test_preflight(start):
    daemon = start(INI)
    fields = ["Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: if-none-match,range,x-own"]

    answer = ask(daemon, "/listed", "Origin: https://a.example", *fields, method="OPTIONS")
    assert answer.status == 204
    assert answer.fields[ALLOW] == "https://a.example"
    assert answer.fields["access-control-allow-methods"] == "GET, HEAD"
    allowed = answer.fields["access-control-allow-headers"].lower().split(", ")
    assert {"*", "range", "if-range", "if-none-match"} <= set(allowed)
    assert answer.fields["access-control-max-age"] == "86400"

    answer = ask(daemon, "/listed", "Origin: https://b.example", *fields, method="OPTIONS")
    assert ALLOW not in answer.fields and "access-control-allow-methods" not in answer.fields


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
    answer = ask(start(INI), "/listed", *fields, method=method)

    assert answer.status == status
    assert answer.fields["server"] == "shop"
    assert ("content-language" in answer.fields) == (status < 400 and status != 204)
