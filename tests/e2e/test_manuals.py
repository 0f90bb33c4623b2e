# SPDX-License-Identifier: BSD-2-Clause
"""The commands in OPERATION and EXAMPLES of tiffd(8) and tiffctl(8), typed in as they are there, but for
paths and times. Those that start a daemon are in test_shipped.py."""

import os
import re
import shutil
import subprocess

import pytest

from controlling import TIFFCTL
from daemon import DEADLINE, PROGRAM, TOP, alive, wait_until
from upgrading import Upgradable

TYPED = re.compile(r"^(?:\.Dl )?[#$] ((?:tiffctl|tiffd -[ts]|mv) ?.*)$", re.MULTILINE)


def commands_of(page):
    text = (TOP / "man" / page).read_text()
    parts = re.split(r"^\.Sh (.*)$", text, flags=re.MULTILINE)
    chosen = [parts[i + 1] for i, name in enumerate(parts[:-1]) if name in ("OPERATION", "EXAMPLES")]
    return [line.replace("\\-", "-") for part in chosen for line in TYPED.findall(part)]


COMMANDS = sorted(set(commands_of("tiffd.8") + commands_of("tiffctl.8")))


def test_there_are_some():
    verbs = {word for command in COMMANDS for word in re.findall(r"tiffctl ([a-z]+)", command)}
    assert verbs >= {"reload", "reopen", "upgrade", "quit", "status", "memory", "profile", "connections",
                     "stacks", "trace", "test", "top"}


@pytest.fixture
def shell(controlled, tmp_path):
    """Runs a command with tiffd and tiffctl in PATH, for a daemon of the test's own."""
    log = tmp_path / "log"
    daemon = controlled(f"pid_file = {tmp_path}/tiffd.pid", "[log]", f"file = {log}", kind=Upgradable,
                        debug=True, log=log)
    directory = tmp_path / "bin"
    directory.mkdir()
    for name, program in ("tiffctl", TIFFCTL), ("tiffd", PROGRAM):
        (directory / name).write_text(f'#!/bin/sh\nexec {program} -c {daemon.ini} "$@"\n')
        (directory / name).chmod(0o755)

    def run(command):
        for place in "/var/log/tiffd/", "/etc/tiffd/", "/run/":
            command = command.replace(place, f"{daemon.directory if 'etc' in place else tmp_path}/")
        command = command.replace("-d 60 -n 60", "-d 0.1 -n 2")
        command = re.sub(r"(profile|trace|wall) \d+", r"\1 1", command)
        return subprocess.run(["sh", "-euc", command], capture_output=True, text=True, timeout=DEADLINE,
                              cwd=tmp_path, env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"})

    run.daemon = daemon
    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(shell, command):
    for tool in "jq", "go":
        if re.search(rf"(^|[|&] ){tool} ", command) and not shutil.which(tool):
            pytest.skip(f"there is no {tool}")
    first = shell.daemon.process.pid
    result = shell(command)
    assert result.returncode == 0, result
    if "upgrade" in command:
        wait_until(lambda: not alive(first), "the old program ends")
