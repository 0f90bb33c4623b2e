// SPDX-License-Identifier: BSD-2-Clause
// Reads profile.proto (github.com/google/pprof, "proto"), compressed with gzip or not.

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  // Numbers of a profile are below 2^53 or of no interest; a negative one is int64.
  varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (this.at >= this.bytes.length) throw new Error("not a profile: it ends in the middle of a number");
      const byte = this.bytes[this.at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
      if (shift > 63n) throw new Error("not a profile: a number is too long");
    }
  }

  message() {
    const length = this.varint();
    if (length < 0 || this.at + length > this.bytes.length) throw new Error("not a profile: a part is missing");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  // Calls visit(field, value) for each field; a value is a number or bytes.
  each(visit) {
    while (this.at < this.bytes.length) {
      const tag = this.varint();
      const kind = tag & 7;
      if (kind === VARINT) visit(tag >> 3, this.varint());
      else if (kind === BYTES) visit(tag >> 3, this.message());
      else if (kind === FIXED64) this.at += 8;
      else if (kind === FIXED32) this.at += 4;
      else throw new Error("not a profile: an unknown kind of field");
    }
  }
}

// A message as { field: [values] }.
function fields(bytes) {
  const found = {};
  new Reader(bytes).each((field, value) => (found[field] ??= []).push(value));
  return found;
}

const number = (message, field) => message[field]?.[0] ?? 0;

// A repeated number, packed or not.
function numbers(message, field) {
  return (message[field] ?? []).flatMap((value) => {
    if (typeof value === "number") return [value];
    const reader = new Reader(value);
    const list = [];
    while (reader.at < value.length) list.push(reader.varint());
    return list;
  });
}

async function unpack(buffer) {
  const bytes = new Uint8Array(buffer);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// { types: [{ name, unit }], preferred, duration (s), time (s), samples: [{ values, frames, tags }] };
// frames have the outermost first: { name, file, line }.
export async function readProfile(buffer) {
  const profile = fields(await unpack(buffer));
  const decoder = new TextDecoder();
  const strings = (profile[6] ?? []).map((bytes) => decoder.decode(bytes));
  const types = (profile[1] ?? []).map(fields).map((type) => ({
    name: strings[number(type, 1)],
    unit: strings[number(type, 2)],
  }));
  if (types.length === 0) throw new Error("not a profile: it has no values");

  const functions = new Map((profile[5] ?? []).map(fields).map((one) => [number(one, 1), one]));
  const locations = new Map((profile[4] ?? []).map(fields).map((one) => [number(one, 1), frames(one)]));

  // Of inlined calls the innermost comes first.
  function frames(location) {
    const lines = (location[4] ?? []).map(fields);
    if (lines.length === 0) return [{ name: `0x${number(location, 3).toString(16)}`, file: "", line: 0 }];
    return lines
      .map((line) => ({ made: functions.get(number(line, 1)) ?? {}, line: number(line, 2) }))
      .map(({ made, line }) => ({ name: strings[number(made, 2)] ?? "?", file: strings[number(made, 4)] ?? "", line }));
  }

  function tags(sample) {
    const labels = (sample[3] ?? []).map(fields);
    return Object.fromEntries(
      labels.map((label) => [strings[number(label, 1)], strings[number(label, 2)] || String(number(label, 3))]),
    );
  }

  const samples = (profile[2] ?? []).map(fields).map((sample) => ({
    values: numbers(sample, 2),
    frames: numbers(sample, 1).flatMap((id) => locations.get(id) ?? []).reverse(),
    tags: tags(sample),
  }));
  const preferred = types.findIndex(({ name }) => name === strings[number(profile, 14)]);
  return {
    types,
    preferred: preferred < 0 ? types.length - 1 : preferred,
    time: number(profile, 9) / 1e9,
    duration: number(profile, 10) / 1e9,
    samples,
  };
}
