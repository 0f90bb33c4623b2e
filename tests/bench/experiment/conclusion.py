# SPDX-License-Identifier: BSD-2-Clause
"""The answer in words, computed from the numbers: which variant for this object on this machine, by
how much, where the answer changes, and what is below the noise."""

import statistics

from . import analysis, crossover, words
from .analysis import COST, HEADLINE, Difference
from .record import Record

CLIENT_LIMIT = 0.80  # of its core: below this the server waits for the client
QUIET_SHARE = 0.5


def loudest(record: Record) -> str:
    """The client under which the server has most to do."""
    names = record.clients()
    return next((name for name in ("discard", "wrk", "autocannon") if name in names), "")


def variants(record: Record) -> list[str]:
    return [row.name for row in record.rows if row.role == "tiffd" and not row.control_of]


def _amount(difference: Difference) -> str:
    text = f"{abs(difference.effect) * 100:.0f} %"
    if difference.low is not None:
        ends = sorted(abs(end - 1) * 100 for end in (difference.low, difference.high))
        text += f" ({ends[0]:.0f} to {ends[1]:.0f} %)"
    return text


def sentence(difference: Difference) -> str:
    """"embedded: 5 % (4 to 6 %) more bytes per second than cached, p = 0.008, 8 rounds"."""
    metric, tail = difference.metric, f"{words.p_value(difference.p)}, {difference.rounds} rounds"
    if difference.few:
        return (f"{difference.a} against {difference.b}, {metric.title}: ratio {difference.ratio:.2f}; "
                f"{words.plural(difference.rounds, 'round')} can't tell it from noise")
    if difference.undecided:
        return (f"{difference.a} and {difference.b}, {metric.title}: undecided, for the noise may hide "
                f"{difference.hidden * 100:.0f} % (ratio {difference.ratio:.3f} {difference.interval()}, "
                f"{tail})")
    if not difference.real:
        return (f"{difference.a} and {difference.b}: no difference in {metric.title} above the noise "
                f"(ratio {difference.ratio:.3f} {difference.interval()}, {tail})")
    kind = metric.more if difference.effect > 0 else metric.less
    return f"{difference.a}: {_amount(difference)} {kind} than {difference.b}, {tail}"


def _best(names: list[str], found: list[Difference], more_is_better: bool) -> list[str]:
    """The best row and those that are not shown to be worse than it."""
    def score(name: str) -> float:
        others = [analysis.between(found, name, other) for other in names if other != name]
        ratios = [d.ratio for d in others if d]
        return statistics.fmean(ratios) if ratios else 1.0

    best = (max if more_is_better else min)(names, key=score)
    level = {best}
    for name in names:
        difference = analysis.between(found, name, best)
        if difference and not difference.real:
            level.add(name)
    return [name for name in names if name in level]


def _hidden(names: list[str], found: list[Difference]) -> float:
    """The largest difference between these that the noise may hide; 0: all are decided."""
    inside = [d for d in found if d.a in names and d.b in names and d.undecided]
    return max((d.hidden for d in inside), default=0.0)


def _client_limits(record: Record, client: str) -> str:
    """Whether the server had anything to wait for."""
    names = variants(record)
    busy = [analysis.median(record, name, client, analysis.BY_NAME["core_busy"]) for name in names]
    known = [value / 100 for value in busy if value is not None]
    if not known or max(known) >= CLIENT_LIMIT or record.settings.get("workers") != 1:
        return ""
    return (f"With {client}, the client is the limit: the server's core was busy "
            f"{words.percent(min(known))} to {words.percent(max(known))} of the time. Throughput and "
            f"latency with {client} say more about {client} than about the variants; CPU s/GB still "
            f"does.")


def _throughput(record: Record, client: str) -> list[str]:
    names = variants(record)
    found = [d for d in analysis.differences(record, client, HEADLINE)
             if d.a in names and d.b in names]
    return [sentence(difference) + "." for difference in found]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _level(names: list[str], speed: list[Difference]) -> str:
    """What is to be said of the best ones together."""
    if len(names) == 1:
        return f"{_capital(names[0])}."
    hidden = _hidden(names, speed)
    if hidden:
        return (f"{_capital(words.join(names, 'or'))}: these runs do not decide between them, for the "
                f"noise may hide {hidden * 100:.0f} %.")
    return f"{_capital(words.join(names))} do not differ by more than the noise."


def _worse(names: list[str], best: str, families: list[list[Difference]]) -> list[str]:
    """By how much the others are behind."""
    found = []
    for name in names:
        for differences in families:
            difference = analysis.between(differences, name, best)
            if difference and difference.real:
                found.append(sentence(difference).split(", p ")[0])
    return found


def headline(record: Record) -> str:
    """The answer in a sentence or two."""
    names, client = variants(record), loudest(record)
    if not client or len(names) < 2:
        return "Nothing was compared."
    speed, cost = ([d for d in analysis.differences(record, client, metric)
                    if d.a in names and d.b in names] for metric in (HEADLINE, COST))
    if not speed or any(difference.few for difference in speed):
        return "Too few good rounds for an answer; --repeat 8 on a quiet machine may have one."
    fast = _best(names, speed, True)
    cheap = _best(names, cost, False) if cost else names
    both = [name for name in fast if name in cheap] or fast
    rest = _worse([name for name in names if name not in both], both[0], [speed, cost])
    if len(both) == len(names) and not _hidden(names, speed):
        return f"It does not matter: {words.join(names)} do not differ by more than the noise."
    return " ".join([_level(both, speed), *(f"{_capital(text)}." for text in rest)])


def _memory(record: Record) -> list[str]:
    """Copies of the object, alone and under load."""
    found = []
    for name in variants(record):
        kept = [entry for entry in record.ledger if entry.row == name]
        if not kept:
            continue
        most = max(kept, key=lambda entry: (entry.loaded, entry.workers))
        if most.resident is None:
            found.append(f"{name}: this user may not ask how much of the object is in memory.")
            continue
        copies = (most.resident + most.buffered) / most.size
        text = (f"{name}: with {words.plural(most.workers, 'worker')} under load, the object is in "
                f"memory {copies:.2f} times ({most.held_in.replace('_', ' ')})")
        if most.queued:
            text += f", and {words.size(most.queued)} more are on their way in sockets"
        found.append(text + ".")
    return found


def _advice(record: Record) -> list[str]:
    """What else tells level variants apart."""
    names, found = variants(record), []
    client = loudest(record)
    start = {name: analysis.median(record, name, client, analysis.BY_NAME["start_ms"]) for name in names}
    known = {name: value for name, value in start.items() if value is not None}
    if len(known) > 1:
        text = ", ".join(f"{name} {words.number(value)} ms" for name, value in known.items())
        found.append(f"From the start to the first byte: {text}.")
    if "cached" in names and "embedded" in names:
        found.append("Where cached and embedded do not differ, operation decides: a cached object is "
                     "replaced by a reload, an embedded one by a build and an upgrade.")
    if "streaming" in names:
        found.append("Streaming needs no memory of its own: the page cache holds what is asked for, and "
                     "gives it up when memory is short. It is the choice for objects that do not fit.")
    return found


def quality(record: Record) -> list[str]:
    """How far the numbers can be trusted."""
    found = list(record.warnings)
    bad, noisy = record.bad(), [run for run in record.runs if run.noise and not run.bad]
    if bad:
        found.append(f"{words.plural(len(bad), 'run')} of {len(record.runs)} failed, and their numbers do "
                     f"not count: {bad[0].row}, {bad[0].client}: {bad[0].bad[0]}")
    if noisy:
        reasons = sorted(reason for run in noisy for reason in run.noise)
        found.append(f"the machine was not quiet during {len(noisy)} of {len(record.runs)} runs "
                     f"(for instance: {reasons[0]}); they count, and widen the intervals")
    if record.ended_by:
        found.append(f"it ended early ({record.ended_by}): what was measured until then is here")
    client = loudest(record)
    itself = analysis.control(record, client, HEADLINE) if client else None
    if itself and itself.real:
        found.append(f"the control differs from itself by {_amount(itself)}: this machine was too noisy "
                     f"for small differences")
    return found + list(record.notes)


def paragraphs(record: Record) -> list[str]:
    """After the headline."""
    found = []
    client = loudest(record)
    if client:
        found += _throughput(record, client)
        cost = analysis.differences(record, client, COST)
        names = variants(record)
        found += [sentence(d) + "." for d in cost if d.real and d.a in names and d.b in names]
        itself = analysis.control(record, client, HEADLINE)
        if itself and not itself.few:
            found.append(f"The control ({itself.b} measured twice in each round) differs from itself by "
                         f"{abs(itself.effect) * 100:.1f} % {itself.interval()}: what is smaller than "
                         f"that is noise here.")
    found += [text for text in (_client_limits(record, name) for name in record.clients()) if text]
    return found + crossover.sentences(record) + _memory(record) + _advice(record)


BAR = 40  # characters of the longest


def chart(record: Record) -> str:
    """Throughput, CPU time and tail of the variants, for a terminal or a README."""
    client = loudest(record)
    rows = []
    for name in variants(record):
        speed, cost, tail = (analysis.median(record, name, client, analysis.BY_NAME[key])
                             for key in ("mb_s", "cpu_s_gb", "p99_ms"))
        if speed is not None:
            rows.append((name, speed, cost, tail))
    if not rows:
        return ""
    most, width = max(row[1] for row in rows), max(len(row[0]) for row in rows)
    lines = [f"{client:{width}}  {'MB/s':>7}  {'':{BAR}}  CPU s/GB  p99 ms"]
    for name, speed, cost, tail in rows:
        bar = "#" * round(BAR * speed / most)
        cells = f"{words.number(cost):>8}  {words.number(tail):>6}"
        lines.append(f"{name:{width}}  {speed:7.0f}  {bar:{BAR}}  {cells}")
    return "\n".join(lines)
