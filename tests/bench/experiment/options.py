# SPDX-License-Identifier: BSD-2-Clause
"""The command line: what may be said, and what is refused, and why."""

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

from benchlib.clients import CLIENTS

VARIANTS = ("cached", "embedded", "streaming")
TRANSMITS = ("auto", "send", "vmsplice", "sendfile")
CLIENT_NAMES = {"autocannon": "autocannon", "wrk": "wrk", "discard": "client"}
DURATION, REPEAT, CONNECTIONS, PATIENCE = 60.0, 8, 30, 10.0
QUICK_DURATION, QUICK_PATIENCE = 2.0, 0.2
LONGEST, MOST = 86400, 10000


class UsageError(Exception):
    """What was asked for can't be done."""


@dataclass(frozen=True)
class Options:
    duration: float
    connections: int
    clients: tuple[str, ...]  # names of CLIENT_NAMES
    variants: tuple[str, ...]
    transmit: tuple[str, ...]
    workers: int
    object: Path | None
    repeat: int
    go: bool
    peers: bool
    sweep: bool
    quick: bool
    control: bool
    install: bool
    port: int
    patience: float
    tiffd: str | None
    out: Path
    earlier: Path | None


def _number(text: str, kind, least: float, most: float, what: str):
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r}: {what} from {least:g} to {most:g} is wanted")
    return value


def _seconds(text: str) -> float:
    return _number(text, float, 0.1, LONGEST, "a time in seconds")


def _patience(text: str) -> float:
    return _number(text, float, 0, LONGEST, "a time in seconds")


def _count(text: str) -> int:
    return _number(text, int, 1, MOST, "a whole number")


def _port(text: str) -> int:
    return _number(text, int, 1, 65535, "a port")


def _names(known: tuple[str, ...]):
    def read(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r}: there are {', '.join(known)}")
            if names.count(name) > 1:
                raise argparse.ArgumentTypeError(f"{name!r} is there twice")
        return names

    return read


def _parser(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    add = parser.add_argument
    add("--duration", type=_seconds, metavar="SECONDS", help=f"of each run ({DURATION:g})")
    add("--repeat", type=_count, metavar="N",
        help=f"rounds over all variants; below 6 there are no intervals ({REPEAT})")
    add("--connections", type=_count, metavar="N", default=CONNECTIONS, help=f"({CONNECTIONS})")
    add("--clients", type=_names(tuple(CLIENT_NAMES)), metavar="NAME,...",
        help="load generators: autocannon, wrk, discard (autocannon,discard)")
    add("--variants", type=_names(VARIANTS), metavar="NAME,...", default=VARIANTS,
        help="of cached, embedded, streaming (all)")
    add("--transmit", type=_names(TRANSMITS), metavar="NAME,...", default=("auto",),
        help="each variant with each of auto, send, vmsplice, sendfile (auto)")
    add("--workers", type=_count, metavar="N", default=1,
        help="of each server; with one, server and client have cores of their own (1)")
    add("--object", type=Path, metavar="FILE", help="what is served (the sample, as base64 text)")
    add("--go", action="store_true", help="beside three Go programs as the original had them")
    add("--peers", action="store_true", help="beside nginx, lighttpd, h2o, haproxy and varnish")
    add("--sweep", action="store_true",
        help="sizes, connections, cold cache, too little memory, slow disk; adds about ten minutes")
    add("--quick", action="store_true",
        help="two minutes in all: runs of 2 s, the client that discards")
    add("--no-control", dest="control", action="store_false",
        help="without the control, which is the first variant once more in each round")
    add("--no-install", dest="install", action="store_false",
        help="install nothing: go on without what the report can do without, fail without the rest")
    add("--port", type=_port, default=0, help="of the servers (any that is free)")
    add("--patience", type=_patience, metavar="SECONDS",
        help=f"wait so long before each run for other programs to pause ({PATIENCE:g})")
    add("--tiffd", metavar="PATH", help="measure this program ($TIFFD); else it is built")
    add("--out", type=Path, metavar="DIR", help="where results go (experiment-DATE-TIME here)")
    add("--from", dest="earlier", type=Path, metavar="DIR",
        help="measure nothing: report again on the results in DIR")
    return parser


def _check_out(out: Path) -> Path:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--out {out}: is there already, and no empty directory")
    return out


def _check_object(path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                raise UsageError(f"--object {path}: empty")
    except OSError as error:
        raise UsageError(f"--object {path}: {error.strerror}") from error
    return path.resolve()


def _check_whole(duration: float, clients: tuple[str, ...]) -> None:
    for name in clients:
        if CLIENTS[CLIENT_NAMES[name]].whole_seconds and duration != int(duration):
            raise UsageError(f"--duration {duration:g}: {name} runs for whole seconds only")


def read(words: list[str], description: str | None, environment: dict[str, str]) -> Options:
    told = vars(_parser(description).parse_args(words))
    quick = told["quick"]
    told["duration"] = told["duration"] or (QUICK_DURATION if quick else DURATION)
    told["repeat"] = told["repeat"] or REPEAT
    told["clients"] = told["clients"] or (("discard",) if quick else ("autocannon", "discard"))
    if told["patience"] is None:
        told["patience"] = QUICK_PATIENCE if quick else PATIENCE
    told["tiffd"] = told["tiffd"] or environment.get("TIFFD")
    told["object"] = _check_object(told["object"])
    _check_whole(told["duration"], told["clients"])
    if told["object"] and told["tiffd"] and "embedded" in told["variants"]:
        raise UsageError(
            "--object and --tiffd: that program does not have the object embedded; leave --tiffd "
            "out and it is built, or leave embedded out of --variants"
        )
    out = told["earlier"] or told["out"] or Path(time.strftime("experiment-%Y%m%d-%H%M%S"))
    told["out"] = out if told["earlier"] else _check_out(out)
    return Options(**told)
