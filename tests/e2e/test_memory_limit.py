# SPDX-License-Identifier: BSD-2-Clause
"""A memory cgroup kills what goes beyond its limit: an object that does not fit is refused before,
and what serves continues. Here the limit is a real one, of version 1 or 2."""

import contextlib
import http.client
import os
import pathlib
import re
import signal

import pytest

from client import connect_narrowly, fetch, request
from daemon import DEADLINE, children, sanitized, wait_until
from upgrading import Upgradable

MIB = 1 << 20
FOLDERS = (
    (pathlib.Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (pathlib.Path("/sys/fs/cgroup"), "memory.max"),
)
NEEDS = r"needs \d+ bytes of memory, including that of workers, but the cgroup {} has \d+ left"

pytestmark = pytest.mark.skipif(sanitized(), reason="sanitizers take more memory than that")


def make_group(name, limit):
    for folder, file in FOLDERS:
        with contextlib.suppress(OSError):
            (folder / name).mkdir()
            if (folder / name / file).exists():
                (folder / name / file).write_text(str(limit))
                return folder / name
            (folder / name).rmdir()
    pytest.skip("no memory cgroup can be made here")


@pytest.fixture
def limited():
    """limited(bytes): a wrapper that starts a command in a group of that size, and the group."""
    groups = []

    def limit(size):
        group = make_group(f"tiffd-{os.getpid()}-{os.urandom(4).hex()}", size)
        groups.append(group)
        return ["sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"', "sh"], group

    yield limit
    for group in groups:
        wait_until(lambda g=group: not (g / "cgroup.procs").read_text(), "the group is empty")
        group.rmdir()


def write(path, size, octet):
    """As new content comes: another file takes the name."""
    new = path.with_name("new")
    new.write_bytes(octet * size)
    new.rename(path)


def get(daemon):
    return fetch(daemon, "GET", "/o", "Range: bytes=0-3").body


@pytest.mark.parametrize("limit, size", ((64, 35), (150, 80)))
def test_a_reload_that_does_not_fit(limited, start, object_ini, tmp_path, limit, size):
    wrapper, group = limited(limit * MIB)
    write(tmp_path / "object", size * MIB, b"1")
    daemon = start(object_ini(workers=2), wrapper=wrapper)
    assert get(daemon) == b"1111"
    before = daemon.all_workers(2)
    write(tmp_path / "object", size * MIB, b"2")
    daemon.expect_log(f"{tmp_path}/object: {NEEDS.format(group)}$")
    daemon.expect_log("reload failed: generation 0 continues")
    for count in (1, 2):
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log("reload failed: generation 0 continues", count=count)
    assert daemon.workers() == before
    assert get(daemon) == b"1111"
    write(tmp_path / "object", size * MIB, b"1")  # which is the same again, and needs no memory
    daemon.reload()
    assert get(daemon) == b"1111"
    write(tmp_path / "object", 4 * MIB, b"3")
    daemon.reload()
    assert get(daemon) == b"3333"


def look(daemon, page):
    """The status and the text of a page of the observer."""
    connection = http.client.HTTPConnection(daemon.debug_url.removeprefix("http://"), timeout=DEADLINE)
    with contextlib.closing(connection):
        connection.request("GET", page)
        response = connection.getresponse()
        return response.status, response.read().decode()


GAP = r"1 object is answered with 503 until the older generations have ended, which have \d+ ms"


@pytest.mark.parametrize("limit, size", ((64, 35), (150, 80)))
def test_the_old_goes_first_by_choice(limited, start, object_ini, tmp_path, limit, size):
    """What has no room beside the old content is loaded when that has gone: 503 meanwhile."""
    wrapper, _ = limited(limit * MIB)
    write(tmp_path / "object", size * MIB, b"1")
    daemon = start(
        object_ini("reload_order = old_first", "drain_timeout = 60s", workers=2), wrapper=wrapper, debug=True
    )
    daemon.expect_log(GAP)
    slow = connect_narrowly(daemon)
    slow.begin(request("GET", "/o"))  # holds the old content, until it is closed
    write(tmp_path / "object", size * MIB, b"2")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log(GAP)
    response = fetch(daemon, "GET", "/o")
    assert (response.status, response.fields["retry-after"]) == (503, "5")
    missing = (503, "503 Service Unavailable: 1 object is not loaded yet\n")
    wait_until(lambda: look(daemon, "/healthz") == missing, "the new observer has taken over")
    assert "\ntiffd_absent_objects 1\n" in look(daemon, "/metrics")[1]
    slow.close()
    daemon.wait_log("generation 2 serves")
    daemon.wait_log(r"all objects are served again, after \d+ ms")
    assert get(daemon) == b"2222"
    assert look(daemon, "/healthz") == (200, "ok\n")
    write(tmp_path / "object", 4 * MIB, b"3")  # there is room for both
    daemon.reload()
    assert get(daemon) == b"3333"
    assert sum(bool(re.search(GAP, line)) for line in daemon.lines()) == 1


def test_a_gap_ends_when_the_content_can_be_read(limited, start, object_ini, tmp_path):
    """Nobody else would try again. Old responses that take too long are cut, and counted."""
    wrapper, _ = limited(64 * MIB)
    write(tmp_path / "object", 35 * MIB, b"1")
    daemon = start(object_ini("reload_order = old_first", "drain_timeout = 1s", workers=1), wrapper=wrapper)
    daemon.expect_log(GAP)
    daemon.expect_log("object.*: No such file|reload failed: generation 1 continues")
    with connect_narrowly(daemon) as slow:
        slow.begin(request("GET", "/o"))
        write(tmp_path / "object", 35 * MIB, b"2")
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_log(GAP)
        (tmp_path / "object").rename(tmp_path / "elsewhere")
        daemon.wait_log("1 response was cut")
        assert slow.rest()[1]
    daemon.wait_log("reload failed: generation 1 continues")
    assert fetch(daemon, "GET", "/o").status == 503
    (tmp_path / "elsewhere").rename(tmp_path / "object")
    daemon.wait_log("all objects are served again")
    assert get(daemon) == b"2222"


def test_a_gap_is_for_what_will_fit(limited, start, object_ini, tmp_path):
    """What does not fit alone, either, changes nothing."""
    wrapper, group = limited(64 * MIB)
    write(tmp_path / "object", 35 * MIB, b"1")
    daemon = start(object_ini("reload_order = old_first", workers=1), wrapper=wrapper)
    write(tmp_path / "object", 80 * MIB, b"2")
    daemon.expect_log(f"{tmp_path}/object: {NEEDS.format(group)}$")
    daemon.expect_log("reload failed: generation 0 continues")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: generation 0 continues")
    assert get(daemon) == b"1111"


@pytest.mark.parametrize("order", ("new_first", "old_first"))
@pytest.mark.parametrize("limit, size", ((64, 35), (150, 80)))
def test_an_upgrade_that_does_not_fit(limited, start, object_ini, tmp_path, limit, size, order):
    """Both programs would need the content at the same time. The old one is not harmed, and says why."""
    wrapper, group = limited(limit * MIB)
    write(tmp_path / "object", size * MIB, b"1")
    daemon = start(object_ini(f"reload_order = {order}", workers=2), wrapper=wrapper, kind=Upgradable)
    assert get(daemon) == b"1111"
    before, workers = daemon.pid, daemon.all_workers(2)
    daemon.expect_log(f"{tmp_path}/object: {NEEDS.format(group)}$")
    daemon.expect_log("start failed|upgrade failed: generation 0 continues: .* ended with status 1$")
    for count in (1, 2):
        daemon.send_signal(signal.SIGUSR2)
        daemon.wait_log("upgrade failed: generation 0 continues: .* ended with status 1$", count=count)
        assert len(daemon.matches(re.compile(NEEDS.format(group)))) == count
    assert daemon.pid == before and daemon.workers() == workers
    assert get(daemon) == b"1111"
    write(tmp_path / "object", 4 * MIB, b"2")
    daemon.reload_quietly()
    daemon.upgrade()
    assert get(daemon) == b"2222"


def test_a_start_that_does_not_fit(limited, start, object_ini, tmp_path):
    wrapper, group = limited(64 * MIB)
    write(tmp_path / "object", 80 * MIB, b"1")
    daemon = start(object_ini(workers=1), wrapper=wrapper)
    daemon.status = 1
    daemon.expect_log(f"{tmp_path}/object: {NEEDS.format(group)}$")
    daemon.expect_log("start failed")
    daemon.wait_log(NEEDS.format(group))
    daemon.process.wait(60)
    assert children(daemon.pid) == []


def objects(daemon):
    """The objects that any process of the daemon holds in memory."""
    found = set()
    for pid in [daemon.pid, *daemon.staff()]:
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()
        found |= {line.split()[4] for line in maps if "memfd:tiffd-object" in line}
        for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "memfd:tiffd-object" in os.readlink(entry):
                    found.add(str(entry.stat().st_ino))
    return found


@pytest.mark.parametrize("debug", (False, True))
def test_what_fits_is_loaded(limited, start, object_ini, tmp_path, debug):
    """The cache of the object's own file is counted in the group's usage, and goes; so does what
    the generation before held."""
    wrapper, _ = limited(64 * MIB)
    write(tmp_path / "object", 20 * MIB, b"1")
    daemon = start(object_ini(workers=1), wrapper=wrapper, debug=debug)
    for octet in b"2345":
        write(tmp_path / "object", 20 * MIB, bytes([octet]))
        daemon.reload()
        assert get(daemon) == bytes([octet] * 4)
        wait_until(lambda: len(objects(daemon)) == 1, "one object is in memory")
