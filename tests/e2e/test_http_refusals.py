# SPDX-License-Identifier: BSD-2-Clause
"""Heads that are refused: each reason, its status and text, in one piece and octet by octet."""

import pytest

from client import connect
from table import check, finish, send

LINE = "%s\r\nHost: t\r\n\r\n"
VERSIONS = LINE % "GET /tiff %s"
TARGET = "GET %s HTTP/1.1\r\nHost: t\r\n\r\n"
FIELD = "GET /tiff HTTP/1.1\r\nHost: t\r\n%s\r\n\r\n"
HOST = "GET /tiff HTTP/1.1\r\n%s\r\n\r\n"
LENGTHS = FIELD % "Content-Length: %s"
CONNECT = LINE % "CONNECT %s HTTP/1.1"
POST = "POST /tiff HTTP/1.1\r\nHost: t\r\n%s\r\n\r\n"
CODINGS = POST % "Transfer-Encoding: %s"
RAW = "%s"
GOOD = FIELD % "X: y"

EMPTY_LINES = "too many empty lines before the request"
BARE_LF = "a line ends in LF without CR"
BARE_CR = "a CR is not followed by LF"
REQUEST_LINE = "the request line is not: method SP target SP version"
METHOD = "the method is not a token"
METHOD_LENGTH = "no method has so long a name"
VERSION_SYNTAX = "the version is not HTTP/digit.digit"
VERSION = "only HTTP/1.0 and HTTP/1.1 are spoken here"
TARGET_LENGTH = "the target is longer than the limit"
TARGET_FORM = "the method does not allow this form of target"
TARGET_OCTET = "the target holds an octet that a URI must encode"
TARGET_ESCAPE = "the target holds %00, or % without two hexadecimal digits"
TARGET_SCHEME = "the target's scheme is neither http nor https"
AUTHORITY = "the target's authority is not: host [:port]"
FOLD = "a field line begins with white space"
SPACE = "white space follows a field name"
COLON = "a field line has no colon"
NAME = "a field name is not a token"
VALUE = "a field value holds a control octet"
HOST_MISSING = "HTTP/1.1 needs a Host field"
HOST_REPEATED = "more than one Host field"
HOST_INVALID = "the Host field is not: host [:port]"
LENGTH_REPEATED = "more than one Content-Length field"
LENGTH = "Content-Length is not a number below 2^63"
CODING_LENGTH = "Transfer-Encoding and Content-Length exclude each other"
CODING_VERSION = "HTTP/1.0 has no Transfer-Encoding"
CODING = "Transfer-Encoding does not end in one chunked"
CONTENT = "content with a method that has no use for it"

# Status, reason, where the octets stand, and the octets of each row.
TABLE = [
    (400, EMPTY_LINES, RAW, ["\r\n" * 5 + GOOD]),
    (400, BARE_LF, LINE, ["GET /tiff HTTP/1.1\nX: y", "GET /tiff HTTP/1.1\n"]),
    (400, BARE_LF, LINE, ["\nGET /tiff HTTP/1.1"]),
    (400, BARE_LF, FIELD, ["X: y\nZ: y", "X: y\n", "X: y\n z", "X\n: y", "X:\n y"]),
    (400, BARE_LF, RAW, ["\n" + GOOD, "\n\n", GOOD[:-4] + "\n\n", GOOD[:-2] + "\n"]),
    (400, BARE_CR, LINE, ["GET /tiff HTTP/1.1\r", "GET /tiff\rHTTP/1.1"]),
    (400, BARE_CR, LINE, ["GET /ti\rff HTTP/1.1", "\r"]),
    (400, BARE_CR, FIELD, ["X:\rYEvil: 1", "X: y\rEvil: 1", "X: y\r", "\rX: y", "X\r: y"]),
    (400, BARE_CR, RAW, [GOOD[:-2] + "\rX", GOOD[:-2] + "\r\r\n", "\r\r\n" + GOOD]),
    (400, REQUEST_LINE, LINE, ["GET", "GET ", "GET /tiff", "GET  /tiff HTTP/1.1"]),
    (400, REQUEST_LINE, LINE, ["GET  HTTP/1.1", "GET /tiff\tHTTP/1.1"]),
    (400, METHOD, LINE, [" GET /tiff HTTP/1.1", "\tGET /tiff HTTP/1.1"]),
    (400, METHOD, LINE, ["GE(T) /tiff HTTP/1.1", "GET\t/tiff HTTP/1.1"]),
    (400, METHOD, LINE, ["G\0ET /tiff HTTP/1.1", "G\xc9T /tiff HTTP/1.1"]),
    (400, METHOD, LINE, ["\x16\x03\x01\x02\x00\x01", "GET\x0b/tiff HTTP/1.1"]),
    (400, METHOD, LINE, ["{} /tiff HTTP/1.1"]),
    (501, METHOD_LENGTH, LINE, ["A" * 33 + " /tiff HTTP/1.1"]),
    (400, VERSION_SYNTAX, VERSIONS, ["Http/1.1", "HXYZ/1.1", "HTTP-1.1", "HTTP/1", "HTTP/11"]),
    (400, VERSION_SYNTAX, VERSIONS, ["HTTP/1.10", " HTTP/1.1", "HTTP/1.1 ", "HTTP/01.1"]),
    (400, VERSION_SYNTAX, VERSIONS, ["http/1.1", "HTTP/1.x", "HTTP/ 1.1", "x HTTP/1.1"]),
    (400, VERSION_SYNTAX, VERSIONS, ["HTTP/1,1", "", "HTTP/1.1\t", "\tHTTP/1.1"]),
    (400, VERSION_SYNTAX, LINE, ["SOURCE x ICE/1.0"]),
    (505, VERSION, RAW, ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
    (505, VERSION, VERSIONS, ["HTTP/0.0", "HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"]),
    (400, TARGET_FORM, TARGET, ["*", "tiff", "tiff/", "?x", "%2Ftiff", "http:tiff"]),
    (400, TARGET_FORM, TARGET, ["http:/tiff", "t:80", "**", "*/tiff", "*?x"]),
    (400, TARGET_FORM, LINE, ["POST * HTTP/1.1", "OPTIONS ** HTTP/1.1"]),
    (400, TARGET_FORM, CONNECT, ["/tiff", "t", "t:", "*", "u@t:1", "http://t/", "t:65536"]),
    (400, TARGET_OCTET, TARGET, [f"/tiff{octet}" for octet in '\t\f\x01\x7f\x80\xff\0\x1b']),
    (400, TARGET_OCTET, TARGET, [f"/ti{octet}ff" for octet in '\\"<>{}|^`#']),
    (400, TARGET_OCTET, TARGET, ["/tiff?#", "/tiff?a#b", '/tiff?"', "/tiff?<>", "/tiff?\xe9"]),
    (400, TARGET_OCTET, TARGET, ["http://t/tiff#x", "http://t/{}"]),
    (400, TARGET_ESCAPE, TARGET, ["/tiff%00", "/%zz", "/tiff%", "/tiff%7", "/%7g", "/tiff?%"]),
    (400, TARGET_ESCAPE, TARGET, ["/tiff?%0", "/tiff?%00", "/tiff?%zz", "http://t/%zz"]),
    (400, TARGET_SCHEME, TARGET, ["ftp://t/tiff", "://t/tiff", "ws://t/tiff"]),
    (400, TARGET_SCHEME, TARGET, ["httpx://t/tiff"]),
    (400, AUTHORITY, TARGET, ["http:///tiff", "http://", "http://u@t/tiff"]),
    (400, AUTHORITY, TARGET, ["http://u:p@t/tiff", "http://a@b@c/", "http://t:99999/tiff"]),
    (400, AUTHORITY, TARGET, ["http://t:x/", "http://:80/", "http://[::1/", "http://[x]/"]),
    (400, AUTHORITY, TARGET, ["http://t\\/tiff", "http://t%00/", "http://?x"]),
    (400, FOLD, FIELD, ["X: y\r\n z", "X: y\r\n\tz", "X: y\r\n ", " X: y", "\tX: y"]),
    (400, FOLD, FIELD, ["X:\r\n y", "Content-Length: 0\r\n 5"]),
    (400, FOLD, FIELD, ["Transfer-Encoding:\r\n chunked"]),
    (400, FOLD, HOST, [" Host: t", "Host: t\r\n u"]),
    (400, SPACE, FIELD, ["X : y", "X\t: y", "X Y: z", "Content-Length : 5"]),
    (400, SPACE, FIELD, ["Transfer-Encoding : chunked"]),
    (400, SPACE, HOST, ["Host : t"]),
    (400, COLON, FIELD, ["X", "Content-Length", "GET"]),
    (400, NAME, FIELD, [": y", ":", "X(Y): z", "X\0: y", "\xe9: y", "X@: y", "X/Y: z"]),
    (400, NAME, FIELD, ['"X": y', "X\x7f: y"]),
    (400, VALUE, FIELD, [f"X: y{octet}" for octet in "\0\x01\x0b\x0c\x1b\x7f"]),
    (400, VALUE, FIELD, [f"X:{octet}y" for octet in "\0\x01\x08\x1b\x7f"]),
    (400, VALUE, FIELD, ["Transfer-Encoding: \x0bchunked", "Content-Length: 0\0"]),
    (400, HOST_MISSING, HOST, ["X: y", "Hos: t", "Hosts: t", "X-Host: t"]),
    (400, HOST_MISSING, RAW, ["GET /tiff HTTP/1.1\r\n\r\n"]),
    (400, HOST_MISSING, RAW, ["GET http://t/tiff HTTP/1.1\r\n\r\n"]),
    (400, HOST_MISSING, RAW, ["GET /tiff HTTP/1.2\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n"]),
    (400, HOST_MISSING, RAW, ["BREW /tiff HTTP/1.1\r\n\r\n", "CONNECT t:80 HTTP/1.1\r\n\r\n"]),
    (400, HOST_REPEATED, FIELD, ["Host: t", "host: u", "X: y\r\nHOST: t", "Host:"]),
    (400, HOST_REPEATED, RAW, ["GET /tiff HTTP/1.0\r\nHost: t\r\nHost: t\r\n\r\n"]),
    (400, HOST_INVALID, HOST, ["Host:", "Host: ", "Host: a b", "Host: a/b", "Host: u@t"]),
    (400, HOST_INVALID, HOST, ["Host:\r\n t", "Host: t:x", "Host: t:65536", "Host: :80"]),
    (400, HOST_INVALID, HOST, ["Host: t:80:80", "Host: t\\", "Host: [::1", "Host: ::1"]),
    (400, HOST_INVALID, HOST, ["Host: [t]", "Host: [::1]x", "Host: http://t", "Host: t%"]),
    (400, HOST_INVALID, HOST, ["Host: t%00", "Host: t?x", "Host: t#", "Host: \xe9"]),
    (400, HOST_INVALID, HOST, ["Host: *t<"]),
    (400, HOST_INVALID, RAW, ["GET /tiff HTTP/1.0\r\nHost: a b\r\n\r\n"]),
    (400, LENGTH_REPEATED, FIELD, ["Content-Length: 0\r\nContent-Length: 0"]),
    (400, LENGTH_REPEATED, POST, ["Content-Length: 5\r\ncontent-length: 6"]),
    (400, LENGTH_REPEATED, POST, ["Content-Length: 5\r\nContent-Length:"]),
    (400, LENGTH, LENGTHS, ["-1", "+0", "0x0", "0 0", "0,0", "0;", "", "\r\n 0", "0, 0"]),
    (400, LENGTH, LENGTHS, ["9" * 30, "0.0", '"0"', "0_0", "\xb2", "-0", str(1 << 63)]),
    (400, LENGTH, LENGTHS, [str(1 << 64)]),
    (400, LENGTH, POST, ["Content-Length: x", "Content-Length: 5, 5"]),
    (400, LENGTH, POST, [f"Content-Length: {1 << 64}"]),
    (400, CODING_LENGTH, POST, ["Transfer-Encoding: chunked\r\nContent-Length: 5"]),
    (400, CODING_LENGTH, POST, ["Content-Length: 0\r\nTransfer-Encoding: chunked"]),
    (400, CODING_VERSION, RAW, ["POST /tiff HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"]),
    (400, CODING_VERSION, RAW, ["GET /tiff HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"]),
    (400, CODING, POST, ["Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip"]),
    (400, CODING, POST, ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"]),
    (400, CODING, CODINGS, ["gzip", "", "identity", "xchunked", "chunkedx", "chun ked", "x y"]),
    (400, CODING, CODINGS, ["chunked;a=b", "chunked, chunked", "chunked, gzip", '"chunked"']),
    (400, CONTENT, FIELD, [f"Content-Length: {v}" for v in (1, "05", (1 << 63) - 1)]),
    (400, CONTENT, FIELD, ["Transfer-Encoding: chunked", "transfer-encoding: gzip, Chunked"]),
    (400, CONTENT, RAW, ["OPTIONS * HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"]),
    (400, CONTENT, RAW, [FIELD % "Content-Length: 99" + GOOD]),
    (400, CONTENT, RAW, [FIELD % "Transfer-Encoding: chunked" + "0\r\n\r\n"]),
]
ROWS = [
    pytest.param(status, reason, where % octets, id=ascii(where % octets)[1:-1])
    for status, reason, where, rows in TABLE
    for octets in rows
]

HEAD_TABLE = [
    (400, HOST_MISSING, "HEAD /tiff HTTP/1.1\r\n\r\n"),
    (400, CONTENT, "HEAD /tiff HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"),
    (400, VALUE, "HEAD /tiff HTTP/1.1\r\nHost: t\r\nX: \0\r\n\r\n"),
    (400, TARGET_OCTET, "HEAD /tiff# HTTP/1.1\r\nHost: t\r\n\r\n"),
    (505, VERSION, "HEAD /tiff HTTP/2.0\r\nHost: t\r\n\r\n"),
    (400, TARGET_FORM, "HEAD * HTTP/1.1\r\nHost: t\r\n\r\n"),
    (414, TARGET_LENGTH, f"HEAD /{'x' * 8192} HTTP/1.1\r\nHost: t\r\n\r\n"),
    (414, TARGET_LENGTH, f"HEAD /{'x' * 9000}"),
]


@pytest.mark.parametrize("slowly", [False, True], ids=["whole", "slowly"])
@pytest.mark.parametrize("status, reason, octets", ROWS)
def test_refusal(server, status, reason, octets, slowly):
    with connect(server) as client:
        send(client, octets.encode("latin-1"), slowly)
        response = client.response()
        check(response, status, reason=reason)
        finish(client, response, closes=True)


@pytest.mark.parametrize("status, reason, octets", HEAD_TABLE, ids=lambda v: ascii(v)[:40])
def test_refusal_of_head_has_no_body(server, status, reason, octets):
    with connect(server) as client:
        send(client, octets.encode("latin-1"))
        response = client.response("HEAD")
        check(response, status, "HEAD", reason)
        finish(client, response, closes=True)


# What looks odd but is well-formed: refusing it would be as wrong.
ACCEPTED = [
    "\r\n" * 4 + GOOD,
    *(LINE % f"GET /tiff HTTP/1.{minor}" for minor in (0, 1, 2, 9)),
    *(FIELD % field for field in ("X:", "X: ", "X:y", "X:\ty\t", "X: \xe9\xff", "X: a\tb")),
    *(FIELD % field for field in ("!#$%&'*+-.^_`|~09: y", "X: y\r\nX: y", "TE: trailers")),
    *(LENGTHS % length for length in ("0", " 0", "\t0", "0 ", "0" * 30)),
    pytest.param(LENGTHS % "0\t", marks=pytest.mark.xfail(reason="http-parser", strict=True)),
    *(HOST % f"Host:{host}" for host in ("t", " t ", "\tt", "t:", "t:65535", "127.0.0.1:1")),
    *(HOST % f"Host: {host}" for host in ("[::1]:80", "[v1.x]", "a_b.c-d", "%41", "a,b;c")),
    "GET /tiff HTTP/1.0\r\n\r\n",
    "GET /tiff HTTP/1.0\r\nHost: t\r\n\r\n",
]


@pytest.mark.parametrize("octets", ACCEPTED, ids=lambda octets: ascii(octets)[1:-1])
def test_well_formed(server, octets, text):
    with connect(server) as client:
        send(client, octets.encode("latin-1"))
        response = client.response()
        check(response, 200)
        assert response.body == text
        finish(client, response, closes="HTTP/1.0" in octets)
