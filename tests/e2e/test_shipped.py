# SPDX-License-Identifier: BSD-2-Clause
"""etc/tiffd.ini as it is shipped: what somebody sees who starts tiffd for the first time."""

import re

import pytest

from client import fetch
from conftest import VARIANTS
from daemon import TOP

ASSETS = TOP / "assets"
SHIPPED = (TOP / "etc" / "tiffd.ini").read_text()


@pytest.fixture(params=VARIANTS)
def shipped(request, start):
    """A daemon with that configuration, in each variant."""
    ini = SHIPPED.replace("../assets/", f"{ASSETS}/")
    return start(ini, "-o", f"server.variant={request.param}", "-o", "server.workers=1")


def test_the_page_shows_the_picture(shipped):
    page = fetch(shipped, "GET", "/")
    assert page.status == 200
    assert page.fields["content-type"] == "text/html; charset=utf-8"
    assert page.body == (ASSETS / "index.html").read_bytes()
    (picture,) = re.findall(rb'<img src="([^"]*)"', page.body)
    answer = fetch(shipped, "GET", "/" + picture.decode())
    assert answer.status == 200
    assert answer.fields["content-type"] == "image/webp"
    assert answer.body == (ASSETS / "sample.webp").read_bytes()


def test_every_link_of_the_page_leads_somewhere(shipped):
    for link in re.findall(r'(?:href|src)="([^":]*)"', (ASSETS / "index.html").read_text()):
        assert fetch(shipped, "HEAD", f"/{link}").status == 200, link
