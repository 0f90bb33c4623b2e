// SPDX-License-Identifier: BSD-2-Clause
// The section that takes profiles, or opens saved ones, and shows them as a flame graph and a
// table. Everything shown and saved is made of the same profile.

import { byId, fill, save } from "./dom.js";
import { measured } from "./format.js";
import { readProfile } from "./pprof.js";
import { binary, during } from "./server.js";
import { svg } from "./svg.js";
import { Table } from "./tables.js";
import { callTree, folded, functionsOf, positive } from "./tree.js";

const ZOOM_MS = 150; // of the animation; for those who do not mind

// window: it takes its seconds; since: 0 of them mean since the start.
const PAGES = [
  { page: "profile", title: "CPU time", window: true },
  { page: "wall", title: "event loops (wall clock)", window: true },
  { page: "block", title: "waits" },
  { page: "mutex", title: "waits for locks" },
  { page: "heap", title: "memory in use" },
  { page: "allocs", title: "allocations" },
  { page: "residence", title: "memory of objects" },
  { page: "goroutine", title: "connections" },
];

const COLUMNS = [
  { title: "Function", value: (row) => row.name },
  { title: "Self", value: (row) => row.flat, show: (row) => row.words(row.flat) },
  { title: "Self, %", value: (row) => row.share(row.flat) },
  { title: "Total", value: (row) => row.cum, show: (row) => row.words(row.cum) },
  { title: "Total, %", value: (row) => row.share(row.cum) },
  { title: "Change", value: (row) => row.delta, show: (row) => (row.delta === null ? "–" : row.words(row.delta)) },
  { title: "File", value: (row) => row.file },
];

class View {
  constructor() {
    this.profile = null;
    this.base = null;
    this.table = new Table("profile-table", "Functions", COLUMNS, { sort: 1, descending: true });
    fill(byId("profile-page"), PAGES.map(({ page, title }) => [page, title]));
    byId("profile-page").addEventListener("change", () => this.suggest());
    this.suggest();
  }

  get page() {
    return PAGES.find(({ page }) => page === byId("profile-page").value);
  }

  // Without a window, most profiles are of all time.
  suggest() {
    const { page, window: takes } = this.page;
    const none = page === "residence" || page === "goroutine";
    byId("profile-seconds").disabled = none;
    byId("profile-seconds").min = takes ? 1 : 0;
    byId("profile-seconds").value = takes ? 5 : 0;
    byId("profile-seconds").title = takes || none ? "" : "0: since the start";
  }

  async take() {
    const { page } = this.page;
    const seconds = byId("profile-seconds").disabled ? 0 : byId("profile-seconds").valueAsNumber;
    const window = seconds > 0 ? `&seconds=${seconds}` : "";
    const path = `/debug/pprof/${page}?format=proto&worker=${byId("profile-worker").value}${window}`;
    byId("profile-take").disabled = true;
    try {
      await this.open(await during(byId("profile-progress"), seconds || 0.2, () => binary(path)), page);
    } finally {
      byId("profile-take").disabled = false;
    }
  }

  async open(buffer, name) {
    this.profile = await readProfile(buffer);
    this.buffer = buffer;
    this.name = name;
    const { types, preferred } = this.profile;
    fill(byId("profile-value"), types.map((type, i) => [String(i), type.name]));
    byId("profile-value").value = String(preferred);
    byId("profile-result").hidden = false;
    this.show();
  }

  async openBase(buffer) {
    this.base = await readProfile(buffer);
    byId("profile-compare").disabled = false;
    byId("profile-compare").checked = true;
    if (this.profile) this.show();
  }

  get type() {
    return this.profile.types[Number(byId("profile-value").value)];
  }

  words(value) {
    return measured(value, this.type.unit);
  }

  show() {
    const base = byId("profile-compare").checked ? this.base : null;
    this.tree = callTree(this.profile, Number(byId("profile-value").value), byId("profile-group").value, base);
    this.draw(base !== null);
    this.list();
    const samples = this.profile.samples.length;
    const window = this.profile.duration > 0 ? `, ${this.profile.duration.toFixed(1)} s` : "";
    byId("profile-about").textContent = samples
      ? `${this.type.name}: ${this.words(this.tree.value)} in ${samples} stacks${window}` +
        (base ? `; the base has ${this.words(this.tree.base)}; red has grown, blue has shrunk` : "")
      : "There is nothing: no samples in this profile";
  }

  draw(compared) {
    const place = byId("flame");
    place.replaceChildren();
    this.chart = null;
    if (this.tree.value <= 0) return;
    this.chart = flamegraph()
      .width(place.clientWidth)
      .cellHeight(18)
      .minFrameSize(1)
      .transitionDuration(0)
      .setColorMapper((frame, usual) => (compared && !frame.highlight ? this.shade(frame.data) : usual))
      .setLabelHandler(({ data, value }) => this.label(data, value));
    this.chart.setDetailsElement(byId("flame-details"));
    d3.select(place).datum(positive(this.tree)).call(this.chart);
    this.chart.transitionDuration(matchMedia("(prefers-reduced-motion)").matches ? 0 : ZOOM_MS);
    this.search();
  }

  // Red for what has grown, blue for what has shrunk, by how much of the whole it is.
  shade({ delta }) {
    const part = Math.min(1, Math.abs(delta) / Math.max(this.tree.value, this.tree.base, 1));
    const light = 92 - 42 * Math.sqrt(part);
    return delta === 0 ? "hsl(0 0% 88%)" : `hsl(${delta > 0 ? 5 : 215} 85% ${light}%)`;
  }

  label(data, value) {
    const share = ((100 * value) / this.tree.value).toFixed(1);
    const change = data.delta === undefined ? "" : `, ${data.delta < 0 ? "" : "+"}${this.words(data.delta)}`;
    return `${data.name}: ${this.words(value)}, ${share} %${change}${data.file && ` (${data.file})`}`;
  }

  list() {
    const total = this.tree.value;
    const share = (value) => (total > 0 ? Math.round((1000 * value) / total) / 10 : null);
    const words = (value) => this.words(value);
    this.table.update(functionsOf(this.tree).map((row) => ({ ...row, share, words })));
  }

  search() {
    const words = byId("profile-search").value;
    if (!this.chart) return;
    if (words) this.chart.search(words);
    else this.chart.clear();
  }

  save(kind) {
    const title = `tiffd ${this.name}, ${this.type.name}`;
    const table = () =>
      functionsOf(this.tree)
        .sort((a, b) => b.flat - a.flat || b.cum - a.cum)
        .map((row) => `${this.words(row.flat).padStart(10)} ${this.words(row.cum).padStart(10)}  ${row.name}`);
    const contents = {
      "pb.gz": () => [this.buffer, "application/octet-stream"],
      txt: () => [`${title}\n      flat        cum\n${table().join("\n")}\n`, "text/plain"],
      folded: () => [folded(this.tree), "text/plain"],
      svg: () => [svg(positive(this.tree), title, (value) => this.words(value)), "image/svg+xml"],
    };
    save(`${this.name}.${kind}`, ...contents[kind]());
  }
}

// complain(error): shows what went wrong.
export function profileSection(complain) {
  const view = new View();
  const on = (id, event, act) =>
    byId(id).addEventListener(event, async (happening) => {
      try {
        complain(null);
        await act(happening);
      } catch (error) {
        complain(error);
      }
    });
  const file = (input) => input.files[0].arrayBuffer();

  on("profile-form", "submit", (event) => {
    event.preventDefault();
    return view.take();
  });
  on("profile-file", "change", async ({ target }) => view.open(await file(target), target.files[0].name));
  on("profile-base", "change", async ({ target }) => view.openBase(await file(target)));
  on("profile-keep", "click", () => view.openBase(view.buffer));
  for (const id of ["profile-value", "profile-group", "profile-compare"]) on(id, "change", () => view.show());
  on("profile-search", "input", () => view.search());
  on("profile-reset", "click", () => view.chart?.resetZoom());
  for (const button of document.querySelectorAll("[data-save]"))
    button.addEventListener("click", () => view.save(button.dataset.save));
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (view.tree && entry.contentRect.width !== width) view.draw(byId("profile-compare").checked);
    width = entry.contentRect.width;
  }).observe(byId("flame"));
}
