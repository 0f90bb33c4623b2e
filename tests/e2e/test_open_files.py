# SPDX-License-Identifier: BSD-2-Clause
"""A tree with more streamed files than may be open: workers have them opened one by one."""

import contextlib
import gzip
import os
import random
import re
import signal
import time
import urllib.request

import pytest

from client import connect, fetch, request
from daemon import alive, children, stopped, wait_until
from observing import title

INI = """
[server]
workers = {workers}
variant = streaming
{server}
[tree /maps]
directory = {directory}
max_open_files = {limit}
{lines}
[asset /asset]
file = {directory}/0.bin
variant = cached
"""


def bytes_of(number):
    return random.Random(number).randbytes(number * 997 % 20000)


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    for number in range(40):
        (root / f"{number}.bin").write_bytes(bytes_of(number))
    return root


@pytest.fixture(name="grow")
def fixture_grow(start, root):
    def run(limit=4, workers=1, server="", lines="", **keywords):
        text = INI.format(directory=root, limit=limit, workers=workers, server=server, lines=lines)
        return start(text, **keywords)

    return run


def opener(daemon):
    """Its process, once there is one."""

    def find():
        return next((pid for pid in children(daemon.pid) if alive(pid) and "opener" in title(pid)), None)

    return wait_until(find, "an opener")


def open_files(pid, root):
    count = 0
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(entry.path).startswith(f"{root}/")
    return count


def get(client, number):
    client.send(request("GET", f"/maps/{number}.bin"))
    response = client.response()
    assert (response.status, response.body) == (200, bytes_of(number))


def test_five_thousand_files_and_a_hundred_open(grow, root):
    names = [f"many/{number // 100}/{number}" for number in range(5000)]
    for folder in range(50):
        (root / f"many/{folder}").mkdir(parents=True)
    for name in names:
        (root / name).write_bytes(name.encode())
    daemon = grow(limit=100, workers=2)
    chosen = random.Random(7)
    with connect(daemon) as first, connect(daemon) as second:
        for client in (first, second):
            sample = chosen.sample(names, 400) + names[:50] * 2
            for start in range(0, len(sample), 50):
                part = sample[start : start + 50]
                client.send(b"".join(request("GET", f"/maps/{name}") for name in part))
                for name in part:
                    response = client.response()
                    assert (response.status, response.body) == (200, name.encode())
    counts = [open_files(worker, root) for worker in daemon.workers()]
    assert max(counts) <= 100 and sum(counts) >= 100
    assert open_files(daemon.pid, root) == 0


def test_ranges_heads_and_conditions(grow, root):
    daemon = grow()
    content = bytes_of(7)
    for _ in range(2):
        response = fetch(daemon, "GET", "/maps/7.bin", "Range: bytes=10-19,100-")
        assert response.status == 206 and content[100:] in response.body
        response = fetch(daemon, "GET", "/maps/7.bin", "Range: bytes=-5")
        assert (response.status, response.body) == (206, content[-5:])
        head = fetch(daemon, "HEAD", "/maps/7.bin")
        assert head.fields["content-length"] == str(len(content))
        tag = head.fields["etag"]
        assert fetch(daemon, "GET", "/maps/7.bin", f"If-None-Match: {tag}").status == 304
    assert fetch(daemon, "GET", "/maps/none.bin").status == 404
    assert fetch(daemon, "GET", "/maps/0.bin").body == b""


def test_base64_and_an_index(grow, root):
    (root / "index.html").write_bytes(b"<p>index")
    daemon = grow(lines="index = index.html\nrule = *.bin encoding base64")
    assert fetch(daemon, "GET", "/maps/").body == b"<p>index"
    assert fetch(daemon, "GET", "/maps/index.html").body == b"<p>index"
    response = fetch(daemon, "GET", "/maps/9.bin")
    assert len(response.body) == (len(bytes_of(9)) + 2) // 3 * 4


def test_forms_in_other_codings(grow, root):
    """Each is opened by its own name; if it is another one by now, the plain file is served."""
    for number in range(8):
        (root / f"{number}.bin.gz").write_bytes(gzip.compress(bytes_of(number)))
    daemon = grow(lines="precompressed = gzip")
    daemon.expect_log("3.bin.*: changed; answered with 500 until a reload")
    for number in (1, 2, 5, 1):
        response = fetch(daemon, "GET", f"/maps/{number}.bin", "Accept-Encoding: gzip")
        assert response.fields["content-encoding"] == "gzip"
        assert gzip.decompress(response.body) == bytes_of(number)
        assert fetch(daemon, "GET", f"/maps/{number}.bin").body == bytes_of(number)
    (root / "3.bin.gz").write_bytes(b"other")
    for _ in range(2):
        response = fetch(daemon, "GET", "/maps/3.bin", "Accept-Encoding: gzip")
        assert (response.status, response.body) == (200, bytes_of(3))
        assert "content-encoding" not in response.fields


def test_large_bodies_hold_their_files(grow, root, content):
    """Above the limit, 503; and what is under way is not taken away."""
    for number in range(3):
        (root / f"large{number}").write_bytes(content)
    daemon = grow(limit=2)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(daemon)) for _ in range(3)]
        for number, client in enumerate(clients[:2]):
            client.begin(request("GET", f"/maps/large{number}"))
        clients[2].begin(request("GET", "/maps/large2"))
        response = clients[2].response()
        assert (response.status, response.fields["retry-after"]) == (503, "5")
        for client in clients[:2]:
            assert client.response().body == content
        clients[2].send(request("GET", "/maps/large2"))
        assert clients[2].response().body == content


@pytest.mark.parametrize("how", ["rewritten", "replaced", "removed", "linked", "a directory", "a pipe"])
def test_a_file_that_is_another(grow, root, how):
    daemon = grow()
    with connect(daemon) as client:
        for number in range(8):
            get(client, number)
    file = root / "20.bin"
    if how == "rewritten":
        file.write_bytes(b"other")
    elif how == "replaced":
        status = file.stat()
        (root / "new").write_bytes(bytes(len(bytes_of(20))))
        os.utime(root / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
        (root / "new").rename(file)
    else:
        file.unlink()
    if how == "linked":
        file.symlink_to("19.bin")
    elif how == "a directory":
        file.mkdir()
    elif how == "a pipe":
        os.mkfifo(file)
    daemon.expect_log("tree /maps: .*/20.bin: changed; answered with 500 until a reload")
    for _ in range(2):
        assert fetch(daemon, "GET", "/maps/20.bin").status == 500
    assert fetch(daemon, "GET", "/maps/21.bin").body == bytes_of(21)
    daemon.reload()
    wanted = 200 if how in ("rewritten", "replaced") else 404
    assert fetch(daemon, "GET", "/maps/20.bin").status == wanted


@pytest.mark.skipif(os.geteuid() != 0, reason="changes the user")
def test_a_file_that_is_unreadable(grow, root, tmp_path):
    """Only root reads the files of others."""
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    for folder in (root, *root.parents[:-2], tmp_path / "daemon0"):
        with contextlib.suppress(OSError):
            folder.chmod(0o777)
    daemon = grow(wrapper=nobody)
    with connect(daemon) as client:
        get(client, 1)
    (root / "20.bin").chmod(0)
    daemon.expect_log("tree /maps: .*/20.bin: Permission denied; answered with 500")
    assert fetch(daemon, "GET", "/maps/20.bin").status == 500
    (root / "20.bin").chmod(0o444)
    assert fetch(daemon, "GET", "/maps/20.bin").body == bytes_of(20)


def test_a_killed_opener_is_replaced(grow, root):
    """What is open is served meanwhile, and what is not waits."""
    daemon = grow()
    daemon.expect_log(r"opener of tree /maps: process \d+ ended \(signal 9\)")
    with connect(daemon) as client, connect(daemon) as other:
        get(client, 5)
        first = opener(daemon)
        os.kill(first, signal.SIGSTOP)
        other.send(request("GET", "/maps/6.bin"))
        get(client, 5)
        os.kill(first, signal.SIGKILL)
        daemon.wait_log("opener of tree /maps: process .* ended")
        get(client, 5)
        response = other.response()
        assert (response.status, response.body) == (200, bytes_of(6))
    assert opener(daemon) != first


def test_an_opener_that_hangs(grow, root):
    """It keeps nobody from what is open, from other objects, and from a reload."""
    daemon = grow(server="send_timeout = 300ms")
    daemon.expect_log("tree /maps: a file was not opened within 300 ms; answered with 503")
    with connect(daemon) as client, connect(daemon) as other:
        get(client, 5)
        with stopped(opener(daemon)):
            other.send(request("GET", "/maps/6.bin") + request("GET", "/maps/5.bin"))
            get(client, 5)
            assert fetch(daemon, "GET", "/asset").status == 200
            response = other.response()
            assert (response.status, response.fields["retry-after"]) == (503, "5")
            assert other.response().body == bytes_of(5)
        get(other, 6)


def test_many_wait_for_an_opener_that_hangs(grow, root):
    daemon = grow(limit=20, server="max_reads = 3\nsend_timeout = 1m")
    with connect(daemon) as client, contextlib.ExitStack() as stack:
        get(client, 5)
        with stopped(opener(daemon)):
            waiting = [stack.enter_context(connect(daemon)) for _ in range(3)]
            for number, one in enumerate(waiting):
                one.send(request("GET", f"/maps/{number + 6}.bin"))

            def refused():
                return fetch(daemon, "GET", "/maps/5.bin").status == 200 and (
                    fetch_now(daemon, "/maps/30.bin") == 503
                )

            wait_until(refused, "three wait")
        for number, one in enumerate(waiting):
            assert one.response().body == bytes_of(number + 6)


def fetch_now(daemon, target):
    """The status; None: there is none soon."""
    with connect(daemon) as client:
        client.send(request("GET", target))
        client.socket.settimeout(0.5)
        try:
            return client.response().status
        except TimeoutError:
            return None


def test_clients_that_leave_while_they_wait(grow, root):
    daemon = grow()
    with connect(daemon) as client:
        get(client, 5)
        with stopped(opener(daemon)):
            for number in range(3):
                with connect(daemon) as leaving:
                    leaving.send(request("GET", f"/maps/{number + 6}.bin"))
            get(client, 5)
        for number in range(12):
            get(client, number)


def test_under_load_with_reloads(grow, root):
    """Nothing is lost while generations and files change places."""
    daemon = grow(limit=3, workers=2)
    daemon.wait_log("started: ")
    chosen = random.Random(3)
    end = time.monotonic() + 2
    reloads = 0
    while time.monotonic() < end:
        daemon.send_signal(signal.SIGHUP)
        reloads += 1
        for _ in range(30):
            number = chosen.randrange(40)
            assert fetch(daemon, "GET", f"/maps/{number}.bin").body == bytes_of(number)
        daemon.wait_log(f"generation {reloads} serves")
    wait_until(
        lambda: sum("opener" in title(pid) for pid in children(daemon.pid) if alive(pid)) == 1,
        "one opener is left",
    )


def test_an_opener_ends_with_a_killed_master(grow, root):
    daemon = grow()
    daemon.wait_log("started: ")
    one = opener(daemon)
    workers = daemon.workers()
    daemon.status = -signal.SIGKILL
    daemon.expect_log("the master is gone")
    daemon.process.kill()
    daemon.process.wait()
    wait_until(lambda: not alive(one), "the opener ends")
    wait_until(lambda: not any(map(alive, workers)), "the workers end")


def test_numbers(grow, root):
    daemon = grow(debug=True)
    with connect(daemon) as client:
        for number in (5, 6, 5, 7):
            get(client, number)
    with urllib.request.urlopen(daemon.debug_url + "/metrics") as page:
        metrics = page.read().decode()
    assert re.search(r"^tiffd_opened_files_total 3$", metrics, re.M)
    assert re.search(r'^tiffd_worker_open_files\{.*\} 3$', metrics, re.M)
