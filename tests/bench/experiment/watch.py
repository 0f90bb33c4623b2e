# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel tells of a server's processes: memory, CPU time, faults and switches, at one moment
or again and again during a run."""

import contextlib
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchlib import machine

PERIOD = 0.25  # seconds between two looks
PAGE = 4096


@dataclass(frozen=True)
class Process:
    pid: int
    command: str
    rss: int
    vsz: int
    pss: int | None  # None: this user may not know
    uss: int | None
    anonymous: int | None

    def as_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Usage:
    """Since the processes began."""

    user: float = 0.0  # seconds
    system: float = 0.0
    minor_faults: int = 0
    major_faults: int = 0
    voluntary: int = 0  # context switches
    involuntary: int = 0

    @property
    def seconds(self) -> float:
        return self.user + self.system

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(a + b for a, b in zip(self._values(), other._values())))

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(*(a - b for a, b in zip(self._values(), other._values())))

    def _values(self) -> tuple:
        return tuple(asdict(self).values())

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _lines(path: str) -> dict[str, str]:
    found = {}
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        found[name] = value.strip()
    return found


def _rollup(pid: int) -> dict[str, int] | None:
    """smaps_rollup in bytes; None where it may not be read."""
    try:
        lines = _lines(f"/proc/{pid}/smaps_rollup")
    except OSError:
        return None
    return {name: int(value.split()[0]) * 1024 for name, value in lines.items() if value.endswith("kB")}


def _title(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
    return words.decode(errors="replace").strip()


def process(pid: int) -> Process:
    stat = _stat(pid)
    told = _rollup(pid)
    uss = told["Private_Clean"] + told["Private_Dirty"] if told else None
    rest = (told["Pss"], uss, told["Anonymous"]) if told else (None, None, None)
    return Process(pid, _title(pid), int(stat[21]) * PAGE, int(stat[20]), *rest)


def processes(pid: int) -> list[Process]:
    """All of a server's; one that ends meanwhile is left out."""
    found = []
    for member in machine.family(pid):
        with contextlib.suppress(OSError):
            found.append(process(member))
    return found


def _switches(pid: int) -> tuple[int, int]:
    """Of all threads."""
    totals = [0, 0]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError, KeyError):
            lines = _lines(str(task / "status"))
            totals[0] += int(lines["voluntary_ctxt_switches"])
            totals[1] += int(lines["nonvoluntary_ctxt_switches"])
    return totals[0], totals[1]


def usage(pid: int) -> Usage:
    total = Usage()
    for member in machine.family(pid):
        with contextlib.suppress(OSError):
            stat = _stat(member)
            total += Usage(
                int(stat[11]) / machine.TICK, int(stat[12]) / machine.TICK, int(stat[7]),
                int(stat[9]), *_switches(member)
            )
    return total


def total(found: list[Process], name: str) -> int | None:
    values = [getattr(each, name) for each in found]
    return None if None in values else sum(values)


class Series:
    """Looks at a server's processes while something else goes on; a context manager."""

    def __init__(self, pid: int, look=None):
        """look: called at each look."""
        self.pid, self.look = pid, look
        self.points: list[list[float]] = []  # [second, cores used, RSS, PSS]
        self.fullest: list[Process] = []  # when they had most memory
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        begun = last = time.monotonic()
        before = usage(self.pid).seconds
        most = -1
        while not self.over.wait(PERIOD):
            found, now, used = processes(self.pid), time.monotonic(), usage(self.pid).seconds
            rss, pss = total(found, "rss") or 0, total(found, "pss")
            self.points.append([round(now - begun, 2), round((used - before) / (now - last), 3), rss,
                                pss if pss is not None else rss])
            if rss > most:
                most, self.fullest = rss, found
            last, before = now, used
            if self.look:
                self.look()

    def __enter__(self) -> "Series":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()
