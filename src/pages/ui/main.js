// SPDX-License-Identifier: BSD-2-Clause
// The dashboard: asks the daemon for its numbers as long as the page is visible.

import { Charts } from "./charts.js";
import { Connections } from "./connections.js";
import { byId } from "./dom.js";
import { History } from "./history.js";
import { profileSection } from "./profile.js";
import { text, json } from "./server.js";
import { OBJECTS_MAX, Status } from "./status.js";
import { traceSection } from "./trace.js";

const EVERY = 1000; // ms

const history = new History();
const charts = new Charts(history);
const status = new Status();
const connections = new Connections();

async function update() {
  await history.update();
  charts.update();
  status.update(await json(`/debug/vars?limit=${OBJECTS_MAX}`));
  await connections.update();
}

function complain(error) {
  byId("trouble").textContent = error ? `The daemon does not respond: ${error.message}` : "";
  byId("trouble").className = "bad";
}

async function run() {
  if (!document.hidden && !byId("paused").checked) {
    try {
      await update();
      complain(null);
    } catch (error) {
      complain(error);
    }
    document.documentElement.dataset.updates = Number(document.documentElement.dataset.updates ?? 0) + 1;
  }
  setTimeout(run, EVERY);
}

// The place of a section for what went wrong in it.
const complainIn = (section) => (error) => {
  byId(section).querySelector(".trouble").textContent = error ? error.message : "";
};

profileSection(complainIn("profile"));
traceSection(complainIn("trace"));

byId("configuration").addEventListener("toggle", async ({ target }) => {
  if (!target.open) return;
  try {
    target.querySelector("pre").textContent = await text("/debug/config");
  } catch (error) {
    complain(error);
  }
});

run();
