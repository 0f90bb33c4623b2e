# SPDX-License-Identifier: BSD-2-Clause
"""A second or two that shows that the parts work together: every probe once against tiffd, with
tiny loads, and the yardstick. Measures nothing."""

from dataclasses import replace
from pathlib import Path

from . import results, rounds, scenarios, servers, tables, tools
from .load import Load
from .probes import Bench, Case
from .process import Site

SECONDS = (0.2, 2, 10)  # of a run: more where a busy machine got nothing done
BODY_SIZE = 299_776
SERVERS = ("tiffd-cached", "tiffd-streaming", "raw-send")
CASES = (
    Case("load", load=Load(groups=("4",))),
    Case("not-modified", load=Load(groups=("2",), status=304, field="If-None-Match")),
    Case("idle", "idle", Load(), number=20),
    Case("busy", "busy", Load(groups=("4",))),
    Case("fairness", "fairness", Load(groups=("2", "2:50000000"))),
    Case("start", "start"),
    Case("ranges", load=Load(status=206, range_size=1000, object_size=BODY_SIZE)),
    Case("many", load=Load(path="/many/", objects=20), many=True),
    Case("names", load=Load(path="/tree/", objects=20), tree=True),
    Case("tree", "tree", Load(path="/tree/", objects=20), tree=True, paths=("/tiff",)),
    Case("balance", "balance", number=12, workers=2, spread=True),
    Case("crowd", "crowd", number=40, spread=True),
)


def run(directory: Path, tiffd: str | None) -> int:
    root = directory / "root"
    root.mkdir()
    (root / "tiff").write_bytes(bytes(range(256)) * (BODY_SIZE // 256))
    scenarios.make_many(root, 20)
    scenarios.make_tree(root, 20)
    tools.build_c(directory)
    site = Site(root, directory, tools.find_tiffd(tiffd), root / "tiff", embedded=False)
    chosen = [s for s in servers.SERVERS if s.name in SERVERS]
    scenario = replace(scenarios.SCENARIOS[0], name="smoke", title="a smoke test", cases=CASES)

    def servers_of(case: Case) -> list[servers.Server]:
        return [s for s in chosen if s.role == "tiffd" or case.name == "load"]

    for seconds in SECONDS:
        measured = results.Results()
        rounds.run_scenario(scenario, servers_of, Bench(site, seconds), 1, 1, measured)
        if not failures(measured):
            break
    print(tables.case_text(measured, scenario, "load"))
    return report(measured)


def failures(measured: results.Results) -> dict[tuple[str, str, str], str]:
    return {
        key: row.failure or f"{row.median('errors'):.0f} errors"
        for key, row in measured.rows.items()
        if row.failure or row.median("errors")
    }


def report(measured: results.Results) -> int:
    failed = failures(measured)
    for (_, case, server), why in failed.items():
        print(f"{server}, {case}: {why}")
    print(f"{len(measured.rows) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
