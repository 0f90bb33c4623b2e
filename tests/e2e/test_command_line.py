# SPDX-License-Identifier: BSD-2-Clause
"""The options, what they print, the exit status. -t, -T and -o: see test_config_errors.py."""

import contextlib
import errno
import hashlib
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from client import Client
from daemon import DEADLINE, PROGRAM, alive, children, dial, title, wait_until

USAGE = "usage: tiffd "


def run(*arguments, **keywords):
    command = [PROGRAM, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE, check=False, **keywords
    )


def test_version_says_what_transmit_has_to_choose_from():
    line = next(line for line in run("-V").stdout.splitlines() if line.startswith("transmit "))
    assert line.startswith("transmit auto: send while a worker waits for events for at least 5 %")


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(option, picture, text):
    result = run(option)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"tiffd \d+\.\d+\.\d+", lines[0])
    assert lines[1].startswith("built with ")
    assert any(line.startswith("library http-parser 2.") for line in lines)
    kinds = [("sample.tif", picture, "image/tiff")]
    kinds.append(("sample.tif.b64", text, "text/plain; charset=us-ascii"))
    for name, octets, kind in kinds:
        digest = hashlib.sha256(octets).hexdigest()
        assert f"embedded {name} {len(octets)} {kind} {digest}" in lines


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(option):
    result = run(option)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(USAGE)
    for forms in ("c, --config", "o, --option", "d, --detach", "t, --test", "T, --dump"):
        assert f"\n  -{forms} " in result.stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["-x"], "invalid option -- 'x'"),
        (["--unknown"], "unrecognized option '--unknown'"),
        (["-c"], "option requires an argument -- 'c'"),
        (["-o"], "option requires an argument -- 'o'"),
        (["--config"], "option '--config' requires an argument"),
        (["--version=2"], "option '--version' doesn't allow an argument"),
        (["tiffd.ini"], "unexpected argument"),
        (["-o", "workers=1"], "an option -o is not section.key=value"),
        (["-o", "server.workers=1"] * 65, "more than 64 options -o"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, list) else None,
)
def test_wrong_command_line(arguments, message):
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.splitlines()[-1].startswith(USAGE)


@pytest.mark.parametrize("options", [[], ["-t"], ["-T"], ["-d"], ["--detach"], ["--test"]])
def test_missing_file(tmp_path, options):
    result = run("-c", str(tmp_path / "none.ini"), *options)
    assert (result.returncode, result.stdout) == (1, "")
    assert re.search(r"none\.ini.*No such file", result.stderr)


@pytest.fixture
def ini(tmp_path, object_ini):
    """A configuration with everything it writes to in tmp_path; more lines can be given."""
    (tmp_path / "object").write_bytes(b"content")

    def write(*lines):
        path = tmp_path / "tiffd.ini"
        more = ["[log]", f"file = {tmp_path}/log"]
        own = [f"listen = unix:{tmp_path}/socket", f"pid_file = {tmp_path}/pid"]
        path.write_text(object_ini(*own, *lines, *more))
        return str(path)

    return write


def test_long_forms(ini):
    path = ini()
    result = run("--config", path, "--option=server.workers=7", "--dump")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(r"^workers = 7$", result.stdout, re.M)
    result = run("--test", f"--config={path}")
    first, second = result.stdout.splitlines()
    assert (result.returncode, first) == (0, f"{path}: configuration is valid")
    assert re.fullmatch(
        r"memory: at most \d+ MiB without objects: 1 worker of \d+ MiB, "
        r"each with 16384 connections of \d+ KiB",
        second,
    )


def test_start_with_errors(ini, tmp_path):
    path = ini("wrokers = 1", "backlog = none")
    result = run("-c", path)
    assert (result.returncode, result.stdout) == (1, "")
    assert len(re.findall(rf"^{path}:\d+: ", result.stderr, re.M)) == 2
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["object", "tiffd.ini"]


@pytest.fixture
def detached(ini, tmp_path):
    """The result of a start with -d, and the processes that it left."""
    path = ini()
    processes = []
    try:
        with open(tmp_path / "object", "rb") as kept:
            result = run("-d", "-c", path, pass_fds=[kept.fileno()])
        master = int((tmp_path / "pid").read_text())
        processes = [master, *children(master)]
        yield result, processes
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
        wait_until(lambda: not any(map(alive, processes)), "the daemon ends")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["log", "object", "tiffd.ini"]


def test_detach(detached, tmp_path):
    """The command ends when the daemon serves, and leaves it neither terminal nor output."""
    result, processes = detached
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert len(processes) == 4  # master, worker, observer, log writer
    for pid in processes:
        assert os.getsid(pid) not in (0, os.getsid(0))
        for number in [2] if title(pid) == "log" else range(3):
            assert os.readlink(f"/proc/{pid}/fd/{number}") == "/dev/null"
        open_files = map(os.readlink, pathlib.Path(f"/proc/{pid}/fd").iterdir())
        assert str(tmp_path / "object") not in open_files  # its own is in memory
    with Client(dial(tmp_path / "socket")) as client:
        assert client.still_open()
    assert "started: 1 worker\n" in (tmp_path / "log").read_text()


def test_detach_without_a_log_tells_what_goes_wrong(ini, tmp_path, faults):
    """Until it serves it is said where it was started, by the workers, too."""
    faults.set("epoll_create1", errno.EMFILE)
    environment = dict(part.split("=", 1) for part in faults.environment.split(" "))
    result = run("-d", "-c", ini(), "-o", "log.file=", env={**os.environ, **environment})
    assert result.returncode == 1
    assert re.search(r" error worker 0\[\d+\]: start: Too many open files$", result.stderr, re.M)
    assert "]: start failed: worker 0 ended before it served\n" in result.stderr
    assert not (tmp_path / "pid").exists()


def test_detach_without_a_log_lets_standard_error_go(ini, tmp_path):
    """run() returns when no process of the daemon has its pipe any more."""
    result = run("-d", "-c", ini(), "-o", "log.file=")
    master = int((tmp_path / "pid").read_text())
    processes = [master, *children(master)]
    try:
        assert result.returncode == 0
        assert result.stderr.endswith("started: 1 worker\n")
    finally:
        os.kill(master, signal.SIGTERM)
        wait_until(lambda: not any(map(alive, processes)), "the daemon ends")


def test_detach_when_the_address_is_taken(ini, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "{}:{}".format(*taken.getsockname())
        path = ini()
        text = pathlib.Path(path).read_text().replace(f"unix:{tmp_path}/socket", address)
        pathlib.Path(path).write_text(text)
        result = run("-d", "-c", path)
    assert result.returncode == 1
    log = result.stderr + (tmp_path / "log").read_text()
    assert f"listen {address}: bind: Address already in use" in log
    assert not (tmp_path / "pid").exists()
