# SPDX-License-Identifier: BSD-2-Clause
"""Repr-Digest, asked for or always, is that of the whole object, in every variant and form."""

import base64
import hashlib

import pytest

from client import fetch
from daemon import SAMPLE

WANT = "Want-Repr-Digest: sha-256=5"
WANT_OLD = "Want-Digest: sha-256"


@pytest.fixture
def digests(start, variant):
    return start(f"""
[server]
variant = {variant}
[asset /tiff]
file = {SAMPLE}
encoding = base64
[asset /sample.tif]
file = {SAMPLE}
repr_digest = always
""")


def sha256(body):
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def test_digest(digests):
    whole = {path: fetch(digests, "GET", path).body for path in ("/tiff", "/sample.tif")}

    for path, body in whole.items():
        for method, fields, status in [("GET", [], 200), ("HEAD", [], 200),
                                       ("GET", ["Range: bytes=5-9"], 206),
                                       ("GET", ["If-None-Match: *"], 304)]:
            response = fetch(digests, method, path, WANT, *fields)
            assert response.status == status
            assert response.fields["repr-digest"] == f"sha-256=:{sha256(body)}:"
            assert "digest" not in response.fields
            response = fetch(digests, method, path, WANT_OLD, *fields)
            assert response.fields["digest"] == f"sha-256={sha256(body)}"
            assert ("repr-digest" in response.fields) == (path == "/sample.tif")


@pytest.mark.parametrize("method, fields", [
    ("GET", ["Range: bytes=99999999-"]), ("GET", ["If-Match: \"x\""]), ("OPTIONS", []), ("POST", []),
])
def test_errors_have_no_digest(digests, method, fields):
    response = fetch(digests, method, "/sample.tif", WANT, WANT_OLD, *fields)
    assert response.status not in (200, 206, 304)
    assert not {"repr-digest", "digest"} & set(response.fields)
