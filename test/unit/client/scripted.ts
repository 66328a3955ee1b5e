import type { AuthToken, Session } from "../../../src/client/index.js";

const minuteMs = 60_000;

/** One request that the client sent. */
export interface Sent {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: { readonly query: string; readonly variables: Record<string, unknown> };
  readonly signal: AbortSignal | null | undefined;
  /** How it wants caches to behave. */
  readonly cache: unknown;
  answer(response: Response): void;
  /** The way that fetch fails. */
  fail(message?: string): void;
}

type Answer = (sent: Sent, index: number) => void;

/** A fetch that answers by the script; without one, a request waits until the test answers it. */
export function scriptedFetch(script: Answer = () => {}) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = (input, init) =>
    new Promise((answer, reject) => {
      const request: Sent = {
        url: String(input),
        method: init?.method,
        headers: new Headers(init?.headers),
        body: JSON.parse(String(init?.body)),
        signal: init?.signal,
        cache: Object(init)["cache"],
        answer,
        fail: (message = "fetch failed") => reject(new TypeError(message)),
      };
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      script(request, sent.push(request) - 1);
    });
  return { fetch, sent };
}

/** Answers each request with a token of its own: token-1, token-2 and so on. */
export const mints = (now: () => number, more: Partial<AuthToken> = {}): Answer => {
  return (sent, index) => sent.answer(tokenAnswer(now(), { token: `token-${index + 1}`, ...more }));
};

/** The gateway's answer with a token that was issued at this time by its clock. */
export function tokenAnswer(issuedAt: number, more: Partial<AuthToken> = {}, init: ResponseInit = {}): Response {
  const token = { token: "token-1", userId: "alice", region: "EU", ...timesFrom(issuedAt), ...more };
  return json({ data: { authToken: token } }, init);
}

/** The gateway's answer with a session. */
export function sessionAnswer(issuedAt: number, more: Partial<Session> = {}): Response {
  const tokens = { accessToken: "access-1", refreshToken: null, userId: "alice", region: "EU", userType: "SIGNED_IN" };
  return json({ data: { createSession: { ...tokens, ...timesFrom(issuedAt), ...more } } });
}

/** The gateway's answer with a signature for a device. */
export function signatureAnswer(issuedAt: number, deviceId: string): Response {
  const { expiresAt, refreshAfter } = timesFrom(issuedAt);
  const signature = { deviceId, authSignature: "signature-1", authSignatureExpiresAt: expiresAt, refreshAfter };
  return json({ data: { visitorSignature: { ...signature, region: "EU" } } });
}

function timesFrom(issuedAt: number) {
  const at = (minutes: number) => new Date(issuedAt + minutes * minuteMs).toISOString();
  return { issuedAt: at(0), expiresAt: at(10), refreshAfter: at(8) };
}

/** The gateway's answer with an error. */
export function refusal(extensions: object, init: ResponseInit = {}): Response {
  return json({ errors: [{ message: "what the gateway says", extensions }], data: null }, init);
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  return Response.json(body, init);
}

/** The device's clocks, which stand still until they are moved. Minutes. */
export function deviceClock(start = Date.UTC(2026, 0, 1)) {
  let time = start;
  let elapsed = 0;
  const jump = (minutes: number) => {
    time += minutes * minuteMs;
  };
  const passUnseen = (minutes: number) => {
    elapsed += minutes * minuteMs;
  };
  return {
    now: () => time,
    elapsed: () => elapsed,
    /** Time passes. */
    advance: (minutes: number) => {
      jump(minutes);
      passUnseen(minutes);
    },
    /** The wall clock is set, or the device sleeps and the other clock with it. */
    jump,
    /** Time passes, and the wall clock is set back to where it was. */
    passUnseen,
  };
}

/** Lets everything that is not waiting for the test come to its end. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
