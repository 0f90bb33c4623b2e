# SPDX-License-Identifier: BSD-2-Clause
"""Conditional requests (RFC 9110 section 13): tags, dates, lists, and which one counts."""

import datetime

import pytest

from client import connect, request
from table import check, fill, finish, send

MATCH, NONE_MATCH = "If-Match: ", "If-None-Match: "
SINCE, UNMODIFIED = "If-Modified-Since: ", "If-Unmodified-Since: "

# Lists of tags: the list, whether it holds our tag by strong and by weak comparison.
TAGS = [
    ("{etag}", True, True),
    ("*", True, True),
    ('W/{etag}', False, True),
    ('"x"', False, False),
    ('"x", {etag}', True, True),
    ('{etag}, "x"', True, True),
    ('{etag},"x"', True, True),
    ('"x" ,\t{etag}', True, True),
    (', ,{etag},,', True, True),
    ('"a,b", {etag}', True, True),
    ('"x, {opaque}"', False, False),
    ('"", W/"", {etag}', True, True),
    ('W/"x", W/{etag}', False, True),
    ('W/{etag}, {etag}', True, True),
    ('"x", "y", W/"z"', False, False),
    ("{opaque}", False, False),
    ('"{opaque}', False, False),
    ('{opaque}"', False, False),
    ('w/{etag}', False, False),
    ('W/ {etag}', False, False),
    ("W/*", False, False),
    ('"*"', False, False),
    ("'{opaque}'", False, False),
    ('"{opaque}x"', False, False),
    ('"-{opaque}"', False, False),
]

# Dates, and what If-Modified-Since and If-Unmodified-Since make of them.
DATES = [
    *((f"{{same{form}}}", 304, 200) for form in ("", "_850", "_asctime")),
    *((f"{{before{form}}}", 200, 412) for form in ("", "_850", "_asctime")),
    *((f"{{after{form}}}", 304, 200) for form in ("", "_850", "_asctime")),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 200, 412),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 200, 412),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 200, 412),
    ("Sun Nov  6 08:49:37 1994", 200, 412),
    ("Tue, 29 Feb 2000 12:00:00 GMT", 200, 412),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 304, 200),
    ("{far_850}", 200, 412),
]

# Ignored, all of them: if their meaning were guessed, they would give 304 or 412.
NO_DATES = [
    ["Fri, 31 Dec 9999 23:59:59"],
    ["Fri, 31 Dec 9999 23:59:59 UTC"],
    ["Fri, 31 Dec 9999 23:59:59 gmt"],
    ["Fri, 31 Dec 9999 23:59:59 +0000"],
    ["Fri, 31 Dec 9999 24:00:00 GMT"],
    ["Fri, 31 Dec 9999 23:60:00 GMT"],
    ["Fri, 32 Dec 9999 23:59:59 GMT"],
    ["Fri, 00 Dec 9999 23:59:59 GMT"],
    ["Fri, 30 Feb 9999 23:59:59 GMT"],
    ["Mon, 29 Feb 1999 12:00:00 GMT"],
    ["Fri, 31 Xxx 9999 23:59:59 GMT"],
    ["Fri, 31 dec 9999 23:59:59 GMT"],
    ["Xxx, 31 Dec 9999 23:59:59 GMT"],
    ["Fri, 1 Dec 9999 23:59:59 GMT"],
    ["Fri 31 Dec 9999 23:59:59 GMT"],
    ["Fri, 31-Dec-9999 23:59:59 GMT"],
    ["Fri, 06-Nov-94 08:49:37 GMT"],
    ["Sun Nov 6 08:49:37 1994"],
    ["31 Dec 9999 23:59:59 GMT"],
    ["1994-11-06T08:49:37Z"],
    ["9999-12-31T23:59:59Z"],
    ["784111777"],
    ["0"],
    ["tomorrow"],
    [""],
    ['"{opaque}"'],
    ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"],
]

RANGE = "Range: bytes=0-9"

# Status, and the fields of the request: section 13.2.2, several lines, and Range.
TABLE = [
    (200, MATCH + '"x"', MATCH + "{etag}"),
    (200, MATCH + "{etag}", MATCH + '"x"'),
    (412, MATCH + '"x"', MATCH + '"y"'),
    (304, NONE_MATCH + '"x"', NONE_MATCH + "{etag}"),
    (304, NONE_MATCH + "{etag}", NONE_MATCH + '"x"'),
    (304, NONE_MATCH.lower() + "{etag}"),
    (200, MATCH + "{etag}", UNMODIFIED + "{before}"),
    (412, MATCH + '"x"', UNMODIFIED + "{after}"),
    (200, NONE_MATCH + '"x"', SINCE + "{same}"),
    (200, NONE_MATCH + '"x"', SINCE + "{after}"),
    (304, NONE_MATCH + "{etag}", SINCE + "{before}"),
    (304, MATCH + "{etag}", NONE_MATCH + "{etag}"),
    (412, MATCH + '"x"', NONE_MATCH + "{etag}"),
    (200, MATCH + "{etag}", NONE_MATCH + '"x"'),
    (304, MATCH + "{etag}", SINCE + "{same}"),
    (412, MATCH + '"x"', SINCE + "{before}"),
    (304, UNMODIFIED + "{same}", NONE_MATCH + "{etag}"),
    (412, UNMODIFIED + "{before}", NONE_MATCH + "{etag}"),
    (412, UNMODIFIED + "{before}", NONE_MATCH + '"x"'),
    (304, UNMODIFIED + "{same}", SINCE + "{same}"),
    (412, UNMODIFIED + "{before}", SINCE + "{before}"),
    (200, UNMODIFIED + "{same}", SINCE + "{before}"),
    (304, UNMODIFIED + "never", SINCE + "{same}"),
    (304, NONE_MATCH + "{etag}", SINCE + "{before}", MATCH + "*", UNMODIFIED + "{before}"),
    (412, RANGE, MATCH + '"x"'),
    (412, RANGE, UNMODIFIED + "{before}"),
    (304, RANGE, NONE_MATCH + "{etag}"),
    (304, RANGE, SINCE + "{same}"),
    (304, RANGE, NONE_MATCH + "*", "If-Range: {etag}"),
    (412, "Range: bytes={size}-", MATCH + '"x"'),
    (304, "Range: bytes={size}-", NONE_MATCH + "{etag}"),
    (200, "If-Range: {etag}"),
    (200, 'If-Range: "x"'),
    (200, *[NONE_MATCH + '"x"'] * 32),
    (304, *[NONE_MATCH + '"x"'] * 31, NONE_MATCH + "{etag}"),
]
# Requests that conditions do not apply to.
UNCONDITIONAL = [("OPTIONS", "/tiff", 204), ("GET", "/none", 404), ("POST", "/tiff", 405)]


@pytest.fixture(scope="module")
def moments(names):
    """{far_850}: two digits that would be 51 years ahead are a year of the past."""
    year = datetime.datetime.utcnow().year + 51
    return {**names, "far_850": f"Friday, 01-Jan-{year % 100:02} 00:00:00 GMT"}


def ask(server, names, status, method, *fields):
    """One row; a body is there with 200 and GET only, and is the whole object."""
    with connect(server) as client:
        send(client, request(method, "/tiff", *(fill(field, names) for field in fields)))
        response = client.response(method)
        check(response, status, method)
        if status < 400:
            assert response.fields["etag"] == names["etag"]
            assert response.fields["last-modified"] == names["same"]
            assert response.fields["x-extra"] == "yes"
        assert len(response.body) == names["size"] or status != 200 or method == "HEAD"
        finish(client, response)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("tags, strong, weak", TAGS)
def test_entity_tags(server, names, method, tags, strong, weak):
    ask(server, names, 200 if strong else 412, method, MATCH + tags)
    ask(server, names, 304 if weak else 200, method, NONE_MATCH + tags)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("date, since, unmodified", DATES)
def test_dates(server, moments, method, date, since, unmodified):
    ask(server, moments, since, method, SINCE + date)
    ask(server, moments, unmodified, method, UNMODIFIED + date)


@pytest.mark.parametrize("dates", NO_DATES, ids=" + ".join)
def test_what_is_no_date_is_ignored(server, names, dates):
    ask(server, names, 200, "GET", *(SINCE + date for date in dates))
    ask(server, names, 200, "GET", *(UNMODIFIED + date for date in dates))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: " + ".join(row[1:4]))
def test_precedence(server, names, method, row):
    ask(server, names, row[0], method, *row[1:])


@pytest.mark.parametrize("field", [MATCH + '"x"', NONE_MATCH + "*", UNMODIFIED + "{before}"])
@pytest.mark.parametrize("method, target, status", UNCONDITIONAL)
def test_unconditional(server, names, method, target, status, field):
    with connect(server) as client:
        send(client, request(method, target, fill(field, names)))
        response = client.response(method)
        check(response, status, method)
        finish(client, response)


def test_too_many_conditional_fields(server):
    with connect(server) as client:
        send(client, request("GET", "/tiff", *[NONE_MATCH + '"x"'] * 33))
        response = client.response()
        check(response, 431, reason="too many conditional fields")
        finish(client, response, closes=True)
