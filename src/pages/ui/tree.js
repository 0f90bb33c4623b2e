// SPDX-License-Identifier: BSD-2-Clause
// A profile as a tree of calls, and what can be made of it.

// { name, value, self, delta, children }: value with all that is called, self without.
function node(name, file = "") {
  return { name, file, value: 0, self: 0, base: 0, children: [] };
}

function child(parent, frame) {
  let found = parent.children.find(({ name, file }) => name === frame.name && file === frame.file);
  if (!found) parent.children.push((found = node(frame.name, frame.file)));
  return found;
}

function add(root, profile, value, group, field) {
  for (const sample of profile.samples) {
    const amount = sample.values[value] ?? 0;
    const groups = group ? [{ name: `${group} ${sample.tags[group] ?? "–"}`, file: "" }] : [];
    let at = root;
    at[field] += amount;
    for (const frame of [...groups, ...sample.frames]) {
      at = child(at, frame);
      at[field] += amount;
    }
    if (field === "value") at.self += amount;
  }
}

// value: an index of profile.types; group: a label whose values become the outermost frames, or
// "". With a base, of the same kind, each node has delta, by how much it has grown.
export function callTree(profile, value, group, base) {
  const root = node("all");
  add(root, profile, value, group, "value");
  if (base) {
    const index = base.types.findIndex(({ name }) => name === profile.types[value].name);
    if (index < 0) throw new Error(`the base has no ${profile.types[value].name}`);
    add(root, base, index, group, "base");
    walk(root, (at) => {
      at.delta = at.value - at.base;
    });
  }
  return root;
}

export function walk(at, visit, path = []) {
  visit(at, path);
  for (const one of at.children) walk(one, visit, [...path, one.name]);
}

// What is below 0, as in a difference, has no width.
export function positive(at) {
  return { ...at, children: at.children.filter(({ value }) => value > 0).map(positive) };
}

// "main;worker_run;send 1234" for each stack with a value of its own.
export function folded(root) {
  const lines = [];
  walk(root, (at, path) => {
    if (at.self !== 0 && path.length > 0) lines.push(`${path.map((name) => name.replaceAll(";", ":")).join(";")} ${at.self}`);
  });
  return lines.sort().join("\n") + "\n";
}

// Each function once: { name, file, flat, cum, delta }. A recursion counts once.
export function functionsOf(root) {
  const rows = new Map();
  const sum = (at, above) => {
    const key = `${at.name}\0${at.file}`;
    const row = rows.get(key) ?? { name: at.name, file: at.file, flat: 0, cum: 0, delta: null };
    rows.set(key, row);
    row.flat += at.self;
    if (!above.has(key)) {
      row.cum += at.value;
      if (at.delta !== undefined) row.delta += at.delta;
    }
    for (const one of at.children) sum(one, new Set(above).add(key));
  };
  for (const one of root.children) sum(one, new Set());
  return [...rows.values()];
}
