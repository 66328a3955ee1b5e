// What the emulator holds and was asked, as far as this page knows it.

import { ask } from "./api.js";
import { h } from "./dom.js";

const maxRequests = 500;
/** What changes within this time is fetched at once. Milliseconds. */
const quietMs = 200;
const noteMs = 5_000;

const listeners = [];

/** `listener` runs whenever something may have to be drawn anew. */
export function onChange(listener) {
  listeners.push(listener);
}

function changed() {
  for (const listener of listeners) listener();
}

/** Everything that is shown. `skew`: how far the emulator's clock is ahead of this one. Milliseconds. */
export const page = {
  state: undefined,
  requests: [],
  details: new Map(),
  find: "",
  skew: 0,
  get now() {
    return Date.now() + this.skew;
  },
  act,
};

/** Sends a change and tells how it went. Gives whether it was done. */
export async function act(method, path, body, done) {
  try {
    await ask(method, path, body);
    tell(done);
    return true;
  } catch (error) {
    tell(error.message, "bad");
    return false;
  }
}

function tell(text, tone = "") {
  const note = h("p", { class: `notice ${tone}` }, text);
  document.getElementById("notes").append(note);
  setTimeout(() => note.remove(), noteMs);
}

let isFetching = false;
let isStale = false;

/** Fetches what the emulator holds, once for many changes. */
export async function refresh() {
  if (isFetching) {
    isStale = true;
    return;
  }
  isFetching = true;
  isStale = false;
  try {
    const asked = Date.now();
    page.state = await ask("GET", `/state?find=${encodeURIComponent(page.find)}`);
    page.skew = Date.parse(page.state.now) - (asked + Date.now()) / 2;
    changed();
  } catch (error) {
    if (error.status !== 401) tell(error.message, "bad");
  }
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  isFetching = false;
  if (isStale) refresh();
}

export async function fetchRequests() {
  const { requests } = await ask("GET", "/requests");
  page.requests = requests;
  page.details.clear();
  changed();
}

export async function fetchDetails(id) {
  const full = await ask("GET", `/requests/${id}`).catch(() => undefined);
  if (!full) return;
  page.details.set(id, full);
  changed();
}

/** Takes in a request that has begun or ended. */
export function takeRequest(request) {
  const index = page.requests.findLastIndex(({ id }) => id === request.id);
  if (index >= 0) page.requests[index] = request;
  else page.requests.push(request);
  page.requests.splice(0, page.requests.length - maxRequests);
  page.details.delete(request.id);
  changed();
}

/** Looks for something else in all lists. */
export function seek(text) {
  page.find = text;
  changed();
  refresh();
}
