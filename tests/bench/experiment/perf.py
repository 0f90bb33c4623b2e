# SPDX-License-Identifier: BSD-2-Clause
"""What perf(1) tells of the kernel's side: system calls, and where CPU time goes there. Needs root, or
kernel.perf_event_paranoid of at most 1; without, the report says so."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

from benchlib import ending, tools

Stack = tuple[str, ...]

HZ = 499
CALLS = "raw_syscalls:sys_enter"
GRACE_SECONDS = 120
# The innermost function that one of these fits says what the time went to.
CATEGORIES = (
    ("wake-ups", r"try_to_wake_up|__wake_up|sock_def_readable|ep_poll_callback|ttwu_|wake_up_process"),
    ("page faults", r"exc_page_fault|handle_mm_fault"),
    ("copy", r"copy_from_iter|copy_to_iter|copy_user|copy_from_user|copy_to_user|copyin|copyout|"
             r"copy_page_(from|to)|copy_folio|rep_movs|csum_and_copy"),
    ("page cache and files", r"filemap_|vfs_read|ksys_pread|generic_file_|shmem_|ext4_|xfs_|btrfs_|"
                             r"overlay|ovl_|fuse_|page_cache|folio_"),
    ("passing pages", r"splice|get_user_pages|gup_|iov_iter_extract|pipe_"),
    ("TCP", r"tcp_|ip_|inet_|skb|sk_stream|sk_|sock_|net_rx|napi|loopback|dev_queue|qdisc|nf_"),
    ("waiting for events", r"epoll|ep_|schedule|futex|hrtimer|nanosleep"),
    ("entering the kernel", r"entry_SYSCALL|do_syscall|syscall_|seccomp|__audit"),
)
KERNEL_REST, BASE64, PROGRAM, LIBRARIES = "kernel, other", "base64", "the program", "its libraries"
RULES = tuple((name, re.compile(pattern)) for name, pattern in CATEGORIES)
IN_KERNEL = re.compile(r"\[(kernel|guest\.kernel)|\.ko\b|\[[a-z0-9_]+\]$")
FRAME = re.compile(r"^\s+([0-9a-f]+)\s+(.*?)\s+\((.*)\)$")


def complaint() -> str:
    """Why perf can't be used here; "": it can."""
    program = tools.find("perf")
    if not program:
        return "perf is missing (Debian's linux-perf)"
    command = [program, "stat", "-x,", "-e", CALLS, "--", "true"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or "<not" in done.stderr:
        return "perf may not count here: it needs root, or kernel.perf_event_paranoid of at most 1"
    return ""


def _run(words: list[str], seconds: float) -> subprocess.CompletedProcess:
    return subprocess.run(
        [tools.find("perf") or "perf", *words], capture_output=True, text=True,
        timeout=seconds + GRACE_SECONDS, start_new_session=True,
        preexec_fn=ending.die_with_parent,
    )


def _pids(pids: list[int]) -> str:
    return ",".join(map(str, pids))


def count_calls(pids: list[int], seconds: float) -> int | None:
    done = _run(["stat", "-x,", "-e", CALLS, "-p", _pids(pids), "--", "sleep", str(seconds)], seconds)
    for line in done.stderr.splitlines():
        fields = line.split(",")
        if CALLS in fields and fields[0].isdigit():
            return int(fields[0])
    return None


def record(pids: list[int], seconds: float, path: Path) -> bool:
    words = ["record", "-q", "-e", "cpu-clock", "-F", str(HZ), "-g", "-o", str(path)]
    done = _run([*words, "-p", _pids(pids), "--", "sleep", str(seconds)], seconds)
    return done.returncode == 0


def _category(frames: list[tuple[str, str]]) -> str:
    """frames: function and file, innermost first."""
    if not frames or not IN_KERNEL.search(frames[0][1]):
        if any("base64" in name for name, _ in frames):
            return BASE64
        library = frames and (".so" in frames[0][1] or "vdso" in frames[0][1])
        return LIBRARIES if library else PROGRAM
    for name, file in frames:
        if not IN_KERNEL.search(file):
            break
        for category, pattern in RULES:
            if pattern.search(name):
                return category
    return KERNEL_REST


def parse(script: str) -> tuple[dict[Stack, int], dict[str, int]]:
    """Of what `perf script` prints: samples by stack, and by category."""
    stacks: dict[Stack, int] = defaultdict(int)
    categories: dict[str, int] = defaultdict(int)
    for block in script.split("\n\n"):
        frames = []
        for line in block.splitlines():
            found = FRAME.match(line)
            if found:
                name = re.sub(r"\+0x[0-9a-f]+$", "", found[2])
                inside = IN_KERNEL.search(found[3]) is not None
                frames.append(("[unknown]" if name == "[unknown]" else name, found[3], inside))
        if frames:
            categories[_category([frame[:2] for frame in frames])] += 1
            names = [f"{name}_[k]" if inside else name for name, _, inside in frames]
            stacks[tuple(reversed(names))] += 1
    return dict(stacks), dict(categories)


def read(path: Path) -> tuple[dict[Stack, int], dict[str, int]]:
    done = _run(["script", "-i", str(path), "-F", "comm,tid,ip,sym,dso", "--no-inline"], 0)
    return parse(done.stdout)


def fold(stacks: dict[Stack, int]) -> str:
    """A line each: functions with ; between them, and a number."""
    return "".join(f"{';'.join(stack)} {count}\n" for stack, count in sorted(stacks.items()))


def unfold(text: str) -> dict[Stack, float]:
    found: dict[Stack, float] = {}
    for line in text.splitlines():
        names, _, count = line.rpartition(" ")
        found[tuple(names.split(";"))] = float(count)
    return found
