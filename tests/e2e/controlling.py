# SPDX-License-Identifier: BSD-2-Clause
"""tiffctl, and daemons with a control socket."""

import json
import pathlib
import subprocess

from daemon import DEADLINE, PROGRAM

TIFFCTL = pathlib.Path(PROGRAM).with_name("tiffctl")


def tiffctl(daemon, *words):
    return subprocess.run([TIFFCTL, "-c", daemon.ini, *words], capture_output=True, text=True,
                          timeout=DEADLINE)


def succeed(daemon, *words):
    result = tiffctl(daemon, *words)
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


def looked(daemon):
    return json.loads(succeed(daemon, "status", "--json"))
