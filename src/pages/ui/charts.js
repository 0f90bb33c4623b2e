// SPDX-License-Identifier: BSD-2-Clause
// The charts of the last minutes: a table of what they show, drawn by uPlot.

import { byId, element } from "./dom.js";
import { bytes, plain, seconds } from "./format.js";

const HEIGHT = 120;

// Of both arrays, element by element; null where the second is 0.
function ratio(above, below, factor) {
  return above.map((value, i) => (value === null || !below[i] ? null : (value / below[i]) * factor));
}

const CHARTS = [
  { title: "Requests per second", format: plain, series: [["", (h) => h.rate("requests_total")]] },
  { title: "Sent per second", format: bytes, series: [["", (h) => h.rate("sent_bytes_total")]] },
  {
    title: "CPU time per gigabyte",
    format: seconds,
    series: [["", (h) => ratio(h.growth("cpu_seconds_total"), h.growth("sent_bytes_total"), 1e9)]],
  },
  {
    title: "CPU time per second",
    format: seconds,
    series: [
      ["user", (h) => h.rate("user_cpu_seconds_total")],
      ["system", (h) => h.rate("system_cpu_seconds_total")],
    ],
  },
  {
    title: "Time to first byte",
    format: seconds,
    series: [
      ["50 %", (h) => h.value("time_to_first_byte_p50_seconds")],
      ["99 %", (h) => h.value("time_to_first_byte_p99_seconds")],
    ],
  },
  {
    title: "Time to last byte",
    format: seconds,
    series: [
      ["50 %", (h) => h.value("transfer_p50_seconds")],
      ["99 %", (h) => h.value("transfer_p99_seconds")],
    ],
  },
  { title: "Connections", format: plain, series: [["", (h) => h.value("connections")]] },
  {
    title: "Waits per second",
    format: plain,
    series: [
      ["for clients", (h) => h.rate("stalls_total")],
      ["for disks", (h) => h.rate("reads_total")],
    ],
  },
  { title: "Memory (PSS)", format: bytes, series: [["", (h) => h.value("pss_bytes")]] },
];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Dashed lines where a reload or a new worker was.
function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.setLineDash([4, 4]);
  for (const [name, times] of marks) {
    ctx.strokeStyle = colour(name);
    for (const time of times) {
      const x = Math.round(plot.valToPos(time, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
  }
  ctx.restore();
}

// "14:05", or with seconds where they matter.
function clock(time) {
  const text = new Date(time * 1000).toTimeString();
  return time % 60 ? text.slice(0, 8) : text.slice(0, 5);
}

class Chart {
  constructor(plan, owner) {
    this.plan = plan;
    this.owner = owner;
    this.values = element("span", { class: "values" });
    this.place = element("div", { role: "img" });
    this.figure = element("figure", {}, element("figcaption", {}, element("span", {}, plan.title), this.values));
    this.figure.append(this.place);
  }

  options() {
    const { format, series } = this.plan;
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: this.place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: "charts" }, drag: { setScale: false, x: false, y: false } },
      scales: { x: { range: () => this.owner.range() }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
      axes: [{ ...axis, size: 24, values: (_, splits) => splits.map(clock), incrs: [10, 60, 120, 300] }, { ...axis, size: 62, values: (_, splits) => splits.map(format) }],
      series: [
        {},
        ...series.map(([label], i) => ({
          label,
          stroke: colour(i === 0 ? "--first" : "--second"),
          width: 1.5,
          points: { size: 4 },
        })),
      ],
      hooks: {
        draw: [(plot) => drawMarks(plot, this.owner.marks)],
        setCursor: [(plot) => this.show(plot.cursor.idx)],
      },
    };
  }

  // The data at a moment, by default the newest, in words.
  show(index) {
    const at = index ?? this.data[0].length - 1;
    const words = this.plan.series.map(([label], i) => {
      const value = this.data[i + 1][at];
      return `${label} ${value === null || value === undefined ? "–" : this.plan.format(value)}`.trim();
    });
    this.values.replaceChildren(...words.map((word, i) => element("span", { class: `series-${i}` }, word)));
    if (index === null || index === undefined)
      this.place.setAttribute("aria-label", `${this.plan.title}: ${words.join(", ")}`);
  }

  update(history) {
    this.data = [history.times, ...this.plan.series.map(([, values]) => values(history))];
    if (this.plot) this.plot.setData(this.data);
    else this.plot = new uPlot(this.options(), this.data, this.place);
    this.show(this.plot.cursor.idx);
  }

  // With other colours or another width.
  redraw() {
    this.plot?.destroy();
    this.plot = null;
  }
}

export class Charts {
  constructor(history) {
    this.history = history;
    this.marks = [];
    this.charts = CHARTS.map((plan) => new Chart(plan, this));
    byId("chart-grid").append(...this.charts.map((chart) => chart.figure));
    byId("span").addEventListener("change", () => this.update());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(byId("chart-grid"));
  }

  range() {
    const { times } = this.history;
    const end = times.length ? times[times.length - 1] : Date.now() / 1000;
    return [end - Number(byId("span").value), end];
  }

  update() {
    if (this.history.times.length === 0) return;
    this.marks = [
      ["--text", this.history.changes("generation")],
      ["--bad", this.history.changes("restarts_total")],
    ];
    for (const chart of this.charts) chart.update(this.history);
  }

  redraw() {
    for (const chart of this.charts) chart.redraw();
    this.update();
  }
}
