# SPDX-License-Identifier: BSD-2-Clause
"""What is measured: one row for each variant (and way to transmit), the control, and servers that
stand beside them."""

from dataclasses import dataclass, replace

from benchlib import servers
from benchlib.servers import Server

from .options import Options

AGAIN = " (again)"  # the control's name: the first variant's with this


@dataclass(frozen=True)
class Subject:
    name: str
    server: Server
    control_of: str = ""

    @property
    def ours(self) -> bool:
        return self.server.role == "tiffd"


def slug(name: str) -> str:
    """The name in names of files."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")


def variants(options: Options) -> list[Subject]:
    found = []
    for variant in options.variants:
        for transmit in options.transmit:
            name = variant if len(options.transmit) == 1 else f"{variant}/{transmit}"
            chosen = () if transmit == "auto" else (f"server.transmit={transmit}",)
            found.append(Subject(name, servers.tiffd(name, variant, *chosen)))
    return found


def all_of(options: Options) -> list[Subject]:
    found = variants(options)
    if options.control:
        first = found[0]
        found.append(Subject(first.name + AGAIN, first.server, control_of=first.name))
    wanted = (servers.GO if options.go else ()) + (servers.PEERS if options.peers else ())
    by_name = {server.name: server for server in servers.SERVERS}
    return found + [Subject(name, by_name[name]) for name in wanted]


def rotated(subjects: list[Subject], number: int) -> list[Subject]:
    """Another one begins each round, so that no server always follows the same one."""
    start = number % len(subjects)
    return subjects[start:] + subjects[:start]


def observed(subject: Subject, port: int) -> Server:
    """With tiffd's debug listener."""
    options = (*subject.server.options, f"debug.listen=127.0.0.1:{port}",
               "debug.trace_events=262144")
    return replace(subject.server, options=options)
