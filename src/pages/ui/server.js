// SPDX-License-Identifier: BSD-2-Clause
// Requests to the pages of the daemon that served this one.

async function get(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${(await response.text()).trim()}`);
  return response;
}

export const json = async (path) => (await get(path)).json();
export const text = async (path) => (await get(path)).text();
export const binary = async (path) => (await get(path)).arrayBuffer();

// Asks for a page that takes so many seconds, and shows in a progress element how many are over.
export async function during(progress, seconds, request) {
  const began = performance.now();
  const show = () => {
    progress.value = Math.min(1, (performance.now() - began) / 1000 / seconds);
  };
  const timer = setInterval(show, 100);
  progress.value = 0;
  progress.hidden = false;
  try {
    return await request();
  } finally {
    clearInterval(timer);
    progress.hidden = true;
  }
}
