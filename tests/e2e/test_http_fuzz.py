# SPDX-License-Identifier: BSD-2-Clause
"""Mutated requests: each is answered to the letter, or ends in an orderly close."""

import random
import time

from client import connect, fetch, half_close, request

SECONDS = 2.5
SEED = 9112
STATUSES = (200, 204, 206, 304, 400, 404, 405, 412, 414, 416, 417, 431, 501, 505)
SEEDS = [
    request("GET", "/tiff", "Range: bytes=0-9,20-29", "If-Range: x"),
    request("GET", "/x/../%74iff?query", "If-None-Match: *, W/\"a\", \"b\""),
    request("GET", "http://test:80/none", "Connection: keep-alive, close", version="HTTP/1.0"),
    request("OPTIONS", "*", "Content-Length: 0", "Expect: 100-continue"),
    request("POST", "/tiff", "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
    request("GET", "/tiff", "If-Modified-Since: Sun Nov  6 08:49:37 1994", "Range: bytes=-5"),
]
OCTETS = [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b"\0", b"\xff"]
OCTETS += [b":", b",", b"%", b"/", b"..", b"9" * 30]


def mutate(draw, octets):
    """One change: an octet, a piece more, a piece less, or a piece twice."""
    at = draw.randrange(len(octets) + 1)
    end = min(len(octets), at + draw.randrange(1, 12))
    return draw.choice([
        octets[:at] + bytes([draw.randrange(256)]) + octets[at + 1 :],
        octets[:at] + draw.choice(OCTETS) + octets[at:],
        octets[:at] + octets[end:],
        octets[:at] + octets[at:end] * draw.choice([2, 3, 50]) + octets[end:],
        octets[:at] + draw.choice(SEEDS)[at:],
    ])


def make(draw):
    """A few requests in a row, most of them damaged."""
    octets = b"".join(draw.choice(SEEDS) for _ in range(draw.choice([1, 1, 2, 5])))
    for _ in range(draw.choice([0, 1, 1, 2, 4, 16])):
        octets = mutate(draw, octets)
    return octets


def exchange(server, octets, split):
    """Sends two pieces and reads whole responses until the server closes."""
    with connect(server) as client:
        client.send(octets[:split])
        client.send(octets[split:])
        half_close(client)
        while client.buffer or client.fill():
            assert client.response().status in STATUSES


def test_mutated_requests(server):
    server.wait_log(r"started: 2 workers")
    workers = server.all_workers(2)
    draw = random.Random(SEED)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        octets = make(draw)
        try:
            exchange(server, octets, draw.randrange(len(octets) + 1))
        except Exception as error:
            raise AssertionError(f"after {octets!r}") from error
    assert server.workers() == workers
    assert fetch(server).status == 200
