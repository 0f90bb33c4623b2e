// SPDX-License-Identifier: BSD-2-Clause
// The table of connections.

import { datum } from "./dom.js";
import { bytes, count, seconds } from "./format.js";
import { json } from "./server.js";
import { Table } from "./tables.js";

const MOST = 500;

const time = (title, name) => ({
  title,
  value: (row) => row[name],
  show: (row) => datum(row[name], seconds(row[name])),
});

const COLUMNS = [
  { title: "Worker", value: (row) => row.worker },
  { title: "Generation", value: (row) => row.generation },
  { title: "Connection", value: (row) => row.connection },
  { title: "State", value: (row) => row.state },
  time("In state", "state_seconds"),
  time("Age", "age_seconds"),
  { title: "Requests", value: (row) => row.requests, show: (row) => count(row.requests) },
  { title: "Object", value: (row) => row.object },
  {
    title: "Sent of body",
    value: (row) => (row.end > 0 ? row.position / row.end : null),
    show: (row) => (row.end > 0 ? `${bytes(row.position)} of ${bytes(row.end)}` : "–"),
  },
  time("Stalled", "stalled_seconds"),
  {
    title: "Waits for",
    value: (row) => row.waits_for,
    show: (row) => (row.waits_for ? `${row.waits_for}, ${seconds(row.waits_seconds)}` : "–"),
  },
];

export class Connections {
  constructor() {
    this.table = new Table("connections-table", "Connections", COLUMNS, { sort: 5, descending: true });
  }

  async update() {
    const page = await json(`/debug/pprof/goroutine?format=json&limit=${MOST}`);
    const shown = page.connections.length;
    this.table.update(
      page.connections,
      shown < page.count ? `${count(shown)} of ${count(page.count)} connections` : `${count(shown)} connections`,
    );
  }
}
