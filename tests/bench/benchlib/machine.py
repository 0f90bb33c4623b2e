# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel says: busy time of cores, memory and sockets of processes, machine facts."""

import contextlib
import os
import platform
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
BUSY_FIELDS = (0, 1, 2, 5, 6)  # user nice system irq softirq: proc_stat(5) less idle and steal
QUIET = 0.1  # of a core: less is no disturbance
ESTABLISHED = "01"


def busy_seconds() -> dict[int, float]:
    """Seconds that each core has worked since boot, interrupts included."""
    busy = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            busy[int(name[3:])] = sum(int(fields[i]) for i in BUSY_FIELDS) / TICK
    return busy


def stolen_seconds() -> float:
    """Time that the hypervisor gave to others, all cores: the noise of a virtual machine."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / TICK


def background(seconds: float = 0.1) -> float:
    """The busiest core's use by others, while nothing of ours runs: 0 to 1."""
    before = busy_seconds()
    time.sleep(seconds)
    return max((busy - before[core]) / seconds for core, busy in busy_seconds().items())


def wait_until_quiet(patience: float) -> float:
    """Waits until others leave the cores alone, at most that long; what they used in the end."""
    deadline = time.monotonic() + patience
    while (used := background()) > QUIET and time.monotonic() < deadline:
        continue
    return used


def _parents() -> dict[int, int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
    return parents


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    parents = _parents()
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def memory_bytes(pid: int, key: str = "Pss") -> int:
    """A line of smaps_rollup, summed over a process and its descendants."""
    total = 0
    for member in family(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith(key + ":"))
    return total * 1024


def _established_inodes(port: int) -> set[str]:
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == ESTABLISHED and int(fields[1].split(":")[1], 16) == port:
            inodes.add(fields[9])
    return inodes


def _sockets(pid: int) -> list[str]:
    """Inodes of the sockets that a process has; none if it has ended meanwhile."""
    found = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.append(os.readlink(entry.path))
    return [target[8:-1] for target in found if target.startswith("socket:[")]


def connections_per_process(pid: int, port: int) -> dict[int, int]:
    """How many established connections of the local port each descendant of pid holds."""
    inodes = _established_inodes(port)
    counts = {}
    for member in family(pid)[1:]:
        counts[member] = sum(target in inodes for target in _sockets(member))
    return counts


def _cache(index: Path) -> str:
    """"L3 unified 32768K, shared by 0-1"."""
    level, kind, size, shared = (
        (index / name).read_text().strip() for name in ("level", "type", "size", "shared_cpu_list")
    )
    return f"L{level} {kind.lower()} {size}, shared by {shared}"


def caches() -> list[str]:
    """Those of the first core; none where the kernel does not know."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            found.append(_cache(index))
        except OSError:
            continue
    return found


def _cpu_model() -> str:
    """As lscpu(1) says it, for an ARM processor has no model name in /proc/cpuinfo."""
    done = subprocess.run(["lscpu"], capture_output=True, text=True, env={"LC_ALL": "C"})
    fields = dict(line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    words = (fields.get(name, "").strip() for name in ("Vendor ID", "Model name"))
    family = (f"{name.lower()} {fields[name].strip()}" for name in ("CPU family", "Model", "Stepping")
              if name in fields)
    return " ".join((*words, *family)) or platform.machine()


def _distribution() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/etc/os-release").read_text().splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    return "unknown"


def _flags() -> list[str]:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return line.split()
    return []


def _governor() -> str:
    try:
        return Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").read_text().strip()
    except OSError:
        return "not told by the kernel"


def energy_joules(top: Path = Path("/sys/class/powercap")) -> float | None:
    """What the processors have used so far (RAPL); None where this is not told, or not to this user.
    The counters start again now and then; a difference below 0 means nothing."""
    try:
        counters = [path / "energy_uj" for path in top.glob("intel-rapl:[0-9]*") if path.name.count(":") == 1]
        return sum(int(path.read_text()) for path in counters) / 1e6 if counters else None
    except (OSError, ValueError):
        return None


def memory_total() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(fields["MemTotal"].split()[0]) * 1024


def facts() -> dict[str, object]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "caches": caches(),
        "virtual": "hypervisor" in _flags(),
        "governor": _governor(),
        "memory_bytes": memory_total(),
        "system": _distribution(),
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
        "tcp_wmem": Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split(),
        "tcp_rmem": Path("/proc/sys/net/ipv4/tcp_rmem").read_text().split(),
    }
