# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: a factory of daemons, and one that serves the sample in each variant."""

import base64

import pytest

from daemon import SAMPLE, Daemon

VARIANTS = ("cached", "embedded", "streaming")

SAMPLE_INI = f"""
[server]
variant = {{variant}}
workers = 2
{{server}}
[asset /tiff]
file = {SAMPLE}
encoding = base64
cache_control = public, max-age=60
header = X-Extra: yes
[asset /sample.tif]
file = {SAMPLE}
"""


@pytest.fixture
def start(tmp_path):
    """start(ini, *options): a running daemon that is stopped and checked after the test."""
    daemons = []

    def run(ini, *options, **keywords):
        directory = tmp_path / f"daemon{len(daemons)}"
        directory.mkdir()
        daemon = Daemon(directory, ini, *options, **keywords)
        daemons.append(daemon)
        return daemon.start()

    yield run
    try:
        for daemon in daemons:
            daemon.stop()
    finally:
        for daemon in daemons:
            daemon.kill()


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture
def sample(start, variant):
    """A daemon that serves the sample picture in one variant, at /tiff (base64) and /sample.tif."""
    return start(SAMPLE_INI.format(variant=variant, server=""))


@pytest.fixture
def sample_with(start, variant):
    """The same with further lines in [server]."""
    return lambda *lines: start(SAMPLE_INI.format(variant=variant, server="\n".join(lines)))


@pytest.fixture(scope="session")
def picture():
    return SAMPLE.read_bytes()


@pytest.fixture(scope="session")
def text(picture):
    return base64.b64encode(picture)
