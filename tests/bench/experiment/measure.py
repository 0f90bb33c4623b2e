# SPDX-License-Identifier: BSD-2-Clause
"""One run: a server is started anew, loaded and watched. What went wrong is named, and then the
numbers do not count."""

from benchlib import loads, machine, noise
from benchlib.process import Running, ServerError

from . import lab, watch
from .lab import PATH, Lab
from .record import Run
from .subjects import Subject


def _check_bodies(outcome: loads.Outcome, size: int) -> list[str]:
    """Bodies in flight at the end add a little, heads as well; nothing takes away."""
    requests, received = outcome.sum("requests"), outcome.sum("bytes")
    found = []
    if errors := outcome.sum("errors"):
        found.append(f"{errors} errors, timeouts or responses that are not 200")
    if requests == 0:
        found.append(f"not one response in {outcome.seconds:.1f} s")
    elif received < requests * size:
        found.append(f"short bodies: {received} bytes in {requests} responses of {size} bytes")
    return found


def _check_processes(running: Running, before: list[int]) -> list[str]:
    status = running.process.poll()
    if status is not None:
        return [f"the server ended during the run, with status {status}: {running.said()}"]
    after = machine.family(running.process.pid)
    gone = [pid for pid in before if pid not in after]
    if gone:
        new = len([pid for pid in after if pid not in before])
        return [f"{len(gone)} of its processes ended during the run, {new} were started: {running.said()}"]
    return []


def _fill(run: Run, outcome: loads.Outcome) -> None:
    group = outcome.groups[0]
    run.seconds, run.errors = outcome.seconds, outcome.sum("errors")
    run.requests, run.bytes = outcome.sum("requests"), outcome.sum("bytes")
    run.latency_us = group.get("latency_us", {})
    run.requests_s, run.bytes_s = group.get("requests_s", {}), group.get("bytes_s", {})


def _load(place: Lab, running: Running, run: Run) -> None:
    pid = running.process.pid
    run.alone = [each.as_json() for each in watch.processes(pid)]
    before = machine.family(pid)
    usage = watch.usage(pid)
    quiet = noise.Watch(usage.seconds, min(running.cores))
    joules = machine.energy_joules()
    with watch.Series(pid, quiet.look) as series:
        load = place.load(run.client)
        outcome = loads.run(running, load, place.options.duration, place.client_cores)
    after = watch.usage(pid)
    if joules is not None and (used := (machine.energy_joules() or 0) - joules) > 0:
        run.joules = used
    conditions = quiet.end(after.seconds)
    run.conditions, run.noise = conditions.as_json(), conditions.complaints()
    run.usage = (after - usage).as_json()
    run.core_busy = outcome.busy / len(running.cores) / conditions.seconds
    run.series, run.loaded = series.points, [each.as_json() for each in series.fullest]
    _fill(run, outcome)
    run.bad += _check_bodies(outcome, place.site.size(PATH)) + _check_processes(running, before)
    if not run.bad:
        running.verify(PATH)
    place.record.client_commands.setdefault(run.client, outcome.command)


def run(place: Lab, subject: Subject, client: str, number: int) -> Run:
    told = Run(subject.name, client, number)
    used = machine.wait_until_quiet(place.options.patience)
    running = place.running(subject.server)
    try:
        told.start_ms = lab.begin(running)
        running.verify(PATH)
        row = next(row for row in place.record.rows if row.name == subject.name)
        row.server_command, row.server_config = running.command, running.config()
        _load(place, running, told)
    except ServerError as error:
        ended = running.process and running.process.poll() is not None
        told.bad += [*(_check_processes(running, []) if ended else []), str(error)]
    finally:
        running.stop()
    if used > machine.QUIET:
        told.noise.append(f"other programs kept {used:.0%} of a core busy before the run")
    return told
