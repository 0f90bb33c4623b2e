# SPDX-License-Identifier: BSD-2-Clause
"""The observer: every page, what it refuses, and that nothing that happens to it or to its
clients touches anybody else."""

import concurrent.futures
import contextlib
import json
import os
import re
import select
import signal
import socket
import time
import xml.etree.ElementTree

import pytest

from client import connect, connect_narrowly, fetch, request
from daemon import (
    SAMPLE,
    alive,
    children,
    dial,
    free_port,
    has_tcmalloc,
    over_proc,
    sanitized,
    state,
    wait_until,
)
from observing import (
    Observed,
    ask,
    asking,
    cpu_time,
    load,
    needs_heap,
    rows_of,
    sampled,
    text,
    title,
    total_of,
)

PROFILE = "/debug/pprof/profile?format=text&seconds="

BLOCK = "/debug/pprof/block?format=text"

PAGES = {
    "/": "text/html",
    "/debug/pprof/": "text/html",
    "/pprof/": "text/html",
    "/debug/pprof/profile?seconds=1": "application/octet-stream",
    "/debug/pprof/block": "text/plain",
    "/debug/pprof/goroutine": "text/plain",
    "/debug/pprof/goroutine?debug=2": "text/plain",
    "/debug/pprof/goroutine?seconds=1": "text/plain",
    "/debug/pprof/goroutine?debug=0": "application/octet-stream",
    "/debug/pprof/threadcreate?format=proto": "application/octet-stream",
    "/debug/pprof/mutex?debug=1&gc=1": "text/plain",
    "/metrics?debug=1": "text/plain",
    "/debug/pprof/threadcreate?debug=1": "text/plain",
    "/debug/pprof/cmdline": "text/plain",
    "/debug/pprof/symbol": "text/plain",
}

HEAP_PAGES = ("/debug/pprof/heap", "/debug/pprof/allocs", "/debug/pprof/growth?seconds=1")

REFUSED = {
    "/debug/pprof/profile?seconds=-1": (400, "seconds", "1 to 3600"),
    "/debug/pprof/profile?seconds=5;worker=1": (400, "seconds", "1 to 3600"),
    "/pprof/heap?worker=99": (400, "worker", "0 to 1, all"),
    "/pprof/heap?format=%00": (400, "%00", ""),
    "/debug/pprof/symbol?0xg": (400, "0xg", "hexadecimal"),
    "/debug/pprof/nothing": (404, "", "/debug/pprof/"),
    "/o": (404, "", "/debug/pprof/"),
}


def test_every_page_answers(observe):
    daemon = observe()
    for path, kind in PAGES.items():
        status, fields, content = ask(daemon, path)
        assert (status, fields.get_content_type()) == (200, kind), path
        assert content
        assert fields["connection"] == "close"
        status, _, content = ask(daemon, path, "HEAD")
        assert (status, content) == (200, b"")


@pytest.mark.parametrize("path", HEAP_PAGES)
def test_pages_of_the_heap(observe, path):
    status, fields, content = ask(observe(), path)
    if has_tcmalloc():
        assert (status, fields.get_content_type()) == (200, "application/octet-stream")
    else:
        assert (status, b"[profile]" in content) == (503, True)


@needs_heap
def test_a_table_of_the_heap_tells_its_rate(observe):
    table = text(observe(), "/debug/pprof/allocs?format=text")
    assert "\nOne sample for each 4kB of allocations, on average\n" in table


def test_the_index_links_to_pages(observe):
    daemon = observe()
    links = re.findall(r'href="([^"]+)"', text(daemon, "/debug/pprof/"))
    assert len(links) >= 8
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        paths = [link.replace("&amp;", "&") for link in links]
        for response in pool.map(lambda path: ask(daemon, path), paths):
            assert response[0] == 200 or not has_tcmalloc() and b"[profile]" in response[2], response


def test_bad_requests_are_explained(observe):
    daemon = observe()
    for path, (status, found, accepted) in REFUSED.items():
        got, _, content = ask(daemon, path)
        assert got == status, path
        assert found in content.decode(), content
        assert accepted in content.decode(), content
    status, fields, _ = ask(daemon, "/debug/pprof/heap", "POST", b"x")
    assert (status, fields["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("expect", [{}, {"Expect": "100-continue"}])
def test_a_huge_post_is_refused(observe, expect):
    daemon = observe()
    headers = {"Content-Length": str(10 << 20), **expect}
    with asking(daemon, "/debug/pprof/symbol", "POST", bytes(10 << 20), **headers) as connection:
        response = connection.getresponse()
        assert response.status == 413
        assert b"1048576" in response.read()


def test_the_command_line_is_as_it_was_given(observe):
    daemon = observe()
    program, *arguments = text(daemon, "/debug/pprof/cmdline").split("\0")
    assert program.endswith("/tiffd")
    assert arguments == ["-c", str(daemon.ini)]


def test_processes(observe):
    daemon = observe()
    lines = text(daemon, "/debug/pprof/threadcreate")
    assert lines.startswith("threadcreate profile: total 4\n")
    for pid in [daemon.pid, daemon.named("observer"), daemon.named("worker 1")]:
        assert f"pid {pid}, age " in lines


def test_connections(observe):
    """Idle ones, and one whose client takes nothing, also while their worker is stopped."""
    daemon = observe(workers=1)
    worker = daemon.named("worker 0")
    with connect(daemon) as idle, connect_narrowly(daemon) as slow:
        idle.send(request("GET", "/o"))
        idle.response()
        slow.send(request("GET", "/o"))
        page = "/debug/pprof/goroutine?debug=1"
        wait_until(lambda: " for its client" in text(daemon, page), "a client that stalls")
        os.kill(worker, signal.SIGSTOP)
        lines = text(daemon, page)
        os.kill(worker, signal.SIGCONT)
        assert lines.startswith("goroutine profile: total 2\n")
        assert re.search(r"connection 1, age [0-9.]+ s, in this state [0-9.]+ s, requests 1", lines)
        assert re.search(rf"connection 2, .*, /o, byte \d+ of {SAMPLE.stat().st_size}, ", lines)
    wait_until(lambda: "total 0\n" in text(daemon, page), "no connections")


def test_waiting_for_slow_clients_is_a_profile(observe):
    daemon = observe(workers=1)
    began = time.monotonic()
    with connect_narrowly(daemon) as slow:
        slow.send(request("GET", "/o"))
        time.sleep(1)
        slow.response()
    longest = time.monotonic() - began
    table = text(daemon, "/debug/pprof/block")
    assert "Type: delay\n" in table
    assert "wait_for_client" in rows_of(table)
    assert 0.5 < total_of(table) <= longest + 0.01  # it is rounded


def wait_window(daemon):
    """Waits until the process of the only client sleeps, as it does for all of the window."""
    (client,) = wait_until(lambda: children(daemon.named("observer")), "the client has a process")
    wait_until(lambda: state(client) == "S", "the window has begun")


def test_cpu_time_is_right(observe):
    """All of the load is inside the window."""
    daemon = observe(workers=1)
    worker = daemon.named("worker 0")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        table = pool.submit(text, daemon, PROFILE + "10")
        wait_window(daemon)
        before = cpu_time(worker)  # the start of a worker takes some, too
        with load(daemon):
            wait_until(lambda: cpu_time(worker) - before > 0.2, "some CPU time is used")
        used = cpu_time(worker) - before
        assert total_of(table.result()) == pytest.approx(used, rel=0.15, abs=0.015)
    rows = rows_of(table.result())
    assert sampled(rows, "main") > 80
    assert sampled(rows, "worker_run") > 80


def test_an_idle_daemon_has_next_to_nothing(observe):
    daemon = observe()
    assert total_of(text(daemon, PROFILE + "1")) < 0.02


def test_one_worker_or_all(observe):
    daemon = observe()
    with load(daemon), concurrent.futures.ThreadPoolExecutor() as pool:
        paths = [PROFILE + "2" + which for which in ("", "&worker=0", "&worker=1")]
        every, first, second = map(total_of, pool.map(lambda path: text(daemon, path), paths))
    assert every == pytest.approx(first + second, rel=0.15, abs=0.03)


def test_a_window_survives_its_workers(observe):
    """A worker that is killed, and the one that replaces it, are both in the profile."""
    daemon = observe(workers=1)
    daemon.expect_log(r"worker 0: process \d+ was ended by signal 9")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        table = pool.submit(text, daemon, PROFILE + "10")
        wait_window(daemon)
        with load(daemon):
            time.sleep(1)
        first = daemon.named("worker 0")
        used = cpu_time(first)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not alive(first), "the worker ends")
        second = daemon.named("worker 0")
        with load(daemon):
            time.sleep(1)
        used += cpu_time(second)
        assert total_of(table.result()) == pytest.approx(used, rel=0.15, abs=0.05)


def test_a_stuck_worker_can_be_profiled(observe):
    daemon = observe(workers=1)
    worker = daemon.named("worker 0")
    os.kill(worker, signal.SIGSTOP)
    try:
        assert total_of(text(daemon, PROFILE + "1")) < 0.02
        assert "pid" in text(daemon, "/debug/pprof/threadcreate")
    finally:
        os.kill(worker, signal.SIGCONT)


def test_a_killed_observer_is_replaced(observe):
    daemon = observe()
    daemon.expect_log(r"observer: process \d+ was ended by signal 9")
    observer = daemon.named("observer")
    workers = {daemon.named("worker 0"), daemon.named("worker 1")}
    os.kill(observer, signal.SIGKILL)
    wait_until(lambda: not alive(observer), "the observer ends")
    wait_until(lambda: daemon.named("observer") != observer, "another observer")
    assert text(daemon, "/debug/pprof/cmdline")
    assert workers == {daemon.named("worker 0"), daemon.named("worker 1")}
    assert fetch(daemon, "GET", "/o").status == 200


def test_a_reload_lets_a_window_end(observe):
    daemon = observe()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        table = pool.submit(text, daemon, PROFILE + "2")
        time.sleep(0.5)
        daemon.send_signal(signal.SIGHUP)
        assert table.result().startswith("File: tiffd\n")
    wait_until(lambda: "generation 1" in text(daemon, "/debug/pprof/"), "the next observer")


def test_clients_beyond_the_limit_are_told_so(observe):
    daemon = observe(debug="max_clients = 1")
    with contextlib.ExitStack() as stack:

        def full():
            """The page that looks may have been first, and the window been refused."""
            stack.enter_context(asking(daemon, PROFILE + "3600"))
            return ask(daemon, BLOCK)[0] == 503

        wait_until(full, "a limit")
        assert b"[debug] max_clients" in ask(daemon, BLOCK)[2]
        for path in ("/", "/healthz", "/metrics", "/debug/vars"):
            assert ask(daemon, path)[0] == 200
    wait_until(lambda: ask(daemon, BLOCK)[0] == 200, "a free seat")


def test_clients_that_are_silent_or_wait_hold_up_no_numbers(observe):
    """All windows there can be, and more clients without a request than there are slots."""
    daemon = observe()
    with contextlib.ExitStack() as stack:
        for _ in range(20):  # more than there are seats, for those who look take one, too
            stack.enter_context(asking(daemon, PROFILE + "3600"))
        wait_until(lambda: ask(daemon, BLOCK)[0] == 503, "all seats are taken")
        for _ in range(60):
            stack.enter_context(dial(daemon.observer_address))
        for path in ("/healthz", "/metrics"):
            assert ask(daemon, path)[0] == 200
        assert ask(daemon, BLOCK)[0] == 503  # the windows are still there


def test_slow_clients_hold_up_nobody(observe):
    daemon = observe(debug="max_clients = 4")
    connections = [dial(daemon.observer_address) for _ in range(3)]
    for connection in connections:
        connection.sendall(b"GET / HTTP/1.1\r\nHo")
    assert text(daemon, "/debug/pprof/cmdline")
    for connection in connections:
        connection.close()


def test_silent_clients_do_not_hold_up_the_end(observe):
    """Browsers keep connections open before they need them; these end before a page that takes time, which is
    still answered."""
    daemon = observe()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(dial(daemon.observer_address)) for _ in range(2)]
        silent[0].sendall(b"GET /metrics HTTP/1.1\r\nHo")
        window = stack.enter_context(asking(daemon, "/debug/pprof/block?seconds=8"))
        assert text(daemon, "/healthz") == "ok\n"  # all of them have a process
        daemon.send_signal(signal.SIGTERM)
        for connection, reply in zip(silent, (b"HTTP/1.1 408 ", b"")):
            readable, _, _ = select.select([connection, window.sock], [], [])
            assert readable == [connection]
            assert connection.recv(1 << 16)[:13] == reply
        assert window.getresponse().status == 200


FOREIGN = (
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:6060"},
    {"Host": "10.0.0.1"},
    {"Host": "[::2]"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
)

FAMILIAR = (
    {"Host": "localhost"},
    {"Host": "LocalHost:1"},
    {"Host": "127.99.0.1:80"},
    {"Host": "[::1]:6060"},
    {"Host": "inside.example:99"},
    {"Host": "[2001:db8::1]:99"},
    {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://inside.example", "Sec-Fetch-Site": "none"},
)


def test_pages_of_other_sites_are_refused(observe):
    daemon = observe(debug="hosts = inside.example, [2001:db8::1]")
    for fields in FOREIGN:
        for path in ("/", "/metrics", "/nothing", PROFILE + "3600"):
            status, _, content = ask(daemon, path, **fields)
            assert (status, next(iter(fields)) in content.decode()) == (403, True), fields
    assert b"[debug] hosts" in ask(daemon, "/", Host="evil.example")[2]
    for fields in FAMILIAR:
        assert ask(daemon, "/metrics", **fields)[0] == 200, fields


def test_a_unix_socket(observe, tmp_path):
    path = tmp_path / "debug.sock"
    daemon = observe(debug=f"listen = unix:{path}")
    with dial(path) as connection:
        connection.sendall(b"GET /debug/pprof/cmdline HTTP/1.0\r\nHost: any.example\r\n\r\n")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")
        connection.shutdown(socket.SHUT_WR)
    assert title(daemon.named("observer")).endswith("observer")


@pytest.mark.skipif(sanitized(), reason="the sanitizers need /proc")
def test_without_proc(start):
    """Profiles say what is missing; numbers are there."""
    port = free_port()
    ini = (
        f"[server]\nworkers = 1\n[debug]\nlisten = 127.0.0.1:{port}\n[asset /o]\nfile = {SAMPLE}\n"
    )
    daemon = start(ini, kind=Observed, wrapper=over_proc("tmpfs"))
    daemon.observer_address = ("127.0.0.1", port)
    daemon.wait_log("started: ")
    for page in ("profile?seconds=1", "block", "goroutine", "symbol?0x1"):
        status, _, content = ask(daemon, f"/debug/pprof/{page}")
        assert (status, b"/proc/self/maps" in content) == (500, True), (page, content)
    assert ask(daemon, "/metrics")[0] == 200


def test_flame_graphs_without_a_tool(observe):
    """format=folded, flame and svg: all of the same profile say the same."""
    daemon = observe(workers=1, hz=1000)
    heap = ["heap?seconds=0"] if has_tcmalloc() else []
    with load(daemon):
        for page in ("profile?seconds=1", "wall?seconds=1", *heap, "residence?worker=all"):
            folded = text(daemon, f"/debug/pprof/{page}&format=folded")
            assert re.fullmatch(r"(?:[^\n]+ -?\d+\n)*", folded), folded
            flame = json.loads(text(daemon, f"/debug/pprof/{page}&format=flame"))
            assert flame["name"] == "all"
            assert flame["value"] >= sum(child["value"] for child in flame["children"])
            picture = xml.etree.ElementTree.fromstring(text(daemon, f"/debug/pprof/{page}&format=svg"))
            assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    cpu = text(daemon, "/debug/pprof/profile?seconds=1&format=folded")
    header = ask(daemon, "/debug/pprof/block?format=svg")[1]
    assert header["content-type"] == "image/svg+xml"
    assert header["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert cpu == "" or "main;" in cpu or "not_sampled" in cpu
    stacks = text(daemon, "/debug/pprof/residence?format=folded&sample_index=size").splitlines()
    assert f"memory_file;/o {SAMPLE.stat().st_size}" in stacks


def test_functions_of_the_kernel(observe):
    """Below the call that leads there, by the names that the kernel tells; or a warning that says why there
    are none."""
    daemon = observe(workers=1, hz=1000, profile="kernel = yes\n")
    refused = r"warning .*CPU profiles are without functions of the kernel: perf_event_open\(2\): "
    daemon.expect_log(refused)
    if any(re.search(refused, line) for line in daemon.lines()):
        pytest.skip("the kernel does not permit perf_event_open(2) here")

    def below_the_call():
        folded = text(daemon, "/debug/pprof/profile?seconds=1&format=folded")
        call = r";(?:__libc_)?send(?:msg|file)(?:64)?;(?:(?:\[libc\.so\.6\]|__\w*syscall_cancel\w*);)*"
        return re.findall(call + r"(\S+) \d+$", folded, re.M)

    with load(daemon):
        below = wait_until(below_the_call, "samples in the kernel")
    names = set(";".join(below).split(";"))
    with open("/proc/kallsyms") as lines:
        known = {line.split()[2] for line in lines if int(line.split()[0], 16) > 0}
    assert names <= (known or {"[kernel]"})
    assert any("sendmsg" in name for name in names) or not known
