# SPDX-License-Identifier: BSD-2-Clause
"""How a measurement ends early: by Ctrl-C or SIGTERM, as an exception, so that what was started is
stopped and what was measured is reported. What even SIGKILL must not leave behind dies with us."""

import contextlib
import ctypes
import os
import signal
import subprocess

PR_SET_PDEATHSIG = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

libc = ctypes.CDLL(None, use_errno=True)


class Ended(BaseException):
    """A signal asked for the end. No Exception, or a handler of those would go on."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def status(self) -> int:
        """What shells say of a command that this signal has ended."""
        return 128 + self.number


@contextlib.contextmanager
def by_signals():
    """Within it, the first signal raises Ended; further ones are ignored, for the end is near."""

    def end(number: int, _) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def die_with_parent() -> None:
    """For preexec_fn: SIGKILL when the thread that forks this process ends."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def kill_session(process: subprocess.Popen) -> None:
    """A process that leads a session of its own, with all that it has started there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
