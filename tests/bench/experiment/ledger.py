# SPDX-License-Identifier: BSD-2-Clause
"""Where the bytes of the object are, alone and under load, for several numbers of workers: what the
daemon's page "residence" says, beside the memory of its processes."""

from benchlib import loads
from benchlib.process import Running, ServerError, free_port

from . import lab, subjects, watch
from .lab import PATH, Lab
from .observe import Observer
from .record import Ledger
from .subjects import Subject

WORKERS = (1, 2, 4)
SECONDS = 0.6
COPIES = {"worker_buffer": "buffered", "send_queue": "queued"}


def _processes(running: Running, told: Ledger) -> None:
    found = watch.processes(running.process.pid)
    told.rss, told.pss = watch.total(found, "rss") or 0, watch.total(found, "pss")
    told.anonymous = watch.total(found, "anonymous")


def _read(place: Lab, running: Running, observer: Observer, row: str, workers: int,
          loaded: bool) -> Ledger:
    told = Ledger(row, workers, loaded, place.site.size(PATH))
    profile = observer.residence()
    values = {name: profile.index(name) for name in ("resident", "mapped", "huge")}
    for sample in profile.samples:
        name = next((COPIES[frame] for frame in sample.stack if frame in COPIES), "")
        if name:
            setattr(told, name, getattr(told, name) + sample.values[values["resident"]])
            continue
        told.held_in = told.held_in or _place(sample.stack)
        for name, at in values.items():
            setattr(told, name, getattr(told, name) + sample.values[at])
    _processes(running, told)
    return told


def _place(stack: tuple[str, ...]) -> str:
    return next((name for name in stack if name in ("memory_file", "program_file", "page_cache")), "")


def run(place: Lab, subject: Subject, client: str, workers: int) -> list[Ledger]:
    port = free_port()
    running = place.running(subjects.observed(subject, port), workers=workers)
    running.cores = set(place.cores)
    try:
        lab.begin(running)
        running.verify(PATH)
        observer = Observer(port)
        alone = _read(place, running, observer, subject.name, workers, False)
        seconds = max(SECONDS, min(2.0, place.options.duration))
        with loads.Background(running, place.load(client), seconds, place.client_cores[0]):
            under = _read(place, running, observer, subject.name, workers, True)
        return [alone, under]
    except (ServerError, OSError) as error:
        place.record.notes.append(f"memory of {subject.name} with {workers} workers: {error}")
        return []
    finally:
        running.stop()
