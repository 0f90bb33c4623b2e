# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of a streamed file under a running server."""

import contextlib
import os
import threading

import pytest

import tracing
from client import connect, connect_narrowly, fetch, request

GET = request("GET", "/o")
CHANGED = "warning worker.*: asset /o: .*changed while it was served; a response was cut"


@contextlib.contextmanager
def responses_under_way(daemon, count):
    """Clients that have the head of a response and leave the rest with the server."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect_narrowly(daemon)) for _ in range(count)]
        for client in clients:
            client.send(GET)
        for client in clients:
            client.wait_head()
        yield clients


def truncate(path, content):
    os.truncate(path, len(content) // 16)


def empty(path, content):
    os.truncate(path, 0)


def grow(path, content):
    with open(path, "ab") as file:
        file.write(content)


def overwrite(path, content):
    """Other octets, the same size."""
    with open(path, "r+b") as file:
        file.write(bytes(len(content)))


@pytest.mark.parametrize("change", [truncate, empty, grow, overwrite])
def test_changed_file_cuts_responses(serve, tmp_path, content, change):
    daemon = serve(content, workers=2, variant="streaming")
    daemon.expect_log(CHANGED)
    daemon.expect_log("asset /o: ")
    workers = daemon.all_workers(2)
    with responses_under_way(daemon, 8) as clients:
        change(tmp_path / "object", content)
        for client in clients:
            octets, reset = client.rest()
            body = octets.partition(b"\r\n\r\n")[2]
            assert reset
            assert len(body) < len(content)
            assert content.startswith(body)
    daemon.wait_log(CHANGED)
    for _ in range(8):
        assert fetch(daemon, "GET", "/o").status == 500
    assert daemon.workers() == workers
    (tmp_path / "object").write_bytes(b"something new")
    daemon.reload()
    assert fetch(daemon, "GET", "/o").body == b"something new"


def test_overwriting_under_load(serve, tmp_path):
    """Whatever the moment: a prefix of what was announced, or nothing."""
    content = bytes(range(256)) * 16384
    daemon = serve(content, workers=2, variant="streaming")
    daemon.expect_log("asset /o: ")
    wrong = []
    ready = threading.Barrier(5)

    def ask():
        with connect(daemon) as client:
            client.send(GET)
            assert client.response().body == content
            ready.wait()
            with contextlib.suppress(ConnectionError):
                client.send(request("GET", "/o", "Connection: close"))
            head, _, body = client.rest()[0].partition(b"\r\n\r\n")
            if not (head.startswith(b"HTTP/1.1 500 ") or content.startswith(body)):
                wrong.append((head, body))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    ready.wait()
    overwrite(tmp_path / "object", content)
    for asker in askers:
        asker.join()
    assert not wrong
    assert fetch(daemon, "GET", "/o").status == 500


def replace(path):
    path.with_name("new").write_bytes(b"something new")
    path.with_name("new").rename(path)


@pytest.fixture
def sample_text(tmp_path, picture, text):
    """sample_text(encoding): the object as a file, its octets, and what is served of them."""

    def write(encoding):
        path = tmp_path / "object"
        path.write_bytes(picture)
        return path, picture, text if encoding == "base64" else picture

    return write


@pytest.mark.parametrize("encoding", ["identity", "base64"])
@pytest.mark.parametrize("change", [replace, os.unlink])
def test_replaced_file_stays_until_a_reload(start, sample_text, object_ini, change, encoding):
    path, octets, served = sample_text(encoding)
    ini = object_ini(workers=2, variant="streaming") + f"encoding = {encoding}\n"
    daemon = start(ini)
    with responses_under_way(daemon, 4) as clients:
        change(path)
        for client in clients:
            assert client.response().body == served
    assert fetch(daemon, "GET", "/o").body == served
    path.write_bytes(octets[::-1])
    daemon.reload()
    assert fetch(daemon, "HEAD", "/o").fields["content-length"] == str(len(served))
    assert fetch(daemon, "GET", "/o").body != served


@pytest.mark.parametrize("change", [truncate, overwrite])
def test_cached_object_does_not_care(serve, tmp_path, content, change):
    daemon = serve(content)
    with responses_under_way(daemon, 2) as clients:
        change(tmp_path / "object", content)
        for client in clients:
            assert client.response().body == content
    assert fetch(daemon, "GET", "/o").body == content


@pytest.mark.parametrize("transmit", ["send", "sendfile"])
def test_a_status_that_can_not_be_read_concerns_one_request(serve, content, transmit):
    daemon = serve(content, f"transmit = {transmit}", variant="streaming")
    daemon.expect_log("asset /o: .*: Input/output error; answered with 500")
    (worker,) = daemon.all_workers(1)
    with connect(daemon) as client:
        assert client.still_open()
        with tracing.injected(worker, "fstat,newfstatat", "error=EIO"):
            client.send(GET)
            assert client.response().status == 500
        client.send(GET)
        assert client.response().body == content


READS = {"send": "preadv2", "sendfile": "sendfile"}


@pytest.mark.parametrize("how", ["error=EIO", "retval=0"])
@pytest.mark.parametrize("transmit", READS)
def test_a_read_that_fails_concerns_one_response(serve, content, transmit, how):
    """An empty read of a file that has kept its size is an error of the disk, too."""
    daemon = serve(content, f"transmit = {transmit}", variant="streaming")
    daemon.expect_log("asset /o: .*: Input/output error; a response was cut")
    (worker,) = daemon.all_workers(1)
    with connect(daemon) as client:
        assert client.still_open()
        with tracing.injected(worker, READS[transmit], how):
            client.send(GET)
            octets, reset = client.rest()
            assert reset
            assert len(octets) < len(content)
    assert fetch(daemon, "GET", "/o").body == content
