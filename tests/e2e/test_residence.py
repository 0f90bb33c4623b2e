# SPDX-License-Identifier: BSD-2-Clause
"""The ledger of memory: against what the kernel tells of workers, and with known parts of a file in
memory."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from client import connect_narrowly, fetch, request
from daemon import SAMPLE, sanitized, wait_until
from observing import Observed, ask, free_port, text
from test_observer_tools import go, tool  # noqa: F401 (a fixture)
from test_slow_disk import disk, hanging, octets  # noqa: F401 (fixtures)

SIZE = 32 << 20
PAGE = os.sysconf("SC_PAGESIZE")

INI = """
[server]
workers = 2
{server}
[debug]
listen = 127.0.0.1:{port}
[asset /cached]
file = {file}
[asset /streamed]
file = {file}
variant = streaming
[asset /twice]
file = {file}
variant = streaming
[asset /sample.tif]
file = {sample}
variant = embedded
"""


@pytest.fixture
def held(start, tmp_path, request):
    """A daemon with a large object in each variant; its file is held.file."""
    file = tmp_path / "large"
    file.write_bytes(os.urandom(SIZE))
    with open(file, "rb") as opened:
        os.fsync(opened.fileno())
    port = free_port()
    server = getattr(request, "param", "")
    ini = INI.format(port=port, file=file, sample=SAMPLE.name, server=server)
    daemon = start(ini, kind=Observed)
    daemon.observer_address = ("127.0.0.1", port)
    daemon.wait_log("started: ")
    daemon.file = file
    return daemon


def resident(daemon, path):
    """Bytes of an object in memory, by /metrics; None where that is unknown."""
    found = re.search(
        rf'^tiffd_object_resident_bytes{{path="{path}",.*}} (\S+)$', text(daemon, "/metrics"), re.M
    )
    return float(found[1]) if found else None


def mapped(pid, size):
    """Rss of the mapping of so many bytes."""
    total = 0
    for part in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", pathlib.Path(f"/proc/{pid}/smaps").read_text()):
        bounds = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", part)
        if bounds and int(bounds[2], 16) - int(bounds[1], 16) == size:
            total += int(re.search(r"^Rss: +(\d+) kB", part, re.M)[1]) << 10
    return total


def evict(file):
    with open(file, "rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cached_pages_can_be_dropped(file):
    """Not on tmpfs, whose files are nowhere else."""
    return os.statvfs(file).f_bsize > 0 and "tmpfs" not in os.popen(f"stat -f -c %T {file}").read()


def test_known_parts_of_a_file(held):
    """Nothing of it, a quarter, all. One of the two objects that are this file stands for both."""
    if not cached_pages_can_be_dropped(held.file):
        pytest.skip("the files of tests are in memory here")
    (path,) = [path for path in ("/streamed", "/twice") if resident(held, path) is not None]
    wait_until(lambda: evict(held.file) or resident(held, path) == 0, "nothing in memory")
    with open(held.file, "rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        opened.read(SIZE // 4)
        assert resident(held, path) == pytest.approx(SIZE / 4, rel=0.02)
        opened.read()
        assert resident(held, path) == pytest.approx(SIZE, rel=0.02)


@pytest.mark.parametrize("held", ["sandbox = enforce", "sandbox = off"], indirect=True)
def test_what_workers_map_is_what_smaps_tells(held, tool):  # noqa: F811
    """A cached object is in memory once, and in the page tables of who has sent it."""
    fetch(held, "GET", target="/cached")
    assert resident(held, "/cached") == SIZE
    by_smaps = sum(mapped(pid, SIZE) for pid in held.workers())
    assert by_smaps > 0
    address = "http://{}:{}/debug/pprof/residence".format(*held.observer_address)
    raw = go(tool, "-top", "-unit=B", "-sample_index=mapped", "-tagfocus=object=/cached", address)
    told = re.search(r"^ *(\d+)B .* /cached$", raw, re.M)
    assert int(told[1]) == pytest.approx(by_smaps, rel=0.02)


def test_the_table_and_the_profile(held, tool):  # noqa: F811
    table = text(held, "/debug/pprof/residence?debug=1")
    assert re.match(r"residence: 4 objects, \S+ of \S+ in memory\ncopies: 0 in ", table)
    rows = re.findall(r"^ *(\S+) +(\S+) +\S+%(?: +\S+){4} +(\S+) +(/\S+)$", table, re.M)
    places = {path: place for _, _, place, path in rows}
    assert places["/cached"] == "memory_file"
    assert places["/sample.tif"] == "program_file"
    assert ("/streamed" in places) != ("/twice" in places)
    address = "http://{}:{}/debug/pprof/residence".format(*held.observer_address)
    tree = go(tool, "-peek", "^memory_file$", address)
    assert "/cached" in tree
    assert "held_in=\"memory_file\"" in text(held, "/metrics")


def test_what_the_kernel_does_not_tell_is_absent(start, tmp_path):
    """The workers' user neither owns the file nor may write it."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    tmp_path.chmod(0o755)
    file = tmp_path / "large"
    file.write_bytes(os.urandom(1 << 20))
    port = free_port()
    ini = INI.format(port=port, file=file, sample=SAMPLE.name, server="")
    ini = ini.replace("workers = 2", "workers = 2\nuser = nobody")
    daemon = start(ini, kind=Observed)
    daemon.observer_address = ("127.0.0.1", port)
    daemon.wait_log("started: ")
    assert resident(daemon, "/streamed") is None
    assert resident(daemon, "/cached") == 1 << 20
    table = ask(daemon, "/debug/pprof/residence?debug=1")[2].decode()
    assert re.search(r"^ +unknown +1MB +- ", table, re.M)


def held_in(daemon, place, variant):
    """Bytes by /metrics; None where that is unknown."""
    name = f'tiffd_resident_bytes{{variant="{variant}",held_in="{place}"}}'
    found = re.search(rf"^{re.escape(name)} (\S+)$", text(daemon, "/metrics"), re.M)
    return float(found[1]) if found else None


def queued(daemon, tool, variant):  # noqa: F811
    """Bytes in send queues by the profile."""
    address = "http://{}:{}/debug/pprof/residence".format(*daemon.observer_address)
    raw = go(tool, "-top", "-unit=B", "-focus=send_queue", f"-tagfocus=variant={variant}", address)
    found = re.search(r"Showing nodes accounting for (\d+)B", raw)
    return int(found[1]) if found else 0


def send_queues(daemon, clients):
    """What ss(8) says of the daemon's ends of these connections."""
    ports = {client.socket.getsockname()[1] for client in clients}
    command = ["ss", "-tnH", f"sport = :{daemon.address[1]}"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return sum(int(row[2]) for row in rows if int(row[4].rpartition(":")[2]) in ports)


@pytest.mark.skipif(shutil.which("ss") is None, reason="no ss (Debian: iproute2)")
def test_send_queues_are_what_ss_tells(held, tool):  # noqa: F811
    """Clients that read nothing; by variant, for cached objects and streamed ones stall together."""
    with contextlib.ExitStack() as stack:
        clients = {path: [] for path in ("/cached", "/streamed", "/twice")}
        for path in ["/cached", "/streamed", "/twice"] * 2:
            clients[path].append(stack.enter_context(connect_narrowly(held)))
            clients[path][-1].send(request("GET", path))
        streaming = clients["/streamed"] + clients["/twice"]

        def settled():
            by_ss = send_queues(held, clients["/cached"]), send_queues(held, streaming)
            told = queued(held, tool, "cached"), queued(held, tool, "streaming")
            return min(by_ss) > 0 and by_ss == told

        wait_until(settled, "the same bytes in queues")
        table = text(held, "/debug/pprof/residence?debug=1")
        rows = {path: queued for queued, path in re.findall(r" (\S+) +\S+ +(/\S+)$", table, re.M)}
        assert rows["/sample.tif"] == "0"
        assert "0" not in (rows["/cached"], rows["/streamed"], rows["/twice"])
    wait_until(lambda: queued(held, tool, "cached") == 0, "nothing in queues")


def anonymous_and_not_dumped(pid):
    """Rss of such mappings."""
    lowest = 1 << 45 if sanitized() else 0  # below is the sanitizers' own memory
    total = 0
    maps = pathlib.Path(f"/proc/{pid}/smaps").read_text()
    for part in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", maps)[1:]:
        flags = re.search(r"^VmFlags: (.*)", part, re.M)[1].split()
        start = int(part.partition("-")[0], 16)
        if "dd" in flags and part.split()[4] == "0" and start >= lowest:
            total += int(re.search(r"^Rss: +(\d+) kB", part, re.M)[1]) << 10
    return total


def test_buffers_are_what_smaps_tells(hanging, disk):  # noqa: F811
    """Pieces that a thread has read, and that nobody takes. They are left out of core files, so smaps
    marks their mappings; the buffer that all connections share was never used."""
    port = free_port()
    daemon = hanging("[debug]", f"listen = 127.0.0.1:{port}", kind=Observed)
    daemon.observer_address = ("127.0.0.1", port)
    disk.go_on()
    (worker,) = daemon.workers()
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(connect_narrowly(daemon)).send(request("GET", "/slow"))

        def agree():
            by_smaps = anonymous_and_not_dumped(worker)
            told = held_in(daemon, "worker_buffer", "streaming")
            return by_smaps > 4 << 16 and told == pytest.approx(by_smaps, rel=0.02)

        wait_until(agree, "the same bytes in buffers")
    wait_until(lambda: held_in(daemon, "worker_buffer", "streaming") == 0, "nothing in buffers")
