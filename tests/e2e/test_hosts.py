# SPDX-License-Identifier: BSD-2-Clause
"""A server that has names: requests for others get 421."""

import pytest

from client import connect, fetch, request

OURS = ["maps.example", "MAPS.example:8080", "maps.example.", "192.0.2.7", "[2001:db8::7]:80"]
OTHERS = ["other.example", "a.maps.example", "maps.example.evil", "127.0.0.1", "[2001:db8::8]"]


@pytest.fixture(name="named")
def fixture_named(sample_with):
    return sample_with("hosts = maps.example, 192.0.2.7", "hosts = [2001:db8::7]", "cors = *")


def test_names(named):
    for host in OURS:
        assert fetch(named, "GET", host=f"Host: {host}").status == 200
        assert fetch(named, "GET", "/none", host=f"Host: {host}").status == 404
    for host in OTHERS:
        for method, target in (("GET", "/tiff"), ("HEAD", "/tiff"), ("GET", "/none"), ("OPTIONS", "*")):
            response = fetch(named, method, target, host=f"Host: {host}")
            assert response.status == 421, (host, method, target)
            assert response.fields["access-control-allow-origin"] == "*"
            assert "x-extra" not in response.fields


def test_the_target_names_the_host(named):
    """It has precedence, see RFC 9112 section 3.2.2."""
    ours, other = "http://maps.example:1/tiff", "http://other.example/tiff"
    assert fetch(named, "GET", ours, host="Host: other.example").status == 200
    assert fetch(named, "GET", other, host="Host: maps.example").status == 421


def test_no_host(named):
    assert fetch(named, "GET", version="HTTP/1.0", host="").status == 421
    assert fetch(named, "GET", version="HTTP/1.0", host="Host: maps.example").status == 200


def test_the_connection_stays(named):
    with connect(named) as client:
        for _ in range(2):
            for name in ("other", "maps"):
                client.send(request("GET", host=f"Host: {name}.example"))
            assert client.response().status == 421
            assert client.response().status == 200


def test_by_default_all_are_served(sample):
    for host in OURS + OTHERS:
        assert fetch(sample, "GET", host=f"Host: {host}").status == 200
