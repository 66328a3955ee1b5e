// Speaks with the emulator. The key came behind a #, is kept for this tab alone, and goes into one header.

const stored = "emulator-control-key";
const root = "/__emulator";
const retryMs = 1_000;

/** Takes the key out of the address, where people would copy it along. */
export function takeKey() {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (key === undefined) return;
  keepKey(decodeURIComponent(key).trim());
  history.replaceState(null, "", location.pathname);
}

export function keepKey(key) {
  sessionStorage.setItem(stored, key);
}

export function hasKey() {
  return sessionStorage.getItem(stored) !== null;
}

/** The emulator refused; the message says why, and `status` is HTTP's. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a request and gives the JSON of its answer. Rejects with Refusal, or as fetch does. */
export async function ask(method, path, body) {
  return (await send(method, path, body)).json();
}

async function send(method, path, body) {
  const response = await fetch(`${root}${path}`, {
    method,
    // Only what Latin-1 has can stand in a header: anything else is no key of an emulator's.
    headers: {
      authorization: `Bearer ${(sessionStorage.getItem(stored) ?? "").replaceAll(/[^\x21-\x7e]/g, "")}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const { message, data } = await response.json().catch(() => ({ message: response.statusText }));
  throw new Refusal(response.status, data?.detail?.join(" ") ?? message);
}

/**
 * Follows the emulator's events until it refuses the key. `onOpen` runs at each beginning, when everything may have
 * changed; `onEvent` takes a name and its data; `onClosed` takes what went wrong.
 */
export async function follow({ onOpen, onEvent, onClosed }) {
  for (;;) {
    try {
      const response = await send("GET", "/events");
      onOpen();
      await readEvents(response.body, onEvent);
      onClosed(new Error("The emulator has stopped."));
    } catch (error) {
      onClosed(error);
      if (error.status === 401) return;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function readEvents(body, onEvent) {
  let text = "";
  for await (const part of readable(body.pipeThrough(new TextDecoderStream()))) {
    const blocks = (text + part).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.has("event")) onEvent(fields.get("event"), JSON.parse(fields.get("data")));
    }
  }
}

/** Not every browser can walk through a stream by itself. */
async function* readable(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
