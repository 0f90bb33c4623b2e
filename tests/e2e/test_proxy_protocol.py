# SPDX-License-Identifier: BSD-2-Clause
"""Clients of proxies: the PROXY protocol from whom it is expected and trusted, and request fields that name a
client, for the access log only."""

import socket
import struct
import subprocess

import pytest

from client import Client, connect, fetch, request
from daemon import PROGRAM, Daemon, wait_until
from test_access_log import lines_of
from test_numbers import scrape
from test_upgrade import Upgradable

GET = request("GET", "/o")
TEXT = b"PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
IPV4 = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.2") + struct.pack("!HH", 4711, 80)
BINARY = SIGNATURE + b"\x21\x11" + struct.pack("!H", len(IPV4)) + IPV4
TLVS = SIGNATURE + b"\x21\x11" + struct.pack("!H", len(IPV4) + 900) + IPV4 + bytes(900)
LOCAL = SIGNATURE + b"\x20\x00\0\0"


class Proxied(Daemon):
    """The inherited socket is one to which proxies connect."""

    def start(self):
        self.environment = "LISTEN_FDNAMES=proxy:debug" if self.observed else "LISTEN_FDNAMES=proxy"
        return super().start()


class UpgradableProxied(Proxied, Upgradable):
    """The same, upgraded."""


@pytest.fixture
def proxied(serve, tmp_path):
    def run(*lines, trusted="127.0.0.1", octets=b"content", **keywords):
        section = ["[access_log]", f"file = {tmp_path / 'access.log'}", "flush = 10ms",
                   "format = $remote_addr:$remote_port $realip_remote_addr $status"]
        keywords.setdefault("kind", Proxied)
        return serve(octets, f"trusted_proxies = {trusted}", *lines, *section, **keywords)

    return run


@pytest.fixture
def log(tmp_path):
    return tmp_path / "access.log"


@pytest.mark.parametrize("header", (TEXT, BINARY, TLVS), ids=("text", "binary", "tlvs"))
@pytest.mark.parametrize("piece", (1, 7, 10000))
def test_the_client_is_known(proxied, log, header, piece):
    daemon = proxied()
    with connect(daemon) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        octets = header + GET if piece > 1 else header
        for start in range(0, len(octets), piece):
            client.send(octets[start : start + piece])
        if piece == 1:
            client.send(GET)
        assert client.response().body == b"content"
        client.send(GET)
        assert client.response().body == b"content"
    assert lines_of(log, 2) == ["192.0.2.1:4711 127.0.0.1 200"] * 2


@pytest.mark.parametrize("header", (LOCAL, b"PROXY UNKNOWN\r\n"), ids=("local", "unknown"))
def test_the_proxy_s_own_requests(proxied, log, header):
    daemon = proxied()
    with connect(daemon) as client:
        client.send(header + GET)
        assert client.response().body == b"content"
        port = client.socket.getsockname()[1]
    assert lines_of(log, 1) == [f"127.0.0.1:{port} 127.0.0.1 200"]


def is_refused(client):
    """Without a word: what it sent was no request."""
    try:
        octets, _ = client.rest()
    except ConnectionResetError:
        return True
    return octets == b""


@pytest.mark.parametrize(
    "octets",
    (
        GET,
        b"PROXY TCP4 192.0.2.1\r\n" + GET,
        b"PROXY UNKNOWN " + b"x" * 200,
        SIGNATURE + b"\x21\x11\xff\xff" + bytes(5000),
        SIGNATURE + b"\x31\x11\0\x0c" + IPV4 + GET,
        TEXT[:-1] + GET,
    ),
    ids=("none", "short", "long", "oversized", "version", "end"),
)
def test_a_bad_header_ends_the_connection(proxied, octets):
    daemon = proxied(debug=True)
    with connect(daemon) as client:
        client.send(octets)
        assert is_refused(client)
    wait_until(lambda: scrape(daemon)["tiffd_untrusted_total"] == 1, "it is counted")
    with connect(daemon) as client:
        client.send(TEXT + GET)
        assert client.response().status == 200


def test_a_header_that_does_not_end_is_not_waited_for(proxied):
    daemon = proxied("header_timeout = 50ms")
    with connect(daemon) as client:
        client.send(TEXT[:20])
        assert is_refused(client)


def test_others_may_not_connect(proxied):
    daemon = proxied(trusted="192.0.2.0/24, ::1", debug=True)
    with connect(daemon) as client:
        assert is_refused(client)
    assert scrape(daemon)["tiffd_untrusted_total"] == 1


def test_a_header_where_none_is_expected_is_a_bad_request(serve):
    daemon = serve(b"content", "trusted_proxies = 127.0.0.1")
    with connect(daemon) as client:
        client.send(TEXT + GET)
        assert client.response().status == 400


def test_it_moves_with_its_connection(proxied, log, content):
    """To another worker, and over an upgrade of the program."""
    daemon = proxied(octets=content, workers=2, kind=UpgradableProxied)
    daemon.wait_log("started: ")
    daemon.upgrade()
    for _ in range(8):
        with connect(daemon) as client:
            client.send(TEXT + GET)
            assert client.response().body == content
    assert lines_of(log, 8) == ["192.0.2.1:4711 127.0.0.1 200"] * 8


@pytest.mark.parametrize(
    "lines, fields, wanted",
    (
        ((), ("X-Forwarded-For: 6.6.6.6, 1.2.3.4, 127.0.0.9",), "1.2.3.4:0"),
        ((), ("Forwarded: for=1.2.3.4",), None),
        (
            ("real_ip_header = forwarded",),
            ('Forwarded: for=6.6.6.6, for="[2001:db8::7]:80"',),
            "2001:db8::7:0",
        ),
        (("real_ip_header = none",), ("X-Forwarded-For: 1.2.3.4",), None),
    ),
)
def test_request_fields_of_trusted_proxies(proxied, log, lines, fields, wanted):
    daemon = proxied(*lines, trusted="127.0.0.0/8", kind=Daemon)
    with connect(daemon) as client:
        client.send(request("GET", "/o", *fields))
        client.response()
        own = "{}:{}".format(*client.socket.getsockname())
    assert lines_of(log, 1) == [f"{wanted or own} 127.0.0.1 200"]


def test_request_fields_of_others(proxied, log):
    daemon = proxied(trusted="192.0.2.1", kind=Daemon)
    fetch(daemon, "GET", "/o", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4")
    assert lines_of(log, 1)[0].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "lines, reason",
    (
        (("listen = *:1 proxy_protocol",), "has proxy_protocol, and no proxy is trusted"),
        (("listen = *:1 proxy",), "has an unknown parameter"),
        (("trusted_proxies = 10.0.0.1/8",), "has bits behind its prefix"),
        (("trusted_proxies = host",), "is no address"),
        (
            ("trusted_proxies = unix", "[debug]", "listen = 127.0.0.1:1 proxy_protocol"),
            "accepted: in [server]",
        ),
    ),
)
def test_a_configuration_that_is_refused(tmp_path, object_ini, lines, reason):
    ini = tmp_path / "bad.ini"
    (tmp_path / "object").write_bytes(b"x")
    ini.write_text(object_ini(*lines))
    run = subprocess.run([PROGRAM, "-t", "-c", ini], capture_output=True, text=True)
    assert run.returncode == 1 and reason in run.stderr


def test_a_configured_address(tmp_path, object_ini, start, log):
    from daemon import Binding, free_port

    port = free_port()
    (tmp_path / "object").write_bytes(b"content")
    ini = object_ini(
        f"listen = unix:{tmp_path}/s proxy_protocol, 127.0.0.1:{port}", "trusted_proxies = unix",
        "[access_log]", f"file = {log}", "flush = 10ms", "format = $remote_addr $realip_remote_addr",
    )
    daemon = start(ini, kind=Binding, address=tmp_path / "s")
    with connect(daemon) as client:
        client.send(TEXT + GET)
        assert client.response().body == b"content"
    with Client(socket.create_connection(("127.0.0.1", port))) as client:
        client.send(GET)
        assert client.response().body == b"content"
    assert sorted(lines_of(log, 2)) == ["127.0.0.1 127.0.0.1", "192.0.2.1 unix:"]
