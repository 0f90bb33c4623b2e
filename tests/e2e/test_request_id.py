# SPDX-License-Identifier: BSD-2-Clause
"""Identifiers of requests: one for each, theirs if it is well formed, and the same wherever it is told."""

import os
import re

import pytest

from client import connect, connect_narrowly, fetch, request
from test_access_log import lines_of

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"traceparent: 00-{TRACE_ID}-00f067aa0ba902b7-01"
MADE = re.compile(r"^[0-9a-f]{32}$")


@pytest.fixture
def telling(serve, tmp_path):
    """telling(*lines): a daemon whose responses tell identifiers, and whose access log has them."""

    def run(*lines, octets=b"content", **keywords):
        section = ["[access_log]", f"file = {tmp_path / 'access.log'}", "format = $request_id $trace_id"]
        return serve(octets, "request_id = response", *lines, *section, **keywords)

    return run


@pytest.mark.parametrize(
    "fields, wanted, trace",
    (
        (("X-Request-Id: order-7/a",), "order-7/a", "-"),
        ((PARENT,), TRACE_ID, TRACE_ID),
        (("X-Request-Id: order-7", PARENT), "order-7", TRACE_ID),
        ((), None, "-"),
        (('X-Request-Id: a"b',), None, "-"),
        (("X-Request-Id: a", "X-Request-Id: b"), None, "-"),
        (("X-Request-Id: " + "a" * 65,), None, "-"),
    ),
)
def test_one_s_own_or_a_new_one(telling, tmp_path, fields, wanted, trace):
    daemon = telling()
    found = fetch(daemon, "GET", "/o", *fields).fields["x-request-id"]
    assert found == wanted if wanted else MADE.match(found)
    assert lines_of(tmp_path / "access.log", 1) == [f"{found} {trace}"]


def test_each_has_one_errors_included(telling, tmp_path):
    daemon = telling(workers=2)
    found = []
    for octets in (request("GET", "/o"), request("GET", "/none"), b"BAD\r\n\r\n") * 5:
        with connect(daemon) as client:
            client.send(octets)
            found.append(client.response().fields["x-request-id"])
    assert len(set(found)) == len(found)
    lines = lines_of(tmp_path / "access.log", len(found))
    assert sorted(line.split()[0] for line in lines) == sorted(found)


def test_by_default_responses_do_not_tell(serve):
    assert "x-request-id" not in fetch(serve(b"content"), "GET", "/o", PARENT).fields


def test_none_at_all(telling, tmp_path):
    daemon = telling()
    text = daemon.ini.read_text()
    daemon.ini.write_text(text.replace("request_id = response", "request_id = off"))
    daemon.reload()
    assert "x-request-id" not in fetch(daemon, "GET", "/o", PARENT).fields
    assert lines_of(tmp_path / "access.log", 1) == ["- -"]


def test_lines_of_the_log_end_with_it(telling, tmp_path, content):
    """Also when the response began in an earlier turn; others' do not."""
    daemon = telling(octets=content, variant="streaming")
    daemon.expect_log(r"a response was cut, request order-8$")
    with connect_narrowly(daemon) as client:
        client.begin(request("GET", "/o", "X-Request-Id: order-8"))
        os.truncate(tmp_path / "object", 1)
        assert client.rest()[1]
    daemon.wait_log("a response was cut, request order-8$")
    daemon.stop()
    assert sum("order-8" in line for line in daemon.lines()) == 1


def test_a_refusal_is_told_with_it(serve):
    daemon = serve(b"content", "request_id = response", "[log]", "level = debug")
    with connect(daemon) as client:
        client.send(b"BAD\r\n\r\n")
        found = client.response().fields["x-request-id"]
    daemon.wait_log(rf"refused: .*, request {found}$")
