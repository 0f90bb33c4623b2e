# SPDX-License-Identifier: BSD-2-Clause
"""Brings what an experiment needs: tools, tiffd with the object embedded, and what it serves."""

import base64
import os
import shutil
import socket
import subprocess
from pathlib import Path

from benchlib import ending, machine, noise, tools
from benchlib.process import Site
from benchlib.servers import Server

from . import perf
from .options import Options
from .subjects import Subject

SAMPLE = tools.TOP / "assets/sample.tif"
EMBEDDED_BUILD = "build-experiment"  # in the tree; of a tiffd with another object embedded
SWEEP_BUILD = "build-experiment-sweep"  # with objects of many sizes
VERSIONS = {
    "gcc": ["gcc", "--version"],
    "autocannon": [],
    "node": ["node", "--version"],
    "wrk": ["wrk", "-v"],
    "perf": ["perf", "--version"],
    "go": ["go", "version"],
    "nginx": ["nginx", "-v"],
    "lighttpd": ["lighttpd", "-v"],
    "h2o": ["h2o", "-v"],
    "haproxy": ["haproxy", "-v"],
    "varnish": ["varnishd", "-V"],
}


def _run(command: list[str]) -> None:
    """With its output where ours of errors goes. It may ask for a password."""
    if subprocess.run(command, cwd=tools.TOP, stdout=2).returncode != 0:
        raise tools.ToolError(f"{' '.join(command)} failed; its output is above")


def _build(folder: str, *options: str) -> Path:
    """In a session of its own, so that make and all that it starts end with us."""
    command = ["scripts/build", folder, *options]
    process = subprocess.Popen(command, cwd=tools.TOP, stdout=2, start_new_session=True,
                               preexec_fn=ending.die_with_parent)
    try:
        status = process.wait()
    except BaseException:
        ending.kill_session(process)
        raise
    if status != 0:
        raise tools.ToolError(f"{' '.join(command)} failed; its output is above")
    return tools.TOP / folder / "tiffd"


def install(options: Options, subjects: list[Subject]) -> list[str]:
    """Raises what there is no experiment without; the rest is returned, as sentences."""
    needed = {program for subject in subjects for program in subject.server.needs} | {"gcc"}
    if "wrk" in options.clients:
        needed.add("wrk")
    tools.install(sorted(needed), options.install)
    if "autocannon" in options.clients:
        tools.install_npm("autocannon", options.install)
    if not options.install:
        return []
    try:
        _run(["scripts/deps", "experiment"])
        _run(["scripts/vendor"])
    except tools.ToolError as error:
        return [f"{error}: perhaps there are no curves, no graphs and no perf"]
    return []


def build_tiffd(options: Options, embed: list[Path], folder: str = EMBEDDED_BUILD) -> Path:
    """embed: files to embed in place of the sample, in a build in this folder; none: the sample."""
    if options.tiffd and not embed:
        return tools.find_tiffd(options.tiffd)
    if options.install:
        _run(["scripts/deps", "build"])
    if not embed:
        return _build("build")
    # Configured anew: another object may have the same name.
    shutil.rmtree(tools.TOP / folder, ignore_errors=True)
    return _build(folder, f"--with-embed={','.join(map(str, embed))}")


def make_body(options: Options, root: Path) -> str:
    """Puts the object at its place below the root; its name for people."""
    if options.object:
        shutil.copyfile(options.object, root / "tiff")
        return options.object.name
    (root / "tiff").write_bytes(base64.b64encode(SAMPLE.read_bytes()))
    return "assets/sample.tif as base64 text"


def make_site(options: Options, directory: Path, subjects: list[Subject]) -> tuple[Site, str]:
    directory.chmod(0o755)
    root = directory / "root"
    root.mkdir(mode=0o755)
    name = make_body(options, root)
    tools.build_c(directory)
    if any(subject.server.role == "go" for subject in subjects):
        tools.build_go(directory, root / "tiff")
    ours = options.object if options.object and "embedded" in options.variants else None
    tiffd = build_tiffd(options, [ours] if ours else [])
    embeds = {"/tiff": (ours.name, "identity")} if ours else {"/tiff": ("sample.tif", "base64")}
    return Site(root, directory, tiffd, SAMPLE, True, embeds=embeds, port=options.port), name


def check_port(port: int) -> None:
    """A port that was asked for must be free, before anything is measured."""
    if not port:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError as error:
            raise tools.ToolError(f"--port {port}: {error.strerror}") from None


def facts() -> tuple[dict[str, object], list[str]]:
    """The machine, and what is wrong with it."""
    told = machine.facts() | {"cpu_quota": noise.cpu_quota()}
    warnings = noise.warnings(len(os.sched_getaffinity(0)), noise.cpu_quota())
    return told, warnings


def versions(site: Site, options: Options) -> dict[str, str]:
    told = {"tiffd": tools.version([str(site.tiffd), "-V"])}
    for name, command in VERSIONS.items():
        if command and tools.find(command[0]):
            told[name] = tools.version(command)
    if "autocannon" in options.clients:
        told["autocannon"] = tools.NPM_PACKAGES["autocannon"]
    return told


def program(server: Server, site: Site) -> Path | None:
    """The file that is executed."""
    word = server.command[0].replace("$tools", str(site.tools)).replace("$tiffd", str(site.tiffd))
    found = tools.find(word)
    return Path(found).resolve() if found else None


def settings(options: Options) -> dict[str, object]:
    return {
        "duration": options.duration, "repeat": options.repeat, "connections": options.connections,
        "clients": list(options.clients), "variants": list(options.variants),
        "transmit": list(options.transmit), "workers": options.workers,
        "object": str(options.object) if options.object else "the sample",
        "perf": perf.complaint() or "yes",
    }
