# SPDX-License-Identifier: BSD-2-Clause
"""A daemon whose program is replaced while it runs: its process is another one afterwards."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

from daemon import DEADLINE, PROGRAM, Binding, Daemon, alive, children, state, wait_until

STARTED = re.compile(r" master\[(\d+)\]: upgrade: (\S+) is process (\d+)$")
REPLACED = re.compile(r" master\[(\d+)\]: replaced process (\d+), which drains$")


class Upgradable(Daemon):
    """The program is a copy, which a test may replace. pid is that of the newest master that has taken
    over."""

    def __init__(self, directory, *arguments, log=None, **keywords):
        super().__init__(directory, *arguments, **keywords)
        self.program = str(self.directory / "tiffd")
        shutil.copy(PROGRAM, self.program)
        self.logs = [self.log_file, *([log] if log else [])]  # the one that [log] names

    def lines(self):
        texts = [path.read_text(errors="replace") for path in self.logs if path.exists()]
        return "".join(texts).splitlines()

    def matches(self, pattern):
        return [match for match in map(pattern.search, self.lines()) if match]

    @property
    def pid(self):
        taken = self.matches(REPLACED)
        return int(taken[-1][1]) if taken else self.process.pid

    def started(self, count=1):
        """The process of so many upgrades that were begun, the last one."""
        self.wait_log(STARTED.pattern, count=count)
        return int(self.matches(STARTED)[count - 1][3])

    def send_signal(self, number):
        os.kill(self.pid, number)

    def replace_program(self):
        """As a package does: another file gets the name."""
        new = self.program + ".new"
        shutil.copy(PROGRAM, new)
        os.rename(new, self.program)

    @contextlib.contextmanager
    def held(self):
        """An upgrade whose new program, told by its process, does nothing before the end of this."""
        script = pathlib.Path(self.program + ".new")
        script.write_text(f'#!/bin/sh\nkill -STOP $$\nexec {PROGRAM} "$@"\n')
        script.chmod(0o755)
        os.rename(script, self.program)
        self.send_signal(signal.SIGUSR2)
        new = self.started()
        wait_until(lambda: state(new) == "T", "the new program is stopped")
        try:
            yield new
        finally:
            os.kill(new, signal.SIGCONT)

    def upgrade(self):
        """Returns the process that was replaced, which may still drain."""
        before = self.pid
        self.send_signal(signal.SIGUSR2)
        wait_until(lambda: self.pid != before, "the new program has taken over")
        return before

    def masters(self):
        return {self.process.pid} | {int(match[3]) for match in self.matches(STARTED)}

    def stop(self, number=signal.SIGTERM):
        """The first process was the test's child, the others were its own children."""
        everybody = self.masters()
        if any(map(alive, everybody)):
            self.send_signal(number)
        wait_until(lambda: not any(map(alive, everybody - {self.process.pid})), "masters end")
        assert self.process.wait(DEADLINE) == self.status
        self.listener.close()
        if self.observed:
            self.observed.close()
        self.check_log()

    def kill(self):
        for pid in self.masters():
            for one in [*children(pid), pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
        self.process.wait(DEADLINE)
        self.listener.close()


class Detached(Upgradable):
    """In the background: the pid file tells its process, and nobody waits for it."""

    def __init__(self, directory, ini, pid_file, log):
        super().__init__(directory, ini, "-d", log=log)
        self.listener.close()
        self.pid_file = pid_file

    @property
    def pid(self):
        return int(self.pid_file.read_text())

    def start(self):
        with self.redirected() as log:
            command = [self.program, "-c", str(self.ini), *self.options]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        assert self.process.wait(DEADLINE) == 0
        self.first = self.pid
        return self

    def masters(self):
        return super().masters() | {self.first}


class UpgradableBinding(Upgradable, Binding):
    """The same with addresses of its own."""
