# SPDX-License-Identifier: BSD-2-Clause
"""Rows of HTTP tables: how one is sent, and what holds for every response to one."""

import datetime
import re
import socket

ALLOW = "GET, HEAD, OPTIONS"
IMF_FIXDATE = "%a, %d %b %Y %H:%M:%S GMT"
CLOCK_TOLERANCE = 10  # seconds, for a machine that is busy
NAME = re.compile(r"\{(\w+)([-+]\d+)?\}")


def fill(text, names):
    """Puts values in the place of {etag}, {size} or {size-1}."""

    def value(match):
        found = names[match[1]]
        return str(found + int(match[2])) if match[2] else str(found)

    return NAME.sub(value, text)


def send(client, octets, slowly=False):
    """In one piece, or each octet in a segment of its own."""
    if not slowly:
        client.send(octets)
        return
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(len(octets)):
        client.send(octets[i : i + 1])


def check_date(response):
    date = response.fields["date"]
    moment = datetime.datetime.strptime(date, IMF_FIXDATE)
    assert moment.strftime(IMF_FIXDATE) == date
    age = datetime.datetime.utcnow() - moment
    assert abs(age.total_seconds()) < CLOCK_TOLERANCE, date


def check_error(response, method, reason):
    """The body repeats the status line, and the reason if there is one to tell."""
    status = response.head.partition(b"\r\n")[0].partition(b" ")[2].decode()
    text = f"{status}: {reason}\n" if reason else f"{status}\n"
    assert response.fields["content-type"] == "text/plain"
    assert response.fields["content-length"] == str(len(text))
    assert response.body.decode() == ("" if method == "HEAD" else text)


def check(response, status, method="GET", reason=None):
    """What the status alone says about a response."""
    assert response.status == status, response.body[:200]
    check_date(response)
    assert response.fields.get("allow") == (ALLOW if status in (204, 405) else None)
    assert ("content-range" in response.fields) <= (status in (206, 416))
    if status >= 400:
        check_error(response, method, reason)
    if status in (204, 304):
        assert not {"content-length", "content-type"} & set(response.fields)
    if status in (200, 206, 304):
        assert response.fields["accept-ranges"] == "bytes"
        assert response.fields["cache-control"] == "public, max-age=60"
        assert {"etag", "last-modified"} <= set(response.fields)


def finish(client, response, closes=False):
    """The connection ends as announced, or takes another request."""
    assert response.close == closes
    assert client.closed() if closes else client.still_open()
