// SPDX-License-Identifier: BSD-2-Clause
// Numbers for people.

const grouped = new Intl.NumberFormat("en");

export function count(value) {
  return grouped.format(Math.round(value));
}

// Three digits of a value with the largest unit that fits it; those of steps ascend, and base is
// that of 0.
function scaled(value, steps, base) {
  const [factor, unit] = value === 0 ? [1, base] : (steps.findLast(([least]) => Math.abs(value) >= least) ?? steps[0]);
  const amount = value / factor;
  const size = Math.abs(amount);
  const digits = size >= 99.95 || (factor === 1 && Number.isInteger(value)) ? 0 : size >= 9.995 ? 1 : 2;
  return `${amount.toFixed(digits)}${unit && ` ${unit}`}`;
}

const BYTES = [[1, "B"], [1e3, "kB"], [1e6, "MB"], [1e9, "GB"], [1e12, "TB"]];
const SECONDS = [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"]];
const PLAIN = [[1, ""], [1e3, "k"], [1e6, "M"], [1e9, "G"]];

export const bytes = (value) => scaled(value, BYTES, "B");
export const seconds = (value) => scaled(value, SECONDS, "s");
export const plain = (value) => scaled(value, PLAIN, "");

// "3 d 4 h", "4 h 5 min", "5 min 6 s", "6 s".
export function duration(value) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  let rest = Math.max(0, Math.floor(value));
  const first = parts.findIndex(([length]) => rest >= length);
  return parts
    .slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2)
    .map(([length, unit]) => {
      const amount = Math.floor(rest / length);
      rest -= amount * length;
      return `${amount} ${unit}`;
    })
    .join(" ");
}

// Of a profile's values, by the unit that profile.proto names.
export function measured(value, unit) {
  if (unit === "nanoseconds") return seconds(value / 1e9);
  return unit === "bytes" ? bytes(value) : count(value);
}
