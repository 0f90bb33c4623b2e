# SPDX-License-Identifier: BSD-2-Clause
"""The table of scenarios: which cases are run, against which servers, and which columns the
printed table has."""

import os
from dataclasses import dataclass
from pathlib import Path

from .load import Load
from .probes import Case
from .servers import CACHES, GO, PEERS, TRANSMIT, VARIANTS, YARDSTICKS

LARGE_COLUMNS = ("requests_s", "mb_s", "busy_s_gb", "p50_ms", "p99_ms", "errors")
SMALL_COLUMNS = ("requests_s", "busy_us_request", "p99_ms", "errors")
MEMORY_COLUMNS = ("bytes_connection", "added_mb", "copies", "pss_mb")
FAIRNESS_COLUMNS = ("slow_p99_ideal", "fast_loss", "fast_mb_s", "slow_requests", "errors")

SIZES = {
    "1KiB": 1 << 10,
    "64KiB": 1 << 16,
    "1MiB": 1 << 20,
    "16MiB": 1 << 24,
    "256MiB": 1 << 28,
    "5GB": 5_000_000_000,
}
SMALL = "/1KiB"
MANY, MANY_SIZE = 10_000, 20_000  # objects /many/00000 to /many/09999, and the bytes of each
TREE, TREE_SIZE = 100_000, 4_000  # likewise below /tree/
RANGE = 1 << 16
CROWD_WORKERS = 10  # each may have 20,000 descriptors where nothing else is allowed
DEPTH = 16  # requests in a pipeline


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    cases: tuple[Case, ...]
    servers: tuple[str, ...]
    columns: tuple[str, ...]  # the first one is that of the ratios
    seconds: float = 0.5  # of a run: short ones, so that a round's lie close together
    rounds: int = 8  # at least; a ratio has no interval below six
    quick: tuple[float, int] | None = None  # seconds and rounds with --quick; None: left out


def _small(name: str, client: str, servers: tuple[str, ...] = (), **load) -> Case:
    load = {"path": SMALL, "groups": ("64",)} | load
    return Case(name, load=Load(client=client, **load), paths=(SMALL,), servers=servers)


def _connections(count: int) -> Case:
    return Case(f"connections-{count}", load=Load(groups=(str(count),)))


def _size(name: str) -> Case:
    return Case(f"size-{name}", load=Load(path=f"/{name}"))


ALL = VARIANTS + TRANSMIT + PEERS + GO + tuple(sorted({*YARDSTICKS} - {"raw-reply"}))
FILE_PEERS = tuple(name for name in PEERS if name not in CACHES)
FILES = ("tiffd-cached", "tiffd-streaming") + FILE_PEERS  # those that serve any file

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "large-discard",
        "large object, the client discards: 30 connections",
        (Case("tiff"),),
        ALL,
        LARGE_COLUMNS,
        quick=(0.8, 2),
    ),
    Scenario(
        "large-wrk",
        "large object, the client copies (wrk): 30 connections",
        (Case("tiff", load=Load(client="wrk")),),
        ALL,
        LARGE_COLUMNS,
        quick=(1, 2),
    ),
    Scenario(
        "small",
        "small responses: 64 connections",
        (
            _small("object", "wrk", FILES + ("raw-reply",)),
            _small("not-modified", "wrk", status=304, field="If-None-Match"),
            _small("missing", "wrk", path="/missing", status=404),
            _small("head", "client", method="HEAD"),
            _small(f"pipelined-{DEPTH}", "wrk", depth=DEPTH),
        ),
        ("tiffd-cached", "tiffd-streaming") + PEERS,
        SMALL_COLUMNS,
        quick=(1, 1),
    ),
    Scenario(
        "objects",
        "ranges at random offsets of a large file; many small files: 30 connections",
        (
            Case(
                "ranges",
                load=Load(path="/5GB", status=206, range_size=RANGE, object_size=SIZES["5GB"]),
                servers=("tiffd-cached", "tiffd-streaming", *FILE_PEERS),
            ),
            Case("many", load=Load(path="/many/", objects=MANY), many=True),
        ),
        FILES,
        ("requests_s", "mb_s", "busy_us_request", "p50_ms", "p99_ms", "errors"),
    ),
    Scenario(
        "trees",
        "a directory of 100,000 small files: names at random, 30 connections",
        (Case("names", load=Load(path="/tree/", objects=TREE), tree=True),),
        FILES,
        ("requests_s", "mb_s", "busy_us_request", "p50_ms", "p99_ms", "errors"),
        quick=(1, 1),
    ),
    Scenario(
        "tree-start",
        "a directory of 100,000 small files: until the first response, and memory for each file",
        (Case("files", "tree", Load(path="/tree/", objects=TREE), tree=True, paths=(SMALL,)),),
        FILES,
        ("first_byte_ms", "reload_ms", "bytes_object", "pss_mb"),
        rounds=3,
        quick=(1, 1),
    ),
    Scenario(
        "scaling",
        "workers, connections, sizes: the client discards",
        (
            Case("workers-1", load=Load(processes=2, groups=("15",)), spread=False),
            Case("workers-2", load=Load(processes=2, groups=("15",)), workers=2, spread=True),
            *(_connections(count) for count in (1, 30, 300, 3000)),
            *(_size(name) for name in SIZES if name != "5GB"),
        ),
        FILES,
        LARGE_COLUMNS[:2] + ("busy_s_gb", "total_s_gb", "p99_ms", "errors"),
    ),
    Scenario(
        "memory",
        "memory (PSS) of all processes of a server",
        (
            Case("idle-9000", "idle", Load(path=SMALL), number=9000),
            Case("busy-30", "busy"),
            Case("workers-4", "shared", Load("client", "/16MiB", groups=("64",)), 4, spread=True),
        ),
        FILES,
        MEMORY_COLUMNS,
        seconds=2,
        rounds=2,
        quick=(1, 1),
    ),
    Scenario(
        "fairness",
        "50 fast connections, then 50 more that take 1 MB/s each",
        (Case("tiff", "fairness", Load(groups=("50", "50:1000000"))),),
        VARIANTS + FILE_PEERS,
        FAIRNESS_COLUMNS,
        seconds=6,
        rounds=2,
    ),
    Scenario(
        "balance",
        "connections on the busiest and the idlest of 4 workers",
        tuple(
            Case(f"connections-{count}", "balance", number=count, workers=4, spread=True)
            for count in (32, 100, 1000)
        ),
        ("tiffd-cached", "nginx-sendfile"),
        ("ratio", "most", "least"),
        seconds=2,
        rounds=3,
        quick=(2, 1),
    ),
    Scenario(
        "crowd",
        "100,000 idle connections, and 30 that load the large object",
        (
            Case(
                "idle-100000", "crowd", Load(path=SMALL), workers=CROWD_WORKERS, paths=("/tiff",),
                number=100_000, spread=True,
            ),
        ),
        ("tiffd-cached", "nginx-sndbuf"),
        ("accepts_s", "bytes_connection", "mb_s", "p99_ms", "alone_mb_s", "alone_p99_ms"),
        seconds=3,
        rounds=2,
    ),
    Scenario(
        "start",
        "from the start to the first byte of the response",
        (Case("tiff", "start"),),
        VARIANTS + FILE_PEERS + GO,
        ("first_byte_ms",),
        rounds=11,
        quick=(1, 3),
    ),
)


def make_object(path: Path, size: int) -> None:
    """Random bytes, a MiB of them again and again, so that no file system compresses them much."""
    piece = os.urandom(min(size, 1 << 20))
    with open(path, "wb") as file:
        for done in range(0, size, len(piece)):
            file.write(piece[: size - done])


def _make_objects(directory: Path, count: int, size: int) -> None:
    directory.mkdir(mode=0o755)
    for i in range(count):
        make_object(directory / f"{i:05}", size)


def make_many(root: Path, count: int = MANY) -> None:
    _make_objects(root / "many", count, MANY_SIZE)


def make_tree(root: Path, count: int = TREE) -> None:
    _make_objects(root / "tree", count, TREE_SIZE)
