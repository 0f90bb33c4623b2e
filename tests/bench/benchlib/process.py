# SPDX-License-Identifier: BSD-2-Clause
"""Starts a server of the table in a directory of its own, in the foreground, and stops it."""

import hashlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Callable

from . import ending, tools
from .servers import Server

START_SECONDS = 60.0
STOP_SECONDS = 5.0
GET_SECONDS = 120.0  # a large object may have to be read and hashed first
CONNECTIONS = 16384


class ServerError(Exception):
    """A server that does not start, or does not serve what it should."""


@dataclass
class Site:
    """What is served, and where the programs are."""

    root: Path
    tools: Path
    tiffd: Path | None
    sample: Path  # the file whose base64 form is /tiff
    embedded: bool  # the sample is what tiffd embeds
    options: tuple[str, ...] = ()  # -o for every tiffd
    embeds: dict[str, tuple[str, str]] = field(  # path: the embedded file and its encoding
        default_factory=lambda: {"/tiff": ("sample.tif", "base64")}
    )
    port: int = 0  # that servers listen on; 0: any that is free
    listen: str = "127.0.0.1"  # where servers do
    address: str = "127.0.0.1"  # where clients find them
    enter: Callable[[], object] | None = None  # into the servers' namespace, after the fork
    digests: dict[str, str] = field(default_factory=dict)

    def size(self, path: str) -> int:
        return (self.root / path.lstrip("/")).stat().st_size

    def digest(self, path: str) -> str:
        if path not in self.digests:
            with open(self.root / path[1:], "rb") as file:
                self.digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self.digests[path]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(cores: set[int], enter: Callable[[], object] | None = None):
    """For preexec_fn: what taskset(1) does, without its time to start; and it dies with us."""

    def prepare() -> None:
        ending.die_with_parent()
        os.sched_setaffinity(0, cores)
        if enter:
            enter()

    return prepare


def _assets(site: Site, server: Server, paths: tuple[str, ...]) -> str:
    sections = []
    for path in paths:
        if path.endswith("/"):
            sections.append(f"[tree {path[:-1]}]\ndirectory = {site.root}{path}\ncontent_type = text/plain")
            continue
        name, encoding = site.embeds.get(path, ("", ""))
        lines = (
            [f"file = {name}", f"encoding = {encoding}"]
            if server.embedded and name
            else [f"file = {site.root / path[1:]}"] + ["variant = cached"] * server.embedded
        )
        sections.append("\n".join([f"[asset {path}]", *lines, "content_type = text/plain"]))
    return "\n".join(sections)


class Running:
    """A server between its start and its end; a context manager."""

    def __init__(
        self,
        server: Server,
        site: Site,
        cores: set[int],
        workers: int,
        paths: tuple[str, ...],
        options: tuple[str, ...] = (),
    ):
        self.server, self.site = server, site
        self.cores, self.paths = cores, paths
        self.options = options  # -o, if it is a tiffd
        self.port = site.port or free_port()
        self.directory = tempfile.TemporaryDirectory(prefix="tiffd-bench-")
        self.command = self._command(workers, paths)
        self.process: subprocess.Popen | None = None

    def _command(self, workers: int, paths: tuple[str, ...]) -> list[str]:
        if self.server.role == "tiffd" and not self.site.tiffd:
            raise ServerError("no tiffd: build it, or name it with --tiffd")
        if self.server.embedded and not self.site.embedded:
            raise ServerError("not the object that is embedded")
        directory = Path(self.directory.name)
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        names = {
            "files": files,
            "connections": min(CONNECTIONS, files // 2),  # lighttpd wants two files for each
            "port": self.port,
            "listen": self.site.listen,
            "origin": free_port() if self.server.origin else 0,
            "dir": directory,
            "config": directory / "config",
            "root": self.site.root,
            "tools": self.site.tools,
            "tiffd": self.site.tiffd,
            "workers": workers,
            "extra_workers": workers if workers > 1 else 0,
            "assets": _assets(self.site, self.server, paths),
        }
        (directory / "config").write_text(Template(self.server.config).substitute(names))
        (directory / "origin.conf").write_text(Template(self.server.origin).substitute(names))
        words = [Template(word).substitute(names) for word in self.server.command]
        words[0] = tools.find(words[0]) or words[0]
        if self.server.role == "tiffd":
            for option in (*self.site.options, *self.server.options, *self.options):
                words += ["-o", option]
        return words

    def config(self) -> str:
        return (Path(self.directory.name) / "config").read_text()

    def said(self) -> str:
        """The end of what the server has written to its log and to its terminal."""
        texts = [
            path.read_text(errors="replace")
            for path in map(Path(self.directory.name).joinpath, ("output", "error.log"))
            if path.exists()
        ]
        return "".join(texts).strip()[-500:]

    def spawn(self) -> None:
        with open(Path(self.directory.name) / "output", "wb") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | {"PATH": tools.search_path()},
                start_new_session=True,
                preexec_fn=pinned(self.cores, self.site.enter),
            )

    def connect(self) -> socket.socket:
        """Waits for the server by connecting to it."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return socket.create_connection((self.site.address, self.port), timeout=10)
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise ServerError(f"ended at its start: {self.said()}") from None
                if time.monotonic() > deadline:
                    raise ServerError("does not listen") from None
                time.sleep(0.0005)

    def first_response(self, path: str) -> tuple[bytes, float]:
        """Starts the server: the first bytes of a response, and how many seconds after the start."""
        begun = time.monotonic()
        self.spawn()
        with self.connect() as peer:
            peer.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return peer.recv(12), time.monotonic() - begun

    def fill(self) -> None:
        """A cache asks its origin now, which may not listen yet."""
        deadline = time.monotonic() + START_SECONDS
        for path in self.paths:
            while self.get(path)[0].status != 200:
                if time.monotonic() > deadline:
                    raise ServerError(f"{path}: the origin does not answer: {self.said()}")
                time.sleep(0.02)

    def stop(self) -> None:
        if not self.process:
            return
        try:
            # The whole session, which holds this server's processes and nothing else.
            ours = self.server.role == "tiffd"
            os.killpg(self.process.pid, signal.SIGINT if ours else signal.SIGTERM)
            self.process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.directory.cleanup()

    def __enter__(self) -> "Running":
        try:
            self.spawn()
            self.connect().close()
            if self.server.origin:
                self.fill()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def get(
        self, path: str, method: str = "GET", fields: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(self.site.address, self.port, timeout=GET_SECONDS)
        try:
            connection.request(method, path, headers=fields or {})
            response = connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"{method} {path}: {error}: {self.said()}") from error
        finally:
            connection.close()

    def verify_range(self, path: str, first: int, size: int) -> None:
        field = f"bytes={first}-{first + size - 1}"
        response, body = self.get(path, fields={"Range": field})
        with open(self.site.root / path[1:], "rb") as file:
            file.seek(first)
            if response.status != 206 or body != file.read(size):
                raise ServerError(f"{path}, {field}: {response.status}, other bytes than the file's")

    def verify(self, path: str) -> None:
        response, body = self.get(path)
        if response.status != 200:
            raise ServerError(f"{path}: status {response.status}: {self.said()}")
        if hashlib.sha256(body).hexdigest() != self.site.digest(path):
            raise ServerError(f"{path}: other bytes than the file's ({len(body)} bytes)")
