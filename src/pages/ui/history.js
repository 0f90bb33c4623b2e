// SPDX-License-Identifier: BSD-2-Clause
// What /debug/history says, kept up to date, and the rates that charts show.

import { json } from "./server.js";

const OVERLAP = 5; // seconds that are asked for again: one may have been late

export class History {
  constructor() {
    this.columns = null;
  }

  async update() {
    const fresh = await json(`/debug/history?seconds=${this.missing()}`);
    delete fresh.interval_seconds;
    this.updated = performance.now();
    this.columns = this.columns ? merge(this.columns, fresh) : fresh;
  }

  missing() {
    const times = this.columns?.time_seconds;
    if (!times?.length) return 600;
    const gone = (performance.now() - this.updated) / 1000;
    return Math.max(1, Math.min(600, Math.ceil(gone) + OVERLAP));
  }

  get times() {
    return this.columns?.time_seconds ?? [];
  }

  value(name) {
    return this.columns[name];
  }

  // By how much a total has grown since the sample before; null for the first.
  growth(name) {
    const values = this.columns[name];
    return values.map((value, i) => (i > 0 ? Math.max(0, value - values[i - 1]) : null));
  }

  // The same for each second.
  rate(name) {
    const { times } = this;
    return this.growth(name).map((value, i) => (value === null ? null : value / (times[i] - times[i - 1])));
  }

  // Moments at which a number has changed.
  changes(name) {
    const values = this.columns?.[name] ?? [];
    return this.times.filter((_, i) => i > 0 && values[i] !== values[i - 1]);
  }
}

const KEPT = 600;

// A quantile of the first sample of a reply is unknown, so what is known already stays.
function merge(old, fresh) {
  const times = old.time_seconds;
  const last = times.length ? times[times.length - 1] : -Infinity;
  const begin = fresh.time_seconds.findIndex((time) => time > last);
  if (begin < 0) return old;
  return Object.fromEntries(
    Object.entries(fresh).map(([name, values]) => [name, [...old[name], ...values.slice(begin)].slice(-KEPT)]),
  );
}
