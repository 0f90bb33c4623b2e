# SPDX-License-Identifier: BSD-2-Clause
"""The order of things: rounds over all rows, profiles, the memory ledger, sweeps. Each result is
saved at once."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

from benchlib import tools
from benchlib.ending import Ended
from benchlib.process import Site

from . import lab, ledger, measure, perf, prepare, profiled, subjects, sweep, words
from .lab import Lab
from .options import Options
from .progress import Progress, clock
from .record import Record, Row
from .subjects import Subject

OVERHEAD = {"autocannon": 1.5, "wrk": 0.8, "discard": 0.7}  # seconds of a run beside its load
LEDGER_SECONDS = 1.6
PROFILE_OVERHEAD = 3.0

Step = tuple[str, str, float, Callable[[], None]]  # phase, text, seconds, what to do


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def loudest(clients: tuple[str, ...]) -> str:
    """The client that leaves most of the work to the server."""
    return next(name for name in ("discard", "wrk", "autocannon") if name in clients)


def _profile_seconds(options: Options) -> float:
    """Windows of the daemon's profiles are whole seconds."""
    return max(2.5, options.duration)


def _rounds(place: Lab, rows: list[Subject]) -> Iterator[Step]:
    options, record = place.options, place.record
    for number in range(options.repeat):
        for client in options.clients:
            for subject in subjects.rotated(rows, number):

                def step(subject=subject, client=client, number=number) -> None:
                    record.runs.append(measure.run(place, subject, client, number))

                text = f"round {number + 1} of {options.repeat}, {subject.name}, {client}"
                yield "measuring", text, options.duration + OVERHEAD[client], step


def _profiles(place: Lab, rows: list[Subject]) -> Iterator[Step]:
    seconds, client = _profile_seconds(place.options), loudest(place.options.clients)
    for subject in rows:
        if subject.control_of or subject.server.role == "peer":
            continue

        def step(subject=subject) -> None:
            place.record.profiled.append(profiled.run(place, subject, client, seconds))

        yield "profiling", f"{subject.name}, {client}", seconds + PROFILE_OVERHEAD, step


def _ledger(place: Lab, rows: list[Subject]) -> Iterator[Step]:
    for subject in rows:
        for workers in ledger.WORKERS:
            if not subject.ours or subject.control_of:
                continue

            def step(subject=subject, workers=workers) -> None:
                place.record.ledger += ledger.run(place, subject, "discard", workers)

            text = f"where the bytes are, {subject.name}, {workers} workers"
            yield "memory", text, LEDGER_SECONDS, step


def steps(place: Lab, rows: list[Subject]) -> list[Step]:
    found = [*_rounds(place, rows), *_profiles(place, rows), *_ledger(place, rows)]
    if place.options.sweep:
        found += sweep.steps(place)
    return found


def _rows(rows: list[Subject], site: Site) -> list[Row]:
    found = []
    for subject in rows:
        program = prepare.program(subject.server, site)
        size = program.stat().st_size if program else 0
        name, _, transmit = subject.name.partition("/")
        ours = subject.ours and not subject.control_of
        found.append(Row(subject.name, subject.server.role, name if ours else "",
                         transmit if ours else "", subject.control_of, size))
    return found


def _begin(options: Options, site: Site, name: str, rows: list[Subject],
           command: list[str]) -> Record:
    facts, warnings = prepare.facts()
    record = Record(command, now(), prepare.settings(options), facts, prepare.versions(site, options),
                    name, site.size(lab.PATH), warnings)
    record.rows = _rows(rows, site)
    if why := perf.complaint():
        record.notes.append(f"no system calls and no division of the kernel's time: {why}")
    if options.repeat < 6:
        rounds = words.plural(options.repeat, "round")
        record.notes.append(f"{rounds}: below 6 no interval and no test is possible")
    return record


def _carry_out(place: Lab, todo: list[Step]) -> None:
    for phase, text, seconds, step in todo:
        place.progress.step(phase, text, seconds)
        step()
        place.record.save(place.out)


def run(options: Options, directory: Path, command: list[str]) -> Record:
    """Measures all there is to measure, or until Ended; what there is is saved in options.out."""
    rows = subjects.all_of(options)
    prepare.check_port(options.port)
    tools.find_tiffd(options.tiffd)
    missing = prepare.install(options, rows)
    site, name = prepare.make_site(options, directory, rows)
    options.out.mkdir(parents=True, exist_ok=True)
    record = _begin(options, site, name, rows, command)
    record.notes += missing
    place = Lab(options, site, record, options.out, Progress(0), lab.cores())
    todo = steps(place, rows)
    total = sum(step[2] for step in todo)
    place.progress = Progress(total)
    print(f"{len(todo)} steps, about {clock(total)} minutes; results go to {options.out}/", flush=True)
    try:
        _carry_out(place, todo)
    except Ended as ended:
        record.ended_by = str(ended)
        raise
    except (OSError, tools.ToolError) as error:
        record.ended_by = str(error)
    finally:
        if options.sweep:
            sweep.clean()
        place.progress.end()
        record.ended = now()
        record.save(options.out)
    return record


def problems(record: Record) -> list[str]:
    """Why the experiment can't be called a success."""
    found = [f"{run.row}, {run.client}, round {run.round + 1}: {'; '.join(run.bad)}"
             for run in record.bad()]
    found += [f"{told.row}, profiles: {told.failure}" for told in record.profiled if told.failure]
    return found + ([f"ended early: {record.ended_by}"] if record.ended_by else [])


def quietness(record: Record) -> float:
    """The share of runs that nothing disturbed."""
    counted = [not run.noise for run in record.runs if not run.bad]
    return sum(counted) / len(counted) if counted else math.nan
