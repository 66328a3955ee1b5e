import type { Emulator } from "../../src/emulator/server.js";
import { type Answer, bearer, call } from "./emulator.js";

/** A control route with the key; `route` is "METHOD /path" below /__emulator. */
export function control(emulator: Emulator, route: string, body?: unknown): Promise<Answer> {
  const [method, path] = route.split(" ");
  return call(emulator, `${method} /__emulator${path}`, { headers: bearer(emulator.controlKey), body });
}

/** What the last requests were, the oldest first. */
export async function recorded(emulator: Emulator): Promise<readonly Record<string, unknown>[]> {
  const { json } = await control(emulator, "GET /requests");
  return json["requests"] as Record<string, unknown>[];
}

/** The last request in full. */
export async function lastRequest(emulator: Emulator): Promise<Answer> {
  const { id } = (await recorded(emulator)).at(-1) ?? {};
  return control(emulator, `GET /requests/${id}`);
}

/** The events of one stream, read one after another. */
export async function openEvents(emulator: Emulator) {
  const stop = new AbortController();
  const response = await fetch(`${emulator.url}/__emulator/events`, {
    headers: bearer(emulator.controlKey),
    signal: stop.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  /** The next event, or undefined when the stream has ended. */
  const next = async (): Promise<{ name: string; data: Record<string, unknown> } | undefined> => {
    for (;;) {
      const [, whole = "", name = "", data = ""] = /^(?:retry: \d+\n\n)?(event: (.*)\ndata: (.*)\n\n)/.exec(text) ?? [];
      if (whole !== "") {
        text = text.slice(text.indexOf(whole) + whole.length);
        return { name, data: JSON.parse(data) };
      }
      const part = await reader?.read();
      if (!part || part.done) return undefined;
      text += part.value;
    }
  };
  return { status: response.status, headers: response.headers, next, close: () => stop.abort() };
}
