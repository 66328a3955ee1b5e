import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { type Emulator, type EmulatorOptions, type FaultInput, startEmulator } from "../../src/emulator/server.js";
import type { User } from "../../src/emulator/users.js";
import type { Credential } from "./certificates.js";

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

/** Runs a test against an emulator where one thing goes wrong. */
export function withFault(fault: FaultInput, run: (emulator: Emulator) => Promise<void>): Promise<void> {
  return withEmulator({ faults: [fault] }, run);
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

/** What a raw client saw of one exchange. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface RawCall extends Call {
  /** The client's certificate, over HTTPS. */
  readonly credential?: Credential | undefined;
}

/**
 * One request by Node's own client on a connection of its own, trusting the emulator's authority over HTTPS; `route` is
 * "METHOD /path?query". Rejects with Node's error when the connection breaks, the body's included.
 */
export function rawCall(emulator: Emulator, route: string, { headers, body, credential }: RawCall = {}) {
  const [method = "GET", path = "/"] = route.split(" ");
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    method,
    agent: false,
    maxHeaderSize: 2_000_000,
    headers: { ...(text !== undefined && jsonHeaders(text)), ...headers },
  };
  const url = `${emulator.url}${path}`;
  return new Promise<RawAnswer>((resolve, reject) => {
    const request =
      emulator.ca === undefined
        ? httpRequest(url, options)
        : httpsRequest(url, { ...options, ...credential, ca: emulator.ca });
    request.on("error", reject).on("response", (response) => {
      const { statusCode = 0, headers } = response;
      textOf(response).then((text) => resolve({ status: statusCode, headers, text }), reject);
    });
    request.end(text);
  });
}

function jsonHeaders(text: string) {
  return { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
}

/** How an exchange ended: its status, or the code of Node's error. */
export function outcome(answer: Promise<RawAnswer>): Promise<number | string> {
  return answer.then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

/** The v4 token route by a raw client, with the right server key. */
export function rawToken(emulator: Emulator, credential?: Credential): Promise<RawAnswer> {
  return rawCall(emulator, "POST /api/v4/authentication/token", {
    headers: { "x-server-key": emulator.serverKey },
    body: { userId: "alice" },
    credential,
  });
}

/** What came over a bare connection, and how it ended within a while. */
export interface Bytes {
  readonly head: string;
  readonly body: string;
  readonly end: "closed" | "reset" | "open";
}

/** Asks for a token on a bare connection, and looks at it until it ends or `waitMs` are over. */
export async function tokenBytes(
  emulator: Emulator,
  { waitMs = 10_000, more = "", until = () => false }: TokenBytesOptions = {},
): Promise<Bytes> {
  const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
  const query = "/api/v3/authentication/token?userId=alice";
  socket.write(`GET ${query} HTTP/1.1\r\nhost: x\r\nx-server-key: ${emulator.serverKey}\r\n${more}\r\n`);
  let received = "";
  const ended = new Promise<Bytes["end"]>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (until(received)) resolve("open");
    });
    socket.on("end", () => resolve("closed")).on("error", () => resolve("reset"));
  });
  const end = await Promise.race([ended, setTimeout(waitMs, "open" as const, { ref: false })]);
  socket.destroy();
  const [head = "", ...body] = received.split("\r\n\r\n");
  return { head, body: body.join("\r\n\r\n"), end };
}

export interface TokenBytesOptions {
  /** How long to listen when nothing ends the answer. Milliseconds. */
  readonly waitMs?: number;
  /** Further header lines. */
  readonly more?: string;
  /** What has come is enough. */
  readonly until?: (received: string) => boolean;
}
