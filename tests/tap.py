# SPDX-License-Identifier: BSD-2-Clause
"""pytest plugin: each result as a line of TAP on descriptor 9, as soon as it is there."""

import os


class Tap:
    def __init__(self, out):
        self.out = out
        self.count = 0

    def line(self, word, name, comment=""):
        self.count += 1
        print(f"{word} {self.count} - {name.replace('#', '_')}{comment}", file=self.out, flush=True)

    def pytest_collectreport(self, report):
        if report.failed:
            self.line("not ok", f"collecting {report.nodeid}")

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
            self.line("ok", report.nodeid, f" # SKIP {reason}")
        elif report.failed:
            where = "" if report.when == "call" else f" ({report.when})"
            self.line("not ok", report.nodeid + where)
        elif report.when == "call":
            self.line("ok", report.nodeid)

    def pytest_sessionfinish(self):
        if self.count:
            print(f"1..{self.count}", file=self.out, flush=True)


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # only where the workers' results meet
        os.set_inheritable(9, False)
        config.pluginmanager.register(Tap(os.fdopen(9, "w")), "tap-lines")
