# SPDX-License-Identifier: BSD-2-Clause
"""etc/tiffd.ini as it is shipped: what somebody sees who starts tiffd for the first time."""

import contextlib
import os
import re
import signal
import subprocess

import pytest

from client import fetch
from conftest import VARIANTS
from daemon import DEADLINE, PROGRAM, TOP, alive, wait_until

ASSETS = TOP / "assets"
SHIPPED = (TOP / "etc" / "tiffd.ini").read_text()


@pytest.fixture(params=VARIANTS)
def shipped(request, start):
    """A daemon with that configuration, in each variant."""
    ini = SHIPPED.replace("../assets", str(ASSETS))
    return start(ini, "-o", f"server.variant={request.param}", "-o", "server.workers=1")


def test_the_page_shows_the_picture(shipped):
    page = fetch(shipped, "GET", "/")
    assert page.status == 200
    assert page.fields["content-type"] == "text/html; charset=utf-8"
    assert page.body == (ASSETS / "index.html").read_bytes()
    (picture,) = re.findall(rb'<img src="([^"]*)"', page.body)
    response = fetch(shipped, "GET", "/" + picture.decode())
    assert response.status == 200
    assert response.fields["content-type"] == "image/webp"
    assert response.body == (ASSETS / "sample.webp").read_bytes()


def test_every_link_of_the_page_leads_somewhere(shipped):
    for link in re.findall(r'(?:href|src)="([^":]*)"', (ASSETS / "index.html").read_text()):
        assert fetch(shipped, "HEAD", f"/{link}").status == 200, link


def test_the_manual_starts_and_reloads_a_daemon(tmp_path):
    """The commands of tiffd(8), as typed but for their paths."""
    page = (TOP / "man" / "tiffd.8").read_text()
    typed = [line.removeprefix("# ") for line in page.splitlines() if line.startswith("# tiffd ")]
    assert len(typed) == 2
    log = tmp_path / "log"
    (tmp_path / "tiffd.ini").write_text(
        f"[server]\nlisten = unix:{tmp_path}/socket\n[log]\nfile = {log}\n"
        f"[asset /]\nfile = {ASSETS}/index.html\n"
    )
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    (bin_directory / "tiffd").symlink_to(PROGRAM)

    def type_in(command):
        command = command.replace("/etc/tiffd/", f"{tmp_path}/").replace("/run/", f"{tmp_path}/")
        path = f"{bin_directory}:{os.environ['PATH']}"
        done = subprocess.run(["sh", "-c", command], env={**os.environ, "PATH": path}, timeout=DEADLINE)
        assert done.returncode == 0

    try:
        type_in(typed[0])
        pid = int((tmp_path / "tiffd.pid").read_text())
        type_in(typed[1])
        wait_until(lambda: "reload" in log.read_text(), "the reload")
    finally:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((tmp_path / "tiffd.pid").read_text()), signal.SIGTERM)
            wait_until(lambda: not alive(pid), "the daemon ends")
