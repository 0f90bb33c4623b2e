# SPDX-License-Identifier: BSD-2-Clause
"""A strict HTTP/1.1 client: what it does not understand to the letter fails the test."""

import dataclasses
import re
import socket

from daemon import DEADLINE

STATUS = re.compile(rb"^HTTP/1\.1 (\d{3}) ([A-Z][A-Za-z -]*)$")
FIELD = re.compile(rb"^([A-Za-z][A-Za-z-]*): ([!-~](?:[ -~]*[!-~])?)$")


@dataclasses.dataclass
class Response:
    """One response; field names are in lower case."""

    status: int
    fields: dict
    body: bytes
    head: bytes

    @property
    def close(self):
        return self.fields.get("connection") == "close"


def parse_head(head):
    """Splits a head without its empty line."""
    status, *lines = head.split(b"\r\n")
    match = STATUS.match(status)
    assert match, f"status line {status!r}"
    fields = {}
    for line in lines:
        field = FIELD.match(line)
        assert field, f"field line {line!r}"
        name = field[1].decode().lower()
        assert name not in fields, f"field twice: {line!r}"
        fields[name] = field[2].decode()
    return int(match[1]), fields


class Client:
    """One connection. Reads responses by their length and tells what is left over."""

    def __init__(self, connection):
        self.socket = connection
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def fill(self):
        data = self.socket.recv(1 << 18)
        self.buffer += data
        return bool(data)

    def wait_head(self):
        """The head of the next response is in the buffer."""
        while b"\r\n\r\n" not in self.buffer:
            assert self.fill(), f"closed in a head: {self.buffer!r}"

    def begin(self, data):
        """Sends a request; its response has begun."""
        self.send(data)
        self.wait_head()

    def response(self, method="GET"):
        """The next response; the method decides whether a body follows."""
        self.wait_head()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, fields = parse_head(head)
        without = method == "HEAD" or status in (204, 304)
        length = 0 if without else int(fields["content-length"])
        parts = [self.buffer[:length]]
        self.buffer = self.buffer[length:]
        missing = length - len(parts[0])
        while missing > 0:
            data = self.socket.recv(min(missing, 1 << 20))
            assert data, f"closed with {missing} octets of the body missing"
            parts.append(data)
            missing -= len(data)
        return Response(status, fields, b"".join(parts), head)

    def rest(self):
        """All that still comes, and whether a reset ends it."""
        parts = [self.buffer]
        self.buffer = b""
        try:
            while parts[-1] or len(parts) == 1:
                parts.append(self.socket.recv(1 << 18))
        except ConnectionResetError:
            return b"".join(parts), True
        return b"".join(parts), False

    def closed(self):
        """The server has closed in an orderly way, and nothing was left over."""
        return self.buffer == b"" and not self.fill()

    def still_open(self, request=b"OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n"):
        """Another request on the same connection is answered."""
        self.send(request)
        return self.response().status == 204

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request(method="GET", target="/tiff", *fields, version="HTTP/1.1", host="Host: test"):
    """The octets of a request."""
    lines = [f"{method} {target} {version}", *([host] if host else []), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def connect(daemon):
    return Client(daemon.connect())


def connect_narrowly(daemon, size=4096):
    """A client whose kernel takes little: what it does not read stays with the server."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    connection.settimeout(DEADLINE)
    connection.connect(daemon.address)
    return Client(connection)


def fetch(daemon, method="GET", target="/tiff", *fields, **options):
    """One request on a connection of its own."""
    with connect(daemon) as client:
        client.send(request(method, target, *fields, **options))
        return client.response(method)


def half_close(client):
    client.socket.shutdown(socket.SHUT_WR)
