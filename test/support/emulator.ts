import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/server.js";
import type { User } from "../../src/emulator/users.js";

/** Runs a test against an emulator of its own, which is closed whatever happens. */
export async function withEmulator(
  options: EmulatorOptions,
  run: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator(options);
  try {
    await run(emulator);
  } finally {
    await emulator.close();
  }
}

/** A clock that stands still until it is moved; milliseconds since the epoch. */
export function manualClock(start = Date.UTC(2026, 0, 1)) {
  let now = start;
  const clock = () => now;
  const advance = (ms: number) => {
    now += ms;
  };
  return { clock, advance };
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The body as a JSON object; empty when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The `users` of the body. */
  readonly users: readonly User[];
}

interface Call {
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** One real HTTP request; `route` is "METHOD /path?query". */
export async function call(emulator: Emulator, route: string, { headers, body }: Call = {}): Promise<Answer> {
  const [method = "GET", path = "/"] = route.split(" ");
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get("content-type") ?? "";
  const json = contentType.startsWith("application/json") ? JSON.parse(text) : {};
  return { status: response.status, contentType, text, json, users: json.users ?? [] };
}

/** The v4 token route, with the right server key unless told otherwise. */
export function requestToken(emulator: Emulator, userId: unknown, serverKey = emulator.serverKey): Promise<Answer> {
  return call(emulator, "POST /api/v4/authentication/token", {
    headers: { "x-server-key": serverKey },
    body: { userId },
  });
}

/** A fresh auth token. */
export async function mint(emulator: Emulator, userId: string): Promise<string> {
  return JSON.parse((await requestToken(emulator, userId)).text);
}

/** A session route, with the right API key. */
export function requestSession(emulator: Emulator, body: object, version = "v3"): Promise<Answer> {
  return call(emulator, `POST /api/${version}/sessions`, { headers: { "x-api-key": emulator.apiKey }, body });
}

/** Opens a session in secure mode and returns its access token. */
export async function signIn(emulator: Emulator, userId: string, deviceId = `device of ${userId}`): Promise<string> {
  const { json } = await requestSession(emulator, { userId, deviceId, authToken: await mint(emulator, userId) });
  return String(json["accessToken"]);
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Whether an access token is alive: what the route that verifies one answers. */
export async function verify(emulator: Emulator, accessToken: string): Promise<number> {
  return (await call(emulator, "GET /api/v3/sessions", { headers: bearer(accessToken) })).status;
}

export function banOrUnban(emulator: Emulator, action: "ban" | "unban", userId: string): Promise<Answer> {
  return call(emulator, `POST /api/v2/users/${action}`, { headers: bearer(emulator.adminToken), body: { userId } });
}
