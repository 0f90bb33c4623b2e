// SPDX-License-Identifier: BSD-2-Clause
// A flame graph as a picture of its own, without scripts.

const WIDTH = 1200;
const ROW = 17;
const LETTER = 6.6; // how wide one is

const escape = (text) =>
  text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);

// The same name has the same colour everywhere.
function colour(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 997;
  return `hsl(${10 + (hash % 45)} 85% ${62 + (hash % 17)}%)`;
}

function depth(at) {
  return 1 + Math.max(0, ...at.children.map(depth));
}

// show(value): a value in words.
export function svg(root, title, show) {
  const height = (depth(root) + 2) * ROW;
  const parts = [];
  const draw = (at, x, level) => {
    const width = (at.value / root.value) * WIDTH;
    if (width < 0.3) return;
    const y = height - (level + 1) * ROW;
    const letters = Math.floor((width - 4) / LETTER);
    const label = letters < 3 ? "" : at.name.length > letters ? `${at.name.slice(0, letters - 1)}…` : at.name;
    const share = ((100 * at.value) / root.value).toFixed(1);
    parts.push(
      `<g><title>${escape(at.name)}: ${escape(show(at.value))}, ${share} %</title>` +
        `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colour(at.name)}"/>` +
        `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escape(label)}</text></g>`,
    );
    let left = x;
    for (const one of at.children) {
      draw(one, left, level + 1);
      left += (one.value / root.value) * WIDTH;
    }
  };
  if (root.value > 0) draw(root, 0, 0);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/><text x="4" y="${ROW - 4}" font-size="13">${escape(title)}</text>` +
    `${parts.join("\n")}</svg>\n`
  );
}
