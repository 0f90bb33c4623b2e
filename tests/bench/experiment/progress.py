# SPDX-License-Identifier: BSD-2-Clause
"""One line that says what is being done and how long it still takes."""

import sys
import time

SECONDS_BETWEEN = 15.0  # lines where there is no terminal to rewrite one


def clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02}"


class Progress:
    def __init__(self, total: float, stream=sys.stderr):
        """total: seconds that all steps are expected to take."""
        self.expected = total  # of what is still to come, the current step included
        self.current = 0.0
        self.done = 0.0  # expected seconds of the steps that are over
        self.begun = time.monotonic()
        self.stream = stream
        self.terminal = stream.isatty()
        self.said = float("-inf")
        self.phase = ""

    def left(self) -> float:
        """As long as the steps so far have taken, in relation to what was expected of them."""
        spent = time.monotonic() - self.begun
        pace = max(1.0, spent / self.done) if self.done >= 5 else 1.0
        return self.expected * pace

    def step(self, phase: str, text: str, seconds: float) -> None:
        """Begins a step that is expected to take so long."""
        self.done += self.current
        self.expected -= self.current
        self.current = seconds
        line = f"{phase}: {text}; {clock(self.left())} left"
        now = time.monotonic()
        if self.terminal:
            self.stream.write(f"\r\x1b[K{line}")
        elif phase != self.phase or now - self.said >= SECONDS_BETWEEN:
            self.stream.write(line + "\n")
            self.said, self.phase = now, phase
        self.stream.flush()

    def end(self) -> None:
        if self.terminal:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
