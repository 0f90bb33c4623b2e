# SPDX-License-Identifier: BSD-2-Clause
"""What the report says, section by section."""

import shlex
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from . import analysis, conclusion, crossover, figures, graphs, original, perf, pprof, timeline, words
from .analysis import COST, METRICS, Difference
from .document import Block, Code, Document, Figure, Flame, Fold, Items, Section, Table, Text
from .record import Ledger, Profiled, Record, Row, Run
from .subjects import slug

TESTED = ("mb_s", "p50_ms", "p99_ms", "cpu_s_gb", "system_s_gb", "pss_mb", "start_ms")
LATENCY_COLUMNS = (("2.5 %", "p2_5"), ("50 %", "p50"), ("97.5 %", "p97_5"), ("99 %", "p99"),
                   ("Avg", "mean"), ("Stdev", "stdev"), ("Max", "max"))
SECOND_COLUMNS = (("1 %", "p1"), ("2.5 %", "p2_5"), ("50 %", "p50"), ("97.5 %", "p97_5"),
                  ("Avg", "mean"), ("Stdev", "stdev"), ("Min", "min"))
TEST = ("Two rows are compared within each round. Test: Wilcoxon's signed-rank test, exact, on the ratios of "
        "the rounds, adjusted for all pairs (Holm); interval: Hodges and Lehmann, 95 %. A difference counts "
        "if p is at most 0.05, and if it is larger than 1 % and than what the control may differ from itself "
        "by (the far end of its interval). No difference: the interval ends within 5 %; else undecided.")


@dataclass
class Material:
    """The record and the files beside it."""

    record: Record
    folder: Path
    draw: bool = True
    missing: list[str] = field(default_factory=list)

    def profile(self, name: str) -> pprof.Profile | None:
        if not name:
            return None
        try:
            return pprof.decode((self.folder / name).read_bytes(), name)
        except (OSError, pprof.ProfileError) as error:
            self.missing.append(f"{name}: {error}")
            return None

    def stacks(self, told: Profiled) -> dict[pprof.Stack, float]:
        """CPU time by stack: perf's, which has the kernel in it, else the program's own profile."""
        if told.stacks:
            try:
                return perf.unfold((self.folder / told.stacks).read_text())
            except (OSError, ValueError) as error:
                self.missing.append(f"{told.stacks}: {error}")
        profile = self.profile(told.cpu_profile)
        if profile is None:
            return {}
        return pprof.weights(profile, "cpu")

    def cost(self, row: str) -> float:
        """CPU s/GB of a row."""
        client = conclusion.loudest(self.record)
        return analysis.median(self.record, row, client, COST) or 0.0

    def scaled(self, told: Profiled) -> dict[pprof.Stack, float]:
        """CPU s/GB by stack."""
        stacks = self.stacks(told)
        total = sum(stacks.values())
        factor = self.cost(told.row) / total if total else 0.0
        return {stack: weight * factor for stack, weight in stacks.items() if factor}


def _drawn(material: Material, blocks: list[Block | None]) -> list[Block]:
    return [block for block in blocks
            if block is not None and (material.draw or not isinstance(block, (Figure, Flame)))]


# ------------------------------------------------------------------ side by side


def _cell(record: Record, row: str, client: str, metric: analysis.Metric) -> str:
    middle = analysis.median(record, row, client, metric)
    spread = analysis.spread(record, row, client, metric)
    text = words.number(middle)
    return text if middle is None or spread is None else f"{text} ±{spread * 100:.0f}%"


def _extra_rows(record: Record, rows: list[Row]) -> list[list[str]]:
    """Of the profiled run, and of the program."""
    by_row = {told.row: told for told in record.profiled if not told.failure}

    def cells(title: str, of) -> list[str]:
        return [title, *(of(by_row[row.name]) if row.name in by_row else "-" for row in rows)]

    found = [
        cells("system calls/req", lambda told: words.number(told.calls)),
        cells("allocations/req", lambda told: words.number(told.allocations)),
        cells("allocated/req", lambda told: words.size(told.allocated)),
    ]
    return found + [["program file", *(words.size(row.program_bytes) for row in rows)]]


def _numbers(record: Record, client: str) -> Table:
    rows = [row for row in record.rows if record.good(row.name, client)]
    used = [m for m in METRICS if any(analysis.by_round(record, row.name, client, m) for row in rows)]
    lines = [[m.title, *(_cell(record, row.name, client, m) for row in rows)] for m in used]
    rounds = max((len(record.good(row.name, client)) for row in rows), default=0)
    return Table([client, *(row.name for row in rows)], lines + _extra_rows(record, rows),
                 f"Median of {words.plural(rounds, 'round')} ± half of the distance between the quartiles.")


def verdict(difference: Difference) -> str:
    if not difference.real:
        return difference.word
    return difference.metric.more if difference.effect > 0 else difference.metric.less


def _differences(record: Record, client: str) -> Table:
    lines = []
    for name in TESTED:
        for d in analysis.differences(record, client, analysis.BY_NAME[name]):
            lines.append([f"{d.a} / {d.b}", d.metric.title, f"{d.ratio:.3f}", d.interval() or "-",
                          f"{d.p:.3f}", verdict(d)])
        again = analysis.control(record, client, analysis.BY_NAME[name])
        if again:
            lines.append([f"{again.a} / {again.b}", again.metric.title, f"{again.ratio:.3f}",
                          again.interval() or "-", f"{again.p:.3f}", "the control: noise"])
    return Table(["pair", "number", "ratio", "95 % interval", "p", "verdict"], lines)


def side_by_side(material: Material) -> Section:
    record, blocks = material.record, []
    for client in record.clients():
        pictures = [draw(record, client) for draw in
                    (figures.throughput, figures.distribution, figures.latency, figures.over_time)
                    ] if material.draw else []
        blocks.append(Section(f"With {client}", _drawn(material, [
            _numbers(record, client), *pictures,
            Fold("Which differences are larger than the noise", [Text(TEST), _differences(record, client)]),
        ]), 3))
    return Section("Side by side", blocks)


# ------------------------------------------------------------------ where the bytes live


def _ledger_line(entry: Ledger) -> list[str]:
    resident = entry.resident
    copies = "unknown" if resident is None else f"{(resident + entry.buffered) / entry.size:.2f}"
    return [entry.row, str(entry.workers), "under load" if entry.loaded else "alone",
            entry.held_in.replace("_", " "), copies, words.size(resident), words.size(entry.mapped),
            words.size(entry.buffered), words.size(entry.queued), words.size(entry.rss),
            words.size(entry.pss), words.size(entry.anonymous)]


def where_bytes_live(record: Record) -> Section:
    if not record.ledger:
        return Section("Where the bytes live", [Text("Not measured.")])
    head = ["variant", "workers", "", "held in", "copies", "resident", "mapped", "buffered", "queued",
            "RSS", "PSS", "anonymous"]
    explained = [
        "copies: how many times the object is in memory, for all processes together; what is queued in "
        "sockets comes on top.",
        "resident: its bytes in memory, whoever maps them. mapped: those in the page tables of all workers "
        "together, which ps(1) counts once for each.",
        "buffered: in buffers of workers. queued: copied to the kernel and not yet acknowledged by a client.",
        "RSS, PSS, anonymous: of all processes of the server, the program and its libraries included. RSS "
        "counts shared pages once for each process, PSS divides them.",
    ]
    return Section("Where the bytes live", [
        Text(f"The object has {words.size(record.object_bytes)}. How many copies of it are in memory is what "
             f"neither ps nor pprof tells."),
        Table(head, [_ledger_line(entry) for entry in record.ledger]), Items(explained)])


# ------------------------------------------------------------------ where the time goes


def _costs(material: Material) -> dict[str, dict[str, float]]:
    return {told.row: {name: share * material.cost(told.row) for name, share in told.kernel.items()}
            for told in material.record.profiled if told.kernel}


def _cost_table(costs: dict[str, dict[str, float]]) -> Table:
    names = sorted({name for each in costs.values() for name in each},
                   key=lambda name: (-max(each.get(name, 0) for each in costs.values()), name))
    lines = [[name, *(words.number(each.get(name)) for each in costs.values())] for name in names]
    return Table(["CPU s/GB", *costs], lines,
                 "Shares are perf's, sampled by a timer, so time with interrupts disabled is seen where they "
                 "are enabled again. The sum is the CPU s/GB of the measured runs.")


def _differentials(material: Material) -> list[Block | None]:
    own = [told for told in material.record.profiled if told.row in conclusion.variants(material.record)]
    if len(own) < 2:
        return []
    base = own[0]
    return [graphs.flame(f"flame-{slug(told.row)}-{slug(base.row)}",
                         f"{told.row} compared with {base.row}: red takes more CPU time per gigabyte, "
                         "blue less.",
                         material.scaled(told), material.scaled(base)) for told in own[1:]]


def _flame(material: Material, told: Profiled) -> Flame | None:
    source = "user and kernel" if told.stacks else "by the program's own profile"
    return graphs.flame(f"flame-{slug(told.row)}", f"{told.row}: CPU time per gigabyte, {source}.",
                        material.scaled(told))


def where_time_goes(material: Material) -> Section:
    record, costs = material.record, _costs(material)
    blocks: list[Block | None] = []
    if costs:
        blocks += [figures.where_time_goes(costs) if material.draw else None, _cost_table(costs)]
    if material.draw:
        blocks += [_flame(material, told) for told in record.profiled if not told.failure]
        blocks += _differentials(material)
    return Section("Where the time goes", _drawn(material, blocks) or [Text("Not measured.")])


# ------------------------------------------------------------------ each row's blocks


def _median_of(runs: list[Run], of, key: str) -> float | None:
    values = [of(run)[key] for run in runs if key in of(run)]
    return statistics.median(values) if values else None


def _latency_table(runs: list[Run]) -> Table:
    cells = [_median_of(runs, lambda run: run.latency_us, key) for _, key in LATENCY_COLUMNS]
    texts = (f"{words.number(cell / 1000)} ms" if cell is not None else "-" for cell in cells)
    return Table(["Stat", *(title for title, _ in LATENCY_COLUMNS)], [["Latency", *texts]])


def _second_table(runs: list[Run], client: str) -> Block:
    if not any(run.requests_s for run in runs):
        return Text(f"{client} reports no numbers for each second.")
    requests = [_median_of(runs, lambda run: run.requests_s, key) for _, key in SECOND_COLUMNS]
    received = [_median_of(runs, lambda run: run.bytes_s, key) for _, key in SECOND_COLUMNS]
    total = statistics.median([run.requests for run in runs])
    seconds = statistics.median([run.seconds for run in runs])
    got = statistics.median([run.bytes for run in runs])
    return Table(["Stat", *(title for title, _ in SECOND_COLUMNS)],
                 [["Req/Sec", *map(words.number, requests)], ["Bytes/Sec", *map(words.size, received)]],
                 f"{words.number(total)} requests in {seconds:.2f} s, {words.size(got)} read.")


def _memory_table(run: Run) -> Table:
    lines = [[words.size(process["rss"]), words.size(process["vsz"]), words.size(process["pss"]),
              words.size(process["uss"]), process["command"]] for process in run.loaded]
    return Table(["RSS", "VSZ", "PSS", "USS", "COMMAND"], lines, "Under load, when it was largest.")


def _per_worker(profile: pprof.Profile, value: str) -> Block | None:
    workers = sorted({sample.labels["worker"] for sample in profile.samples if "worker" in sample.labels})
    parts = {name: profile.only(lambda s, n=name: s.labels.get("worker") == n) for name in workers}
    tables: list[Block] = [Code(f"worker {name}\n{pprof.text(part, value, 15)}")
                           for name, part in parts.items()]
    return Fold("Each worker", tables) if tables else None


def _profile_blocks(material: Material, told: Profiled) -> list[Block | None]:
    blocks: list[Block | None] = []
    cpu, heap = material.profile(told.cpu_profile), material.profile(told.heap_profile)
    if heap:
        blocks += [Text("Allocations since the start (`pprof -text -sample_index=alloc_space`):"),
                   Code(pprof.text(heap, "alloc_space")), _per_worker(heap, "alloc_space")]
    if cpu:
        blocks += [Text("CPU time (`pprof -text`):"), Code(pprof.text(cpu, "cpu")), _per_worker(cpu, "cpu")]
    return blocks


def _pictures(material: Material, told: Profiled) -> list[Block | None]:
    if not material.draw:
        return []
    name = slug(told.row)
    found: list[Block | None] = []
    if told.trace:
        found.append(figures.connection(told.row, name, timeline.read(material.folder / told.trace)))
    graph = graphs.call_graph(f"calls-{name}", f"{told.row}: who calls whom, with the share of CPU time.",
                              material.scaled(told))
    return found + ([Fold("Call graph", [graph])] if graph else [])


def row_section(material: Material, row: Row) -> Section | None:
    record, blocks = material.record, []
    for client in record.clients():
        runs = list(record.good(row.name, client).values())
        if runs:
            blocks += [Text(f"{client}, {record.settings.get('connections')} connections:"),
                       _latency_table(runs), _second_table(runs, client), _memory_table(runs[-1])]
    told = next((each for each in record.profiled if each.row == row.name and not each.failure), None)
    if told:
        blocks += _profile_blocks(material, told) + _pictures(material, told)
    return Section(row.name, _drawn(material, blocks), 3) if blocks else None


def each_row(material: Material) -> Section:
    found = [row_section(material, row) for row in material.record.rows if not row.control_of]
    return Section("Each variant", [
        Text("Each number is the median of the rounds. Profiles are of a further run of their own, for "
             "profilers cost time."),
        *(section for section in found if section)])


# ------------------------------------------------------------------ the machine


def _facts(record: Record) -> Table:
    lines = []
    for key, value in record.machine.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        lines.append([key.replace("_", " "), text if value is not None else "none"])
    return Table(["machine", ""], lines)


def _commands(record: Record) -> str:
    lines = [shlex.join(record.command), ""]
    lines += [f"# {client}\n{shlex.join(command)}" for client, command in record.client_commands.items()]
    for row in record.rows:
        if row.server_command and not row.control_of:
            lines.append(f"\n# {row.name}\n{shlex.join(row.server_command)}")
            lines += [f"# config:\n{row.server_config.strip()}"] if row.server_config.strip() else []
    return "\n".join(lines)


def machine(record: Record) -> Section:
    settings = [[key, ", ".join(map(str, value)) if isinstance(value, list) else str(value)]
                for key, value in record.settings.items()]
    return Section("Machine and method", [
        _facts(record),
        Table(["program", "version"], [[name, text] for name, text in record.versions.items()]),
        Table(["setting", ""], [["object", f"{record.object_name}, {record.object_bytes:,} bytes"],
                                ["began", record.began], ["ended", record.ended], *settings]),
        Items(["A server is started anew for each run. A response is compared with the object before and "
               "after.",
               "With one worker, the server has the first core to itself and the client the others.",
               "Rows take turns: each round begins with another one.",
               "A run with an error, another status, a short body or a process that ended does not count.",
               TEST]),
        Fold("Exact commands", [Code(_commands(record))])])


def problems(record: Record) -> list[Block]:
    found = conclusion.quality(record)
    return [Section("What to keep in mind", [Items(found)])] if found else []


def _chart(record: Record) -> list[Block]:
    text = conclusion.chart(record)
    return [Code(text)] if text else []


def document(material: Material) -> Document:
    record = material.record
    sections: list[Block] = [
        Section("The answer", [*_chart(record), Items(conclusion.paragraphs(record))]), *problems(record),
        side_by_side(material), where_bytes_live(record), where_time_goes(material), each_row(material),
        *original.sections(record), *_sweep(material), machine(record)]
    return Document("Embed it, cache it, or stream it?", conclusion.headline(record), sections)


SWEEPS = {  # name: what x is, and in which metric
    "sizes": ("bytes of the object", "mb_s", "MB/s"),
    "connections": ("connections", "mb_s", "MB/s"),
    "cold cache": ("", "first_whole_ms", "ms to the first whole response"),
    "too little memory": ("", "mb_s", "MB/s"),
    "slow disk": ("ms for each read", "mb_s", "MB/s"),
}


def _x_text(sweep: str, x: float) -> str:
    if sweep == "cold cache":
        return "cold" if x else "warm"
    return words.size(x) if sweep in ("sizes", "too little memory") else words.number(x)


def _sweep_table(record: Record, sweep: str) -> Table:
    title, metric, unit = SWEEPS[sweep]
    by_row = crossover.points(record, sweep)
    xs = sorted({x for points in by_row.values() for x in points})
    lines = []
    for x in xs:
        cells = []
        for points in by_row.values():
            point = points.get(x)
            values = point.values.get(metric) if point else None
            cells.append(f"failed: {point.failure[:160]}" if point and point.failure
                         else words.number(statistics.median(values)) if values else "-")
        lines.append([_x_text(sweep, x), *cells])
    return Table([title or sweep, *(f"{row}, {unit}" for row in by_row)], lines)


def _sweep(material: Material) -> list[Block]:
    record, blocks = material.record, []
    for sweep, (title, metric, unit) in SWEEPS.items():
        if not crossover.points(record, sweep):
            continue
        picture = None
        if material.draw and title and sweep != "slow disk":
            picture = figures.curves(f"sweep-{slug(sweep)}", f"Throughput by {title}: medians of the "
                                     "rounds.", title, crossover.lines(record, sweep), unit)
        parts = _drawn(material, [picture, _sweep_table(record, sweep)])
        blocks.append(Section(sweep.capitalize(), parts, 3))
    notes = ("Too little memory: the object has 1 GiB, the server and its page cache may use half of that. "
             "Slow disk: each read takes that long and goes past the page cache.")
    return [Section("Sweeps", [*blocks, Text(notes)])] if blocks else []
