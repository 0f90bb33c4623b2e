# SPDX-License-Identifier: BSD-2-Clause
"""Paths of sections may have any bytes but control characters: in the dump, in requests, and encoded where
people and programs read them."""

import json
import subprocess
import urllib.parse
import urllib.request

import pytest

from client import fetch
from daemon import PROGRAM, Daemon, wait_until

PATHS = (b"/a b", "/\u00e9".encode(), b"/100%", b"/%41", b"/q\"'\\", b"/x[y]z", b"/x]]", b"/?#;=",
         b"/bad\xff", b"/<b>&amp;")
SECTIONS = b"".join(b"[asset " + path + b"] ; a comment\nfile = o\n" for path in PATHS)


@pytest.fixture(name="named")
def fixture_named(start):
    """A daemon with all these assets, and an access log."""

    def write(daemon):
        (daemon.directory / "o").write_bytes(b"one")
        log = f"[access_log]\nfile = {daemon.directory}/access\nformat = json\nflush = 10ms\n"
        daemon.ini.write_bytes(f"[server]\nworkers = 1\n{log}".encode() + SECTIONS)

    class Named(Daemon):
        def start(self):
            write(self)
            return super().start()

    daemon = start("", kind=Named, debug=True)
    daemon.wait_log("started: ")
    return daemon


def encoded(path):
    return urllib.parse.quote(path, safe="/-._~!$&'()*+,;=:@")


def test_requests(named):
    for path in PATHS:
        for target in (encoded(path), "".join(f"%{byte:02x}" for byte in path).replace("%2f", "/")):
            assert fetch(named, target=target).body == b"one", target
    assert fetch(named, target="/A").status == 404
    assert fetch(named, target="/a%2520b").status == 404


def test_pages(named):
    for path in PATHS:
        fetch(named, target=encoded(path))
    with urllib.request.urlopen(named.debug_url + "/metrics", timeout=60) as page:
        metrics = page.read().decode()
    with urllib.request.urlopen(named.debug_url + "/debug/vars", timeout=60) as page:
        objects = json.load(page)["objects"]
    for path in PATHS:
        assert f'tiffd_object_sent_bytes_total{{path="{encoded(path)}",variant="cached"}} 3' in metrics
        assert objects[encoded(path)]["sent_bytes"] == 3


def test_dump_reads_back(named):
    dump = subprocess.run([PROGRAM, "-T", "-c", named.ini], capture_output=True, check=True).stdout
    for path in PATHS:
        assert b"[asset " + path + b"]\n" in dump
    again = named.directory / "again.ini"
    again.write_bytes(dump)
    assert subprocess.run([PROGRAM, "-T", "-c", again], capture_output=True, check=True).stdout == dump


def test_access_log(named):
    for path in PATHS:
        fetch(named, target=encoded(path))
    log = named.directory / "access"
    wait_until(lambda: log.exists() and log.read_bytes().count(b"\n") == len(PATHS), "the lines")
    for line, path in zip(log.read_bytes().splitlines(), PATHS, strict=True):
        assert json.loads(line)["request_uri"] == encoded(path)


def test_thirty_thousand_sections(tmp_path):
    """A file above 1 MiB."""
    (tmp_path / "o").write_bytes(b"one")
    section = "[asset /caf\u00e9 {}]\nfile = o\nvariant = streaming\n"
    text = "".join(section.format(number) for number in range(30000))
    assert len(text.encode()) > 1 << 20
    (tmp_path / "t.ini").write_text(text)
    command = [PROGRAM, "-t", "-c", tmp_path / "t.ini"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
