# SPDX-License-Identifier: BSD-2-Clause
"""Large bodies are sent to so many clients at a time; the others wait, but never for one that takes
nothing."""

import hashlib

import pytest

from client import connect, request

SIZE = 8 << 20
INI = """
[server]
workers = 1
variant = {variant}
max_senders = 1
[asset /large]
file = {path}
[asset /small]
file = {small}
"""


@pytest.fixture
def daemon(start, tmp_path, variant):
    if variant == "embedded":
        pytest.skip("nothing so large is embedded")
    path = tmp_path / "large"
    path.write_bytes(b"".join(hashlib.sha256(bytes([i % 256])).digest() for i in range(SIZE // 32)))
    (tmp_path / "small").write_bytes(b"small")
    daemon = start(INI.format(variant=variant, path=path, small=tmp_path / "small"))
    daemon.body = path.read_bytes()
    return daemon


def test_who_takes_nothing_holds_nobody_up(daemon):
    with connect(daemon) as sleeper, connect(daemon) as reader:
        sleeper.send(request("GET", "/large"))
        assert sleeper.fill(), "the only place is taken"
        reader.send(request("GET", "/large"))
        assert reader.response().body == daemon.body
        assert sleeper.response().body == daemon.body


def test_many_in_the_queue_are_served_in_full(daemon):
    clients = [connect(daemon).__enter__() for _ in range(20)]
    for client in clients:
        client.send(request("GET", "/large") + request("GET", "/small"))
    for client in reversed(clients):  # those behind wait for nobody who is not read
        assert client.response().body == daemon.body
        assert client.response().body == b"small"
        client.socket.close()


def test_who_leaves_the_queue_leaves_no_trace(daemon):
    with connect(daemon) as sleeper:
        sleeper.send(request("GET", "/large"))
        assert sleeper.fill()
        for _ in range(10):
            with connect(daemon) as gone:
                gone.send(request("GET", "/large"))
        with connect(daemon) as reader:
            reader.send(request("GET", "/large"))
            assert reader.response().body == daemon.body


def test_small_bodies_wait_for_nobody(daemon):
    with connect(daemon) as sleeper, connect(daemon) as reader:
        sleeper.send(request("GET", "/large"))
        assert sleeper.fill()
        for _ in range(3):
            reader.send(request("GET", "/small"))
            assert reader.response().body == b"small"
