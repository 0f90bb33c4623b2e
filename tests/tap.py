# SPDX-License-Identifier: BSD-2-Clause
"""pytest plugin: each result as a line of TAP on descriptor 9, as soon as it is there, and none of
pytest's own dots. With TEST_ORDER=N in the environment tests run in an order that N stands for."""

import os
import random

import pytest

NAME_LENGTH = 120  # some are named after thousands of bytes


class Tap:
    def __init__(self, out):
        self.out = out
        self.count = 0

    def line(self, word, name, comment=""):
        self.count += 1
        name = name.replace("#", "_")[:NAME_LENGTH]
        print(f"{word} {self.count} - {name}{comment}", file=self.out, flush=True)

    def pytest_collectreport(self, report):
        if report.failed:
            self.line("not ok", f"collecting {report.nodeid}")

    def pytest_runtest_logreport(self, report):
        if report.skipped:
            self.skipped(report)
        elif report.failed:
            where = "" if report.when == "call" else f" ({report.when})"
            self.line("not ok", report.nodeid, where)
        elif report.when == "call":
            self.line("ok", report.nodeid)

    def skipped(self, report):
        if hasattr(report, "wasxfail"):
            self.line("not ok", report.nodeid, f" # TODO {report.wasxfail}")
        else:
            reason = report.longrepr[2].removeprefix("Skipped: ")
            self.line("ok", report.nodeid, f" # SKIP {reason}")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_report_teststatus(self):
        outcome = yield
        category, _, word = outcome.get_result()
        outcome.force_result((category, "", word))

    def pytest_sessionfinish(self):
        if self.count:
            print(f"1..{self.count}", file=self.out, flush=True)


def pytest_collection_modifyitems(items):
    """The same order in all of pytest's processes, as they demand."""
    if "TEST_ORDER" in os.environ:
        random.Random(os.environ["TEST_ORDER"]).shuffle(items)


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # only where the workers' results meet
        os.set_inheritable(9, False)
        config.pluginmanager.register(Tap(os.fdopen(9, "w")), "tap-lines")
