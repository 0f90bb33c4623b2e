# SPDX-License-Identifier: BSD-2-Clause
"""Where the experiment's runs happen: servers and clients on their cores."""

import os
from dataclasses import dataclass
from pathlib import Path

from benchlib.load import Load
from benchlib.process import Running, ServerError, Site
from benchlib.servers import Server

from .options import CLIENT_NAMES, Options
from .progress import Progress
from .record import Record

PATH = "/tiff"


@dataclass
class Lab:
    options: Options
    site: Site
    record: Record
    out: Path
    progress: Progress
    cores: list[int]

    @property
    def server_cores(self) -> set[int]:
        return {self.cores[0]} if self.apart else set(self.cores)

    @property
    def client_cores(self) -> list[set[int]]:
        return [set(self.cores[1:]) if self.apart else set(self.cores)]

    @property
    def apart(self) -> bool:
        """Server and client have cores of their own."""
        return self.options.workers == 1 and len(self.cores) > 1

    def load(self, client: str, path: str = PATH, connections: int = 0) -> Load:
        count = connections or self.options.connections
        return Load(client=CLIENT_NAMES[client], path=path, groups=(str(count),))

    def running(self, server: Server, paths: tuple[str, ...] = (PATH,), workers: int = 0,
                options: tuple[str, ...] = ()) -> Running:
        count = workers or self.options.workers
        return Running(server, self.site, self.server_cores, count, paths, options)


def cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def begin(running: Running, path: str = PATH) -> float:
    """Starts a server, and waits for the first byte of a response: how many milliseconds that took.
    The caller stops it."""
    first, taken = running.first_response(path)
    if running.server.origin:
        running.fill()
    elif not first.endswith(b" 200"):
        raise ServerError(f"{path}: its first response is {first!r}")
    return taken * 1000
