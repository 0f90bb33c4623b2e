# SPDX-License-Identifier: BSD-2-Clause
"""Every way in which bodies leave gives the same bytes; workers stay where they are put."""

import os
import signal
import time

import pytest

from client import connect, fetch, request
from daemon import wait_until
from meanwhile import meanwhile


@pytest.mark.parametrize("transmit", ["auto", "send", "sendfile"])
def test_bytes_are_the_same(sample_with, transmit, picture, text):
    daemon = sample_with(f"transmit = {transmit}")
    with connect(daemon) as client:
        client.send(request("GET", "/sample.tif") + request("GET", "/tiff"))
        assert client.response().body == picture
        assert client.response().body == text
        client.send(request("GET", "/sample.tif", "Range: bytes=70000-900000"))
        assert client.response().body == picture[70000:900001]
        client.send(request("GET", "/sample.tif", "Range: bytes=5-9,-70000"))
        parts = client.response().body
        assert picture[5:10] in parts and picture[-70000:] in parts


def test_sendfile_of_a_truncated_file_is_cut(start, tmp_path):
    path = tmp_path / "object"
    path.write_bytes(bytes(1 << 22))
    daemon = start(
        f"[server]\nworkers = 1\nvariant = streaming\ntransmit = sendfile\n"
        f"[asset /o]\nfile = {path}\n"
    )
    with connect(daemon) as client:
        client.send(request("HEAD", "/o"))
        assert client.response("HEAD").status == 200
        daemon.expect_log(r"asset /o: .*changed")
        os.truncate(path, 100)
        client.send(request("GET", "/o"))
        assert client.response().status == 500
    assert fetch(daemon, "GET", "/o").status == 500


@pytest.mark.parametrize("transmit", ["send", "sendfile", "vmsplice"])
def test_signals_stall_nobody(start, content, tmp_path, transmit):
    """Those that ask a worker for its stack end a system call early, when the socket is not full: no event
    would tell that it takes more."""
    (tmp_path / "object").write_bytes(content)
    variant = "streaming" if transmit == "sendfile" else "cached"
    daemon = start(
        f"[server]\nworkers = 1\nvariant = {variant}\ntransmit = {transmit}\nsend_timeout = 5s\n"
        f"[asset /o]\nfile = {tmp_path}/object\n"
    )
    (worker,) = daemon.all_workers(1)

    def disturb(ended):
        while not ended.is_set():
            os.kill(worker, signal.SIGRTMIN + 2)
            time.sleep(0.0002)  # or it would do nothing else

    with meanwhile(disturb), connect(daemon) as client:
        for _ in range(20):
            client.send(request("GET", "/o"))
            assert client.response().body == content


def test_affinity_puts_workers_on_cpus(start, tmp_path):
    (tmp_path / "object").write_bytes(b"bytes")
    daemon = start(
        f"[server]\nworkers = 3\naffinity = cpu\n[asset /o]\nfile = {tmp_path}/object\n"
    )
    assert fetch(daemon, "GET", "/o").body == b"bytes"
    allowed = sorted(os.sched_getaffinity(0))

    def placed():
        masks = [os.sched_getaffinity(pid) for pid in daemon.workers()]
        return masks if [len(mask) for mask in masks] == [1, 1, 1] else None

    masks = wait_until(placed, "every worker has one CPU")
    expected = sorted(allowed[slot % len(allowed)] for slot in range(3))
    assert sorted(cpu for mask in masks for cpu in mask) == expected
