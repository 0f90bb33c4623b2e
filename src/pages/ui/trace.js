// SPDX-License-Identifier: BSD-2-Clause
// The section that records an execution trace and draws it: a lane for the loop of each worker and
// one for each connection. The file is for Perfetto and speedscope, which show more.

import { byId, save } from "./dom.js";
import { count, seconds } from "./format.js";
import { binary, during } from "./server.js";

const LANE = 16;
const LEFT = 150; // for the names of lanes
const LANES_MAX = 200;
const COLOURS = { turn: "#6b8fb8", request: "#8cc17c", stall: "#e08a3c", read: "#b58ad6" };

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Lanes of spans and instants, in µs: [{ name, spans: [{ name, from, to, args }], points }].
function lanesOf(events) {
  const lanes = new Map();
  const names = new Map();
  for (const event of events) {
    const key = `${event.pid}/${event.tid}`;
    if (event.ph === "M") {
      names.set(event.name === "process_name" ? `${event.pid}` : key, event.args.name);
      continue;
    }
    if (!lanes.has(key)) lanes.set(key, { pid: event.pid, tid: event.tid, spans: [], points: [], open: [] });
    place(lanes.get(key), event);
  }
  return [...lanes.values()]
    .sort((a, b) => a.pid - b.pid || a.tid - b.tid)
    .map((lane) => ({
      ...lane,
      name: `${names.get(`${lane.pid}`) ?? lane.pid}, ${names.get(`${lane.pid}/${lane.tid}`) ?? `connection ${lane.tid}`}`,
    }));
}

function place(lane, event) {
  const { name, ts: from, args = {} } = event;
  if (event.ph === "X") lane.spans.push({ name, from, to: from + event.dur, args });
  else if (event.ph === "B") lane.open.push({ name, from, args });
  else if (event.ph === "E" && lane.open.length > 0) {
    const begun = lane.open.pop();
    lane.spans.push({ ...begun, to: from, args: { ...begun.args, ...args } });
  } else if (event.ph === "i" || event.ph === "I") lane.points.push({ name, from, args });
}

class View {
  constructor() {
    this.canvas = byId("trace-canvas");
    this.canvas.addEventListener("mousemove", (event) => this.tell(event));
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas.parentElement);
  }

  async take() {
    const length = byId("trace-seconds").valueAsNumber;
    const connection = byId("trace-connection").value;
    const path =
      `/debug/pprof/trace?seconds=${length}&worker=${byId("trace-worker").value}` +
      (connection ? `&connection=${connection}` : "");
    byId("trace-take").disabled = true;
    try {
      this.open(await during(byId("trace-progress"), length, () => binary(path)), length);
    } finally {
      byId("trace-take").disabled = false;
    }
  }

  open(buffer, length) {
    const trace = JSON.parse(new TextDecoder().decode(buffer));
    const lanes = lanesOf(trace.traceEvents ?? trace);
    this.buffer = buffer;
    this.lanes = lanes.slice(0, LANES_MAX);
    this.end = length * 1e6;
    this.range = [0, this.end];
    byId("trace-result").hidden = false;
    byId("trace-about").textContent =
      `${count(lanes.length)} lanes` + (lanes.length > LANES_MAX ? `, of which ${LANES_MAX} are drawn` : "") +
      ". Green: a request, orange: a client that did not read, violet: a read from disk, blue: a turn of the loop.";
    this.draw();
  }

  get scale() {
    return (this.canvas.clientWidth - LEFT) / (this.range[1] - this.range[0]);
  }

  draw() {
    if (!this.lanes) return;
    const { canvas } = this;
    const density = devicePixelRatio || 1;
    const width = Math.max(600, canvas.parentElement.clientWidth);
    const height = (this.lanes.length + 1) * LANE;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = width * density;
    canvas.height = height * density;
    const pen = canvas.getContext("2d");
    pen.scale(density, density);
    pen.font = "11px system-ui, sans-serif";
    this.drawTimes(pen, width, height);
    this.lanes.forEach((lane, i) => this.drawLane(pen, lane, (i + 1) * LANE, width));
  }

  drawTimes(pen, width, height) {
    const span = this.range[1] - this.range[0];
    const step = 10 ** Math.floor(Math.log10(span / 2));
    pen.strokeStyle = colour("--line");
    pen.fillStyle = colour("--faint");
    for (let at = Math.ceil(this.range[0] / step) * step; at <= this.range[1]; at += step) {
      const x = LEFT + (at - this.range[0]) * this.scale;
      pen.fillText(seconds(at / 1e6), Math.min(x + 2, width - 50), 11);
      pen.strokeRect(x, 0, 0, height);
    }
  }

  drawLane(pen, lane, y, width) {
    pen.fillStyle = colour("--text");
    pen.fillText(lane.name, 0, y + 12, LEFT - 6);
    // The outer ones are drawn first.
    for (const span of [...lane.spans].sort((a, b) => b.to - b.from - (a.to - a.from))) {
      const from = Math.max(LEFT, LEFT + (span.from - this.range[0]) * this.scale);
      const to = Math.min(width, LEFT + (span.to - this.range[0]) * this.scale);
      if (to < LEFT || from > width) continue;
      pen.fillStyle = COLOURS[span.name.split(" ")[0]] ?? "#999";
      const inset = span.name === "stall" || span.name === "read" ? 4 : 1; // inside of their request
      pen.fillRect(from, y + inset, Math.max(0.7, to - from), LANE - 2 * inset);
    }
    pen.fillStyle = colour("--bad");
    for (const { name, from } of lane.points) {
      const x = LEFT + (from - this.range[0]) * this.scale;
      if (x >= LEFT && (name === "reset" || name === "timer" || name === "overwritten")) pen.fillRect(x - 1, y, 2, LANE);
    }
  }

  // What is under the pointer: the shortest span, with its details.
  tell(event) {
    const lane = this.lanes?.[Math.floor(event.offsetY / LANE) - 1];
    const at = this.range[0] + (event.offsetX - LEFT) / this.scale;
    const slack = 2 / this.scale;
    const found = (lane?.spans ?? [])
      .filter((span) => span.from - slack <= at && at <= span.to + slack)
      .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
    const details = Object.entries(found?.args ?? {}).map(([name, value]) => `${name} ${value}`);
    byId("trace-details").textContent = found
      ? [`${lane.name}: ${found.name}, ${seconds((found.to - found.from) / 1e6)} at ${seconds(found.from / 1e6)}`, ...details].join(", ")
      : "";
  }

  wheel(event) {
    if (!event.ctrlKey && !event.altKey) return; // else it scrolls
    event.preventDefault();
    this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.range[0] + (event.offsetX - LEFT) / this.scale);
  }

  zoom(factor, centre = (this.range[0] + this.range[1]) / 2) {
    this.range = this.range.map((edge) => centre + (edge - centre) * factor);
    this.keepInside();
  }

  shift(part) {
    const by = (this.range[1] - this.range[0]) * part;
    this.range = this.range.map((edge) => edge + by);
    this.keepInside();
  }

  keepInside() {
    const span = Math.min(Math.max(this.range[1] - this.range[0], 10), this.end);
    const from = Math.min(Math.max(this.range[0], 0), this.end - span);
    this.range = [from, from + span];
    this.draw();
  }
}

// complain(error): shows what went wrong.
export function traceSection(complain) {
  const view = new View();
  const moves = {
    in: () => view.zoom(0.5),
    out: () => view.zoom(2),
    left: () => view.shift(-0.5),
    right: () => view.shift(0.5),
  };
  byId("trace-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      complain(null);
      await view.take();
    } catch (error) {
      complain(error);
    }
  });
  byId("trace-save").addEventListener("click", () => save("trace.json", view.buffer, "application/json"));
  for (const button of document.querySelectorAll("[data-move]"))
    button.addEventListener("click", () => moves[button.dataset.move]());
}
