# SPDX-License-Identifier: BSD-2-Clause
"""Which spellings of a target name an object, and which name none."""

import pytest

from client import connect, request
from table import check, finish, send

FOUND = [
    "/tiff",
    "/tiff?",
    "/tiff?a=b&c=d",
    "/tiff?/../x",
    "/tiff??",
    "/tiff?%41%ff",
    "/%74iff",
    "/%74%69%66%66",
    "/tif%66?x",
    "/./tiff",
    "/../tiff",
    "/../../tiff",
    "/x/../tiff",
    "/x/y/../../tiff",
    "/x/./../tiff",
    "/%2e/tiff",
    "/%2e%2E/tiff",
    "/x/.%2e/tiff",
    "/x/%2e./%74iff",
    "http://t/tiff",
    "HTTP://T/tiff",
    "https://t/tiff",
    "http://t:80/tiff?x",
    "http://t:/tiff",
    "http://127.0.0.1:8080/x/../tiff",
    "http://[::1]:8080/%74iff",
    "http://other.host/tiff",
]
ABSENT = [
    "/",
    "/?tiff",
    "//",
    "//tiff",
    "/tiff/",
    "/tiff/.",
    "/tiff/x",
    "/tiff/..",
    "/tiff/../",
    "/TIFF",
    "/tif",
    "/tifff",
    "/tiff.",
    "/tiff;x",
    "/tiff%3F",
    "/tiff%20",
    "/%2Ftiff",
    "/x%2F..%2Ftiff",
    "/x%2F../x/tiff",
    "/%2e%2e%2ftiff",
    "/%2574iff",
    "/.../tiff",
    "/..tiff",
    "/%ff%fe",
    "/%0d%0aX:%20y",
    "/tiff:80",
    "/@tiff",
    "/etc/passwd",
    "/../../../etc/passwd",
    "http://t",
    "http://t/",
    "http://t?/tiff",
    "http://t//tiff",
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", FOUND)
def test_names_the_object(server, method, target, text):
    with connect(server) as client:
        send(client, request(method, target))
        response = client.response(method)
        check(response, 200, method)
        assert response.fields["content-length"] == str(len(text))
        assert response.body == (b"" if method == "HEAD" else text)
        finish(client, response)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("target", ABSENT)
def test_names_nothing(server, method, target):
    with connect(server) as client:
        send(client, request(method, target))
        response = client.response(method)
        # "OPTIONS http://t" asks the server as a whole (RFC 9112 section 3.2.4).
        check(response, 204 if (method, target) == ("OPTIONS", "http://t") else 404, method)
        finish(client, response)


@pytest.mark.parametrize("target", ["/sample.tif", "/sample%2Etif", "/tiff/../sample.tif"])
def test_other_object(server, target, picture):
    with connect(server) as client:
        send(client, request("GET", target))
        response = client.response()
        assert (response.status, response.body) == (200, picture)
        assert response.fields["content-type"] == "image/tiff"
        finish(client, response)
