# SPDX-License-Identifier: BSD-2-Clause
"""Media types by suffix: the system's list, one's own, and none."""

import subprocess

import pytest

from client import fetch
from daemon import PROGRAM

NAMES = ("a.txt", "a.own", "a.tar.gz", "a.xml", "a.unknown", "a.gltf")


@pytest.fixture(name="types")
def fixture_types(start, tmp_path):
    """types(*lines): the Content-Type of each name, with these lines in [server]."""
    root = tmp_path / "root"
    root.mkdir()
    for name in NAMES:
        (root / name).write_bytes(b"x")

    def run(*lines):
        server = "\n".join(lines)
        daemon = start(f"[server]\nworkers = 1\n{server}\n[tree /t]\ndirectory = {root}\n"
                       "rule = *.gltf content_type x/ruled\n"
                       f"[asset /asset]\nfile = {root}/a.own\n")
        found = {name: fetch(daemon, target=f"/t/{name}").fields["content-type"] for name in NAMES}
        found["asset"] = fetch(daemon, target="/asset").fields["content-type"]
        return daemon, found

    return run


def test_own_list(types, tmp_path):
    path = tmp_path / "own.types"
    path.write_text("text/x-own own\n# application/x txt\ntext/xml xml\napplication/x-tgz tar.gz\n")
    daemon, found = types(f"mime_types = {path}", "charset = iso-8859-1")
    assert found == {
        "a.txt": "text/plain; charset=iso-8859-1", "a.own": "text/x-own; charset=iso-8859-1",
        "a.tar.gz": "application/x-tgz", "a.xml": "text/xml", "a.unknown": "application/octet-stream",
        "a.gltf": "x/ruled", "asset": "text/x-own; charset=iso-8859-1",
    }
    path.write_text("50:image/own:*.own\n")
    daemon.reload()
    assert fetch(daemon, target="/asset").fields["content-type"] == "image/own"
    path.unlink()
    daemon.expect_log("mime_types: .*own.types.*No such file")
    daemon.expect_log("reload failed: ")
    daemon.send_signal(1)
    daemon.wait_log("reload failed: ")
    assert fetch(daemon, target="/asset").fields["content-type"] == "image/own"


def test_no_list(types):
    found = types("mime_types =", "charset =")[1]
    assert found["a.txt"] == "text/plain"
    assert found["a.xml"] == "application/xml"
    assert found["a.own"] == "application/octet-stream"


def test_the_default(types):
    found = types()[1]
    assert found["a.txt"] == "text/plain; charset=utf-8"
    assert found["a.unknown"] == "application/octet-stream"


def test_a_list_that_is_missing(tmp_path):
    (tmp_path / "object").write_bytes(b"x")
    ini = tmp_path / "t.ini"
    ini.write_text("[server]\nmime_types = nothing\ncharset = a b\n[asset /a]\nfile = object\n")
    done = subprocess.run([PROGRAM, "-t", "-c", ini], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f'mime_types: "{tmp_path}/nothing": No such file' in done.stderr
    assert 'charset: "a b" is no token; accepted: letters' in done.stderr
