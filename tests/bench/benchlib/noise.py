# SPDX-License-Identifier: BSD-2-Clause
"""Is the machine quiet enough for a number to mean something? Watched during each run: time that the
hypervisor took, CPU time that other programs used, and the clock of the server's core."""

import os
import re
import resource
from dataclasses import asdict, dataclass
from pathlib import Path

from . import machine

STEAL_LIMIT = 0.05  # of the cores
OTHERS_LIMIT = 0.10  # of a core
CLOCK_LIMIT = 0.10  # by how much it may change
CORES_WANTED = 2


@dataclass(frozen=True)
class Conditions:
    """Of one run."""

    seconds: float
    stolen: float  # share of the cores' time that the hypervisor took
    others: float  # cores that other programs kept busy
    clock: float | None  # greatest of the server's core divided by its least; None: not told

    def complaints(self) -> list[str]:
        found = []
        if self.stolen > STEAL_LIMIT:
            found.append(f"the hypervisor took {self.stolen:.0%} of the cores")
        if self.others > OTHERS_LIMIT:
            found.append(f"other programs kept {self.others:.1f} cores busy")
        if self.clock is not None and self.clock > 1 + CLOCK_LIMIT:
            found.append(f"the core's clock changed by {self.clock - 1:.0%}")
        return found

    def as_json(self) -> dict[str, float | None]:
        return asdict(self)


def _fields() -> list[float]:
    line = Path("/proc/stat").read_text().split("\n", 1)[0]
    return [int(field) / machine.TICK for field in line.split()[1:]]


def _children_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def clock_mhz(core: int) -> float | None:
    """Of a core, where the kernel tells."""
    path = Path(f"/sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq")
    try:
        return int(path.read_text()) / 1000
    except (OSError, ValueError):
        pass
    clocks = re.findall(r"^cpu MHz\s*:\s*([\d.]+)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return float(clocks[core]) if core < len(clocks) else None


class Watch:
    """From its creation to end(), with a look at the clock in between."""

    def __init__(self, server_seconds: float, core: int):
        """server_seconds: CPU time of the server's processes so far."""
        self.core = core
        self.clocks: list[float] = []
        self.look()
        self.begun = os.times().elapsed
        self.fields, self.server, self.children = _fields(), server_seconds, _children_seconds()

    def look(self) -> None:
        clock = clock_mhz(self.core)
        if clock:
            self.clocks.append(clock)

    def end(self, server_seconds: float) -> Conditions:
        """Clients must have been waited for: their CPU time counts as ours from then on."""
        self.look()
        seconds = os.times().elapsed - self.begun
        taken = [after - before for before, after in zip(self.fields, _fields())]
        ours = server_seconds - self.server + _children_seconds() - self.children
        others = (sum(taken[:3]) - ours) / seconds
        stolen = taken[7] / seconds / (os.cpu_count() or 1)
        clock = max(self.clocks) / min(self.clocks) if self.clocks else None
        return Conditions(seconds, stolen, max(0.0, others), clock)


def _quota_of(folder: Path) -> float | None:
    """Cores that a group may use; None: no limit."""
    try:
        limit, period = (folder / "cpu.max").read_text().split()
        return None if limit == "max" else int(limit) / int(period)
    except (OSError, ValueError):
        pass
    try:
        limit, period = (int((folder / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
        return limit / period if limit > 0 else None
    except (OSError, ValueError):
        return None


def cpu_quota(groups: str | None = None, root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """The least limit of this process's CPU cgroup and those above it, in cores; None: none.
    groups: the text of /proc/self/cgroup."""
    text = Path("/proc/self/cgroup").read_text() if groups is None else groups
    found = []
    for line in text.splitlines():
        _, controllers, name = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = root / controllers if controllers else root
        if controllers and not top.is_dir():
            top = root / "cpu"
        folder = top / name.lstrip("/")
        while folder == top or top in folder.parents:
            found.append(_quota_of(folder))
            folder = folder.parent
    return min((quota for quota in found if quota is not None), default=None)


def warnings(cores: int, quota: float | None) -> list[str]:
    """What is wrong with the machine before anything has run."""
    found = []
    if cores < CORES_WANTED:
        found.append(
            f"{cores} core for server and client together: they take turns on it, so the numbers "
            "are those of both"
        )
    if quota is not None and quota < max(cores, CORES_WANTED):
        found.append(
            f"a CPU quota of {quota:g} cores (cgroup): once it is used up, server and client stand "
            "still until the next period"
        )
    return found
