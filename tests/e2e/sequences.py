# SPDX-License-Identifier: BSD-2-Clause
"""Sequences of requests, made from a number: valid and invalid, pipelined, in pieces, read slowly, ended
in every way. What must come back is known beforehand: each request has been answered alone before, and
is answered with the same octets in company."""

import contextlib
import dataclasses
import os
import random
import re
import select
import socket
import threading

from client import connect, request

DATE = re.compile(rb"\r\nDate: [^\r]*")
CLOSE = b"\r\nConnection: close"
TIMEOUT = 30.0
SHOWN = 300  # octets of what differs

# The octets of a request, the status, whether the connection ends with it.
VALID = [
    (request("GET", "/small"), 200, False),
    (request("GET", "/object"), 200, False),
    (request("HEAD", "/object"), 200, False),
    (request("GET", "/object", "Range: bytes=5-90000"), 206, False),
    (request("GET", "/object", "Range: bytes=-1"), 206, False),
    (request("GET", "/small", "Range: bytes=0-0,5-9,-3"), 206, False),
    (request("GET", "/object", "Range: bytes=0-20000,30000-30001,-10000"), 206, False),
    (request("GET", "/object", "Range: bytes=99999999-"), 416, False),
    (request("GET", "/object", "If-None-Match: *"), 304, False),
    (request("GET", "/object", 'If-Match: "x"'), 412, False),
    (request("GET", "/%73mall?query"), 200, False),
    (request("GET", "http://test/x/../small"), 200, False),
    (request("GET", "/none"), 404, False),
    (request("OPTIONS", "*"), 204, False),
    (request("POST", "/small", "Content-Length: 0"), 405, False),
    (b"\r\n" + request("GET", "/small"), 200, False),
    (request("GET", "/small", version="HTTP/1.0"), 200, True),
    (request("GET", "/object", "Connection: close"), 200, True),
    (request("GET", "/object", "Expect: x"), 417, None),
]
INVALID = [
    (b"GET /small HTTP/1.1\nHost: a\r\n\r\n", 400),
    (b"GET /small HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET /small HTTP/1.1\r\n\r\n", 400),
    (b"GET /sm all HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /small HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"\x16\x03\x01\x02\x00\x01", 400),
    (request("GET", "/" + 9000 * "x"), 414),
    (request("GET", "/small", *(f"X{i}: y" for i in range(101))), 431),
    (request("GET", "/small", "Content-Length: 5") + b"hello", 400),
    (request("POST", "/small", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 405),
    (request("GET", "/small", "Host: again"), 400),
    (request("GET", "ftp://a/"), 400),
]


def plain(octets):
    """Without what differs from one time to the next, and from place to place in a connection."""
    return DATE.sub(b"", octets).replace(CLOSE, b"")


def without_cut_field(octets):
    """Without the beginning of such a field at the very end, where a reset has cut it."""
    for field in (b"\r\nDate: ", CLOSE):
        for length in range(len(field) - 1, 0, -1):
            if octets.endswith(field[:length]):
                return octets[:-length]
    return octets


def ask_alone(daemon, octets, status):
    """The whole response on a connection of its own, and whether the server closed with it."""
    with connect(daemon) as client:
        client.send(octets)
        client.socket.shutdown(socket.SHUT_WR)
        response, reset = client.rest()
    assert not reset and response.startswith(b"HTTP/1.1 %d " % status), (octets, response[:SHOWN])
    return response, CLOSE in response.partition(b"\r\n\r\n")[0]


@dataclasses.dataclass
class Exchange:
    """A request and its response."""

    octets: bytes
    response: bytes
    closes: bool


class Repertoire:
    """All exchanges, each as it is when it is alone."""

    def __init__(self, daemon):
        self.seen = 0
        self.valid = [self.learn(daemon, octets, status) for octets, status, _ in VALID]
        self.invalid = [self.learn(daemon, octets, status) for octets, status in INVALID]
        for exchange, (octets, _, closes) in zip(self.valid, VALID):
            assert closes is None or exchange.closes == closes, octets
        assert all(exchange.closes for exchange in self.invalid)

    def learn(self, daemon, octets, status):
        response, closes = ask_alone(daemon, octets, status)
        self.seen += len(response)
        return Exchange(octets, plain(response), closes)

    @property
    def count(self):
        return len(self.valid) + len(self.invalid)


class Sequence:
    """What one client does."""

    def __init__(self, seed, repertoire, rough, requests=0):
        draw = self.draw = random.Random(seed)
        self.seed = seed
        chosen = draw.choices(repertoire.valid, k=draw.choice([1, 1, 2, 3, 5, 12]))
        if draw.random() < 0.3:
            chosen.insert(draw.randrange(len(chosen) + 1), draw.choice(repertoire.invalid))
        self.octets = b"".join(exchange.octets for exchange in chosen)
        if draw.random() < 0.1:
            self.octets += draw.choice(repertoire.valid).octets[: draw.randrange(1, 20)]
        self.responses = []
        for exchange in chosen:
            self.responses.append(exchange.response)
            if exchange.closes or len(self.responses) == requests:
                break
        self.expected = b"".join(self.responses)
        cuts = min(len(self.octets), draw.choice([0, 0, 1, 3, 20]))
        self.cuts = sorted(draw.sample(range(len(self.octets)), cuts))
        self.narrow = draw.random() < 0.1
        self.portion = draw.choice([1 << 18, 1 << 18, 65536, 4096])
        self.half_closes = draw.random() < 0.5
        self.resets_after = draw.randrange(len(self.expected)) if rough and draw.random() < 0.3 else None

    def pieces(self):
        ends = [*self.cuts, len(self.octets)]
        return [self.octets[a:b] for a, b in zip([0, *ends], ends)]


class Client:
    """Carries a sequence out."""

    def __init__(self, address, sequence):
        self.sequence = sequence
        self.got = bytearray()
        self.ended = False  # an end of file
        self.broken = False  # a reset
        self.socket = socket.socket()
        if sequence.narrow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)

    def receive(self):
        with contextlib.suppress(BlockingIOError):
            data = self.socket.recv(self.sequence.portion)
            self.got += data
            self.ended = not data

    def transfer(self, piece, wait):
        """Sends what can be sent and takes what is there; what is left of the piece."""
        wanted = [self.socket] if piece else []
        ready, writable, _ = select.select([self.socket], wanted, [], wait)
        assert ready or writable or not wait, "nothing happens any more"
        if ready:
            self.receive()
        if writable and not self.ended:
            with contextlib.suppress(BlockingIOError):
                return piece[self.socket.send(piece) :]
        return piece

    def wants_reset(self):
        after = self.sequence.resets_after
        return after is not None and len(self.got) >= after

    def done(self):
        return self.ended or self.wants_reset()

    def send_all(self):
        for piece in self.sequence.pieces():
            while piece and not self.done():
                piece = self.transfer(piece, TIMEOUT)
            if not self.done():
                self.transfer(b"", 0)
        if self.sequence.half_closes and not self.done():
            self.socket.shutdown(socket.SHUT_WR)

    def whole(self):
        """Have all responses come? A client that keeps the connection half open ends it then."""
        heads = self.got.count(b"HTTP/1.1 ") >= len(self.sequence.responses)
        return heads and len(plain(bytes(self.got))) >= len(self.sequence.expected)

    def take_all(self):
        half = self.sequence.half_closes
        while not self.done():
            if not half and self.whole():
                self.socket.shutdown(socket.SHUT_WR)
                half = True
            self.transfer(b"", TIMEOUT)

    def close(self):
        if self.wants_reset():
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def run(self):
        try:
            self.send_all()
            self.take_all()
        except OSError:  # ENOTCONN, too: the reset came before the end was said
            self.broken = True
            self.take_rest()
        finally:
            self.close()
        return bytes(self.got)

    def take_rest(self):
        """What had come before the reset."""
        with contextlib.suppress(OSError):
            while not self.ended:
                self.receive()


def boundary(sequence, got):
    """Is that a number of whole responses?"""
    lengths = {0}
    for response in sequence.responses:
        lengths.add(max(lengths) + len(response))
    return len(got) in lengths


def check(sequence, client, got, rough):
    """Every valid request before the first invalid one is answered in order, octet by octet; nothing
    comes after that."""
    plainly = without_cut_field(plain(got)) if rough else plain(got)
    where = f"sequence {sequence.seed}"
    if not sequence.expected.startswith(plainly):
        same = os.path.commonprefix([sequence.expected, plainly])
        raise AssertionError(
            f"{where}: after {len(same)} octets {plainly[len(same) :][:SHOWN]!r} "
            f"instead of {sequence.expected[len(same) :][:SHOWN]!r}"
        )
    if len(plainly) == len(sequence.expected) or client.wants_reset() or client.broken:
        assert rough or not client.broken, f"{where}: a reset"
        return
    assert rough, f"{where}: {len(plainly)} of {len(sequence.expected)} octets came"


class Crowd:
    """Several clients at a time, until so many sequences are through."""

    def __init__(self, daemon, repertoire, rough=False, requests=0):
        self.daemon = daemon
        self.repertoire = repertoire
        self.rough = rough
        self.requests = requests
        self.lock = threading.Lock()
        self.octets = 0
        self.responses = 0
        self.failure = None

    def one(self, seed):
        sequence = Sequence(seed, self.repertoire, self.rough, self.requests)
        client = Client(self.daemon.address, sequence)
        try:
            got = client.run()
            check(sequence, client, got, self.rough)
        except Exception as error:
            raise AssertionError(f"sequence {seed}: {error}") from error
        with self.lock:
            self.octets += len(got)
            self.responses += len(sequence.responses)

    def work(self, seeds):
        for seed in seeds:
            if self.failure:
                return
            try:
                self.one(seed)
            except AssertionError as error:
                self.failure = error

    def run(self, first, count, clients=4, meanwhile=None):
        """meanwhile(number) is called now and then by one of them."""
        threads = [
            threading.Thread(target=self.work, args=(range(first + i, first + count, clients),))
            for i in range(clients)
        ]
        for thread in threads:
            thread.start()
        number = 0
        while any(thread.is_alive() for thread in threads):
            if meanwhile and not self.failure:
                meanwhile(number)
                number += 1
            for thread in threads:
                thread.join(0.3 / clients)
        if self.failure:
            raise self.failure
