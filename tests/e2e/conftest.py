# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: a factory of daemons, and one that serves the sample in each variant."""

import base64
import datetime
import functools
import hashlib
import os
import random
import re

import pytest

import faulty
import observing
from client import fetch
from daemon import SAMPLE, Daemon
from faults import Faults
from table import IMF_FIXDATE

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


def is_hidden(error):
    """The sandbox keeps a process's files in /proc from all but root (PR_SET_DUMPABLE in prctl(2))."""
    return (
        isinstance(error, PermissionError)
        and os.geteuid() != 0
        and re.match(r"/proc/\d+/", str(error.filename)) is not None
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Tests that have to look there are for root."""
    report = (yield).get_result()
    if report.failed and is_hidden(call.excinfo.value):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, "Skipped: only root may look into a confined process")


@pytest.fixture
def start(tmp_path):
    """start(ini, *options): a running daemon that is stopped and checked after the test."""
    daemons = []

    def run(ini, *options, kind=Daemon, **keywords):
        directory = tmp_path / f"daemon{len(daemons)}"
        directory.mkdir()
        daemon = kind(directory, ini, *options, **keywords)
        daemons.append(daemon)
        return daemon.start()

    yield run
    try:
        for daemon in daemons:
            daemon.stop()
    finally:
        for daemon in daemons:
            daemon.kill()


@pytest.fixture
def observe(start, tmp_path):
    """observe(workers=2, hz=100, debug="", sample_bytes="4k"): with an observer (observing.py)."""
    return functools.partial(observing.start_observed, start, tmp_path)


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture
def sample(start, variant):
    """A daemon that serves the sample in one variant, at /tiff (base64) and /sample.tif."""
    return start(SAMPLE_INI.format(variant=variant, server=""))


@pytest.fixture
def sample_with(start, variant):
    """The same with further lines in [server]."""
    return lambda *lines: start(SAMPLE_INI.format(variant=variant, server="\n".join(lines)))


@pytest.fixture(scope="session")
def content():
    """An object of 16 MB: more than any socket takes at once."""
    return random.Random(16).randbytes(16 << 20)


OBJECT_INI = """
[server]
workers = {workers}
variant = {variant}
{server}
[asset /o]
file = {file}
"""


@pytest.fixture
def object_ini(tmp_path):
    """object_ini(*lines): a configuration that serves tmp_path/object, lines are for [server]."""

    def write(*lines, workers=1, variant="cached"):
        return OBJECT_INI.format(
            workers=workers, variant=variant, server="\n".join(lines), file=tmp_path / "object"
        )

    return write


@pytest.fixture
def serve(start, object_ini, tmp_path):
    """serve(octets, *lines): a daemon with one worker that serves them at /o; kind is its class, and what
    object_ini() does not know is for that."""

    def run(octets, *lines, workers=1, variant="cached", **keywords):
        (tmp_path / "object").write_bytes(octets)
        return start(object_ini(*lines, workers=workers, variant=variant), **keywords)

    return run


@pytest.fixture
def controlled(serve, tmp_path):
    """controlled(*lines): serves "content" at /o, with a control socket (controlling.py)."""

    def run(*lines, **keywords):
        daemon = serve(b"content", f"control = {tmp_path}/control", *lines, **keywords)
        daemon.wait_log("started: ")
        return daemon

    return run


@pytest.fixture(scope="module", params=VARIANTS)
def server(request, tmp_path_factory):
    """One daemon for all rows of a module, in each variant; SERVER has lines for [server]."""
    lines = getattr(request.module, "SERVER", "")
    ini = SAMPLE_INI.format(variant=request.param, server=lines)
    with Daemon(tmp_path_factory.mktemp("daemon"), ini) as daemon:
        yield daemon


DATE_FORMS = {
    "": IMF_FIXDATE,
    "_850": "%A, %d-%b-%y %H:%M:%S GMT",
    "_asctime": "%a %b %e %H:%M:%S %Y",
}


@pytest.fixture(scope="module")
def names(server, text):
    """What rows call by name, for table.fill(); {before}, {same} and {after} are dates."""
    tag = hashlib.sha256(text).hexdigest()[:32]
    fields = fetch(server, "HEAD").fields
    same = datetime.datetime.strptime(fields["last-modified"], IMF_FIXDATE)
    second = datetime.timedelta(seconds=1)
    values = {"etag": f'"{tag}"', "opaque": tag, "size": len(text)}
    for name, moment in (("before", same - second), ("same", same), ("after", same + second)):
        for suffix, form in DATE_FORMS.items():
            values[name + suffix] = moment.strftime(form)
    return values


@pytest.fixture(scope="session")
def picture():
    return SAMPLE.read_bytes()


@pytest.fixture(scope="session")
def text(picture):
    return base64.b64encode(picture)


@pytest.fixture
def faults(tmp_path):
    """Faults that can be made in a daemon, see faults.py."""
    return Faults(tmp_path)


@pytest.fixture
def body(tmp_path, content):
    """What faulty.run() serves: 1 MB and some, more than a worker sends in a turn."""
    body = content[: (1 << 20) + 4321]
    (tmp_path / "object").write_bytes(body)
    (tmp_path / "small").write_bytes(faulty.SMALL)
    return body
