// SPDX-License-Identifier: BSD-2-Clause
// What the daemon is and what it has done: /debug/vars as text, totals and tables.

import { byId, datum, element, fill } from "./dom.js";
import { bytes, count, duration, seconds } from "./format.js";
import { Table } from "./tables.js";

const whole = (title, name) => ({ title, value: (row) => row[name], show: (row) => datum(row[name], count(row[name])) });
const size = (title, name) => ({ title, value: (row) => row[name], show: (row) => datum(row[name], bytes(row[name])) });
const word = (title, name) => ({ title, value: (row) => row[name] });
const time = (title, name) => ({
  title,
  value: (row) => row[name],
  show: (row) => (row[name] === null ? "–" : datum(row[name], seconds(row[name]))),
});

const WORKERS = [
  whole("Worker", "worker"),
  whole("Generation", "generation"),
  { title: "Process", value: (row) => row.pid || null },
  whole("Started", "spawned"),
  whole("Connections", "connections"),
  whole("Accepted", "accepted"),
  whole("Requests", "requests"),
  size("Sent", "sent_bytes"),
  time("User", "user_cpu_seconds"),
  time("System", "system_cpu_seconds"),
  size("PSS", "pss_bytes"),
  whole("Stalls", "stalls"),
  whole("Reads", "reads"),
];
const GENERATIONS = [
  whole("Generation", "generation"),
  word("State", "state"),
  word("Variant", "variant"),
  whole("Workers", "workers"),
  whole("Objects", "objects"),
  whole("Connections", "connections"),
  whole("Requests", "requests"),
  size("Sent", "sent_bytes"),
];
const SECTIONS = [
  word("Section", "section"),
  word("Variant", "variant"),
  whole("Requests", "requests"),
  size("Sent", "sent_bytes"),
  time("First byte, 50 %", "time_to_first_byte_p50_seconds"),
  time("99 %", "time_to_first_byte_p99_seconds"),
  time("Last byte, 50 %", "transfer_p50_seconds"),
  time("99 %", "transfer_p99_seconds"),
  whole("Stalls", "stalls"),
  time("Stalled", "stall_seconds"),
];
const OBJECTS = [
  word("Path", "path"),
  word("Variant", "variant"),
  size("Length", "length"),
];
const TOTALS = [
  ["Requests", (vars) => datum(vars.totals.requests, count(vars.totals.requests))],
  ["Sent", (vars) => datum(vars.totals.sent_bytes, bytes(vars.totals.sent_bytes))],
  ["Accepted", (vars) => datum(vars.totals.accepted, count(vars.totals.accepted))],
  ["Connections now", (vars) => datum(open(vars), `${count(open(vars))} of ${count(vars.totals.connection_limit)}`)],
  ["4xx", (vars) => datum(vars.totals.status["4xx"], count(vars.totals.status["4xx"]))],
  ["5xx", (vars) => datum(vars.totals.status["5xx"], count(vars.totals.status["5xx"]))],
  ["CPU time", (vars) => datum(vars.totals.cpu_seconds, seconds(vars.totals.cpu_seconds))],
  ["Memory (PSS)", (vars) => datum(pss(vars), bytes(pss(vars)))],
  ["Stalls", (vars) => datum(vars.totals.stalls, count(vars.totals.stalls))],
  ["Workers replaced", (vars) => datum(vars.totals.restarts, count(vars.totals.restarts))],
];

const sum = (list, name) => list.reduce((total, item) => total + item[name], 0);
const living = (vars) => vars.workers.filter((worker) => worker.pid > 0);
const open = (vars) => sum(living(vars), "connections");
const pss = (vars) => sum(living(vars), "pss_bytes");

export const OBJECTS_MAX = 100;

export class Status {
  constructor() {
    this.workers = new Table("workers-table", "Workers", WORKERS);
    this.generations = new Table("generations-table", "Generations", GENERATIONS, { descending: true });
    this.sections = new Table("sections-table", "Sections", SECTIONS);
    this.objects = new Table("objects-table", "Objects", OBJECTS, { sort: 2, descending: true });
  }

  update(vars) {
    const objects = Object.entries(vars.objects).map(([path, object]) => ({ path, ...object }));
    this.head(vars);
    byId("totals").replaceChildren(
      ...TOTALS.map(([title, show]) => element("div", {}, element("dt", {}, title), element("dd", {}, show(vars)))),
    );
    this.workers.update(vars.workers);
    this.generations.update(vars.generations);
    this.sections.update(vars.sections);
    this.objects.update(
      objects,
      vars.object_count > objects.length
        ? `The ${count(objects.length)} largest of ${count(vars.object_count)} objects`
        : null,
    );
    this.choices(vars);
  }

  head(vars) {
    const { totals, reload } = vars;
    const state = vars.load.loading ? "loading objects, " : "";
    const [serving] = vars.generations;
    byId("version").textContent = vars.build.version;
    byId("summary").textContent =
      `${state}up ${duration(Date.now() / 1000 - totals.start_time_seconds)}, generation ${totals.generation}, ` +
      `${serving.workers} worker${serving.workers === 1 ? "" : "s"}, ${serving.variant}, process ${vars.build.master_pid}`;
    byId("reload").textContent = this.reload(totals, reload);
    byId("reload").classList.toggle("bad", !reload.successful);
  }

  reload(totals, reload) {
    if (reload.successful && totals.generation === 0) return "Not reloaded yet";
    const when = `${duration(Date.now() / 1000 - reload.time_seconds)} ago`;
    return reload.successful
      ? `Last reload ${when}: succeeded`
      : `Last reload ${when}: failed, nothing changed: ${reload.reason}`;
  }

  choices(vars) {
    const numbers = vars.workers
      .filter((worker) => worker.generation === vars.totals.generation)
      .map(({ worker }) => [String(worker), `worker ${worker}`]);
    for (const select of document.querySelectorAll(".worker-choice"))
      fill(select, [["all", "all workers"], ...numbers]);
  }
}
