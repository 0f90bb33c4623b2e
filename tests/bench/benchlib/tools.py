# SPDX-License-Identifier: BSD-2-Clause
"""Brings what the benchmark needs: Debian packages, the compiled clients, the Go programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
TOP = BENCH.parent.parent

PACKAGES = {  # program: Debian package
    "nginx": "nginx",
    "lighttpd": "lighttpd",
    "h2o": "h2o",
    "haproxy": "haproxy",
    "varnishd": "varnish",
    "go": "golang-go",
    "wrk": "wrk",
    "iperf3": "iperf3",
    "gcc": "gcc",
    "ip": "iproute2",
    "tc": "iproute2",
    "ethtool": "ethtool",
    "dot": "graphviz",
    "npm": "npm",
    "perf": "linux-perf",
}
# The packages' services must not start: invoke-rc.d(8) asks policy-rc.d.
INSTALL = """
policy=/usr/sbin/policy-rc.d
if ! [ -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
fi
apt-get -q update || echo 'apt-get update failed, going on with the lists there are' >&2
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
"""
C_PROGRAMS = {
    "client": ("client.c", "reply.c", "samples.c", "seconds.c"),
    "raw_send": ("raw_send.c",),
    "delay_line": ("delay_line.c",),
}
GO_PROGRAMS = ("cached", "embedded", "streaming")
NPM_PACKAGES = {"autocannon": "8.0.0"}
NPM = ("install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund")


class ToolError(Exception):
    """Something needed is not there and could not be made."""


def search_path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def find(program: str) -> str | None:
    return shutil.which(program, path=search_path())


def install(programs: list[str], allowed: bool = True) -> None:
    """Installs those of the programs that are missing, where that is allowed."""
    packages = sorted({PACKAGES[name] for name in programs if not find(name)})
    if not packages:
        return
    if not allowed:
        raise ToolError(f"missing here: {' '.join(packages)}")
    print(f"installing {' '.join(packages)}", file=sys.stderr)
    command = ["sh", "-c", INSTALL, "install", *packages]
    if os.geteuid() != 0:
        command.insert(0, "sudo")
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as error:
        raise ToolError(f"cannot install {' '.join(packages)}: {error.filename}: {error.strerror}") from None
    if done.returncode != 0:
        raise ToolError(f"apt-get install {' '.join(packages)} failed:\n{done.stdout[-2000:]}")


def npm_folder(name: str) -> Path:
    """Where a package of npm is, or will be: in the build directory, so that it comes once."""
    return TOP / "build/npm" / f"{name}-{NPM_PACKAGES[name]}" / "node_modules"


def install_npm(name: str, allowed: bool = True) -> Path:
    """The folder of its modules."""
    folder = npm_folder(name)
    if (folder / name / "package.json").exists():
        return folder
    package = f"{name}@{NPM_PACKAGES[name]}"
    if not allowed:
        raise ToolError(f"missing here: {package} (npm)")
    install(["npm"])
    npm = find("npm")
    print(f"installing {package} (npm)", file=sys.stderr)
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [str(npm), *NPM, "--prefix", str(folder.parent), package]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise ToolError(f"npm cannot get {package}: {done.stdout.strip()[-300:]}")
    return folder


def autocannon() -> list[str]:
    """Its command. A shell's "node" may be missing where npm has just been installed."""
    return [find("node") or "node", str(npm_folder("autocannon") / "autocannon/autocannon.js")]


def _make(command: list[str], **options) -> None:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise ToolError(f"{' '.join(command)}:\n{done.stderr}")


def build_c(directory: Path) -> None:
    for name, sources in C_PROGRAMS.items():
        files = [str(BENCH / source) for source in sources]
        _make(["gcc", "-std=gnu17", "-O2", "-D_GNU_SOURCE", "-o", str(directory / name), *files, "-lm"])


def build_go(directory: Path, body: Path) -> None:
    """Each program in a module of its own, for embed looks beside the source only."""
    environment = os.environ | {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GO111MODULE": "on"}
    for name in GO_PROGRAMS:
        module = directory / f"go-{name}.d"
        module.mkdir()
        (module / "go.mod").write_text(f"module {name}\n\ngo 1.16\n")
        for source in (f"{name}.go", "profiles.go"):
            shutil.copy(BENCH / "go" / source, module)
        shutil.copy(body, module / "body")
        target = str(directory / f"go-{name}")
        _make(["go", "build", "-o", target, "."], cwd=module, env=environment)


def version(command: list[str]) -> str:
    """The first line of what a program says of itself."""
    program = find(command[0])
    if not program:
        return "missing"
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().split("\n")[0]


def find_tiffd(given: str | None) -> Path | None:
    """--tiffd, else $TIFFD, else a build in the tree."""
    named = given or os.environ.get("TIFFD")
    if named:
        if not os.access(named, os.X_OK):
            raise ToolError(f"{named}: no program; build tiffd or name it with --tiffd")
        return Path(named).resolve()
    for candidate in (TOP / "build/tiffd", TOP / "tiffd"):
        if candidate.is_file():
            return candidate
    return None
