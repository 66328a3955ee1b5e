import { describe, expect, test } from "@jest/globals";
import type { GatewayErrorCode } from "../../../src/client/errors.js";
import {
  AmityAuthError,
  type AmityAuthErrorCode,
  type AmityAuthOptions,
  createAmityAuth,
} from "../../../src/client/index.js";
import type { ErrorCode } from "../../../src/errors/codes.js";
import { json, refusal, type Sent, scriptedFetch, tokenAnswer } from "./scripted.js";

const credential = "Bearer the-credential-of-alice";

/** What a call rejects with when its request is answered so. */
async function failure(script: (sent: Sent) => void, options: Partial<AmityAuthOptions> = {}): Promise<AmityAuthError> {
  const { fetch } = scriptedFetch(script);
  const endpoint = "https://gateway.example/graphql";
  const auth = createAmityAuth({ endpoint, fetch, getCredentials: () => credential, ...options });
  const error = await auth.getAuthToken().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AmityAuthError) return error;
  throw new Error(`not an AmityAuthError: ${error}`);
}

const answering = (response: Response) => failure((sent) => sent.answer(response));

/** A body that breaks off. */
function brokenBody(): Response {
  return new Response(new ReadableStream({ start: (body) => body.error(new Error("connection lost")) }));
}

type Facts = [code: AmityAuthErrorCode, retryable: boolean, retryAfterSeconds?: number | undefined, requestId?: string];

const refused = { code: "FORBIDDEN", retryable: false, requestId: "request-1" };
const limited = { code: "RATE_LIMITED", retryable: true, requestId: "request-2", retryAfterSeconds: 12 };
const shed = { code: "OVERLOADED", retryable: true };
const html = (status: number, headers: Record<string, string> = {}) =>
  new Response("<h1>Sorry</h1>", { status, headers });

const answers: [name: string, answer: Response, facts: Facts][] = [
  ["a body that breaks off", brokenBody(), ["NETWORK", true]],
  ["a refusal", refusal(refused, { status: 403 }), ["FORBIDDEN", false, undefined, "request-1"]],
  ["a refusal under status 200", refusal(refused), ["FORBIDDEN", false, undefined, "request-1"]],
  ["a limit with its time in the body", refusal(limited), ["RATE_LIMITED", true, 12, "request-2"]],
  [
    "a limit with its time in the header",
    refusal(shed, { status: 503, headers: { "retry-after": "1", "x-request-id": "request-3" } }),
    ["OVERLOADED", true, 1, "request-3"],
  ],
  ["a later gateway's code", refusal({ code: "A_NEW_CODE", retryable: true }), ["A_NEW_CODE", true]],
  ["an error without a code", json({ errors: [{ message: "no" }] }), ["BAD_RESPONSE", false]],
  ["a code that is no text", refusal({ code: ["FORBIDDEN"] }), ["BAD_RESPONSE", false]],
  ["a proxy's bad gateway", html(502), ["BAD_RESPONSE", true]],
  ["a proxy's limit", html(429, { "retry-after": "7" }), ["BAD_RESPONSE", true, 7]],
  [
    "a retry time that is a date",
    html(503, { "retry-after": "Sun, 22 Nov 2026 08:00:00 GMT" }),
    ["BAD_RESPONSE", true],
  ],
  ["a page of another server", html(404), ["BAD_RESPONSE", false]],
  ["a redirect", html(307, { location: "https://elsewhere.example/" }), ["BAD_RESPONSE", false]],
  ["an empty answer", new Response(""), ["BAD_RESPONSE", false]],
  ["a null answer", json(null), ["BAD_RESPONSE", false]],
  ["an answer without a token", json({ data: { authToken: null } }), ["BAD_RESPONSE", false]],
  ["an empty token", tokenAnswer(0, { token: "" }), ["BAD_RESPONSE", false]],
  ["a time that is none", tokenAnswer(0, { refreshAfter: "soon" }), ["BAD_RESPONSE", false]],
];

describe("the error after", () => {
  test.each(answers)(
    "%s says what happened",
    async (_name, answer, [code, retryable, retryAfterSeconds, requestId]) => {
      const error = await answering(answer);
      expect({ ...error }).toEqual({ name: "AmityAuthError", code, retryable, retryAfterSeconds, requestId });
      expect(error).toBeInstanceOf(Error);
      expect(error.message.startsWith(`${code}: `)).toBe(true);
    },
  );

  test("a connection that fails is NETWORK", async () => {
    expect(await failure((sent) => sent.fail())).toMatchObject({ code: "NETWORK", retryable: true });
  });

  test("a gateway that never answers is NETWORK", async () => {
    const deaf = { fetch: () => new Promise<Response>(() => {}), timeoutMs: 1 };
    expect(await failure(() => {}, deaf)).toMatchObject({ code: "NETWORK", retryable: true });
  });

  test("another user's token is BAD_RESPONSE", async () => {
    const { fetch } = scriptedFetch((sent) => sent.answer(tokenAnswer(0, { userId: "bob" })));
    const auth = createAmityAuth({ endpoint: "/graphql", fetch });
    await expect(auth.getAuthToken({ userId: "alice" })).rejects.toMatchObject({ code: "BAD_RESPONSE" });
  });
});

describe("getCredentials", () => {
  const never = () => {
    throw new Error("nothing may be sent");
  };

  test.each([
    ["throws", () => Promise.reject(new Error("no session")), true],
    ["never answers", () => new Promise<string>(() => {}), true],
    ["gives two lines", () => "Bearer abc\n", false],
    ["gives no text", () => "", false],
  ])("that %s is UNAUTHENTICATED, and nothing is sent", async (_name, getCredentials, retryable) => {
    const error = await failure(never, { getCredentials, timeoutMs: 5 });
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", retryable });
  });

  test("that fails leaves its own error as the cause", async () => {
    const cause = new Error("no session");
    const thrown = () => {
      throw cause;
    };
    expect((await failure(never, { getCredentials: thrown })).cause).toBe(cause);
  });
});

test("no error repeats a credential or a server's text", async () => {
  const echo = `you sent ${credential}`;
  const extensions = { code: echo, requestId: echo, retryAfterSeconds: echo };
  const headers = { "x-request-id": echo, "retry-after": echo };
  const errors = [
    await failure((sent) => sent.fail(echo)),
    await answering(json({ errors: [{ message: echo, extensions }] }, { status: 500, headers })),
    await answering(refusal({ ...refused, message: echo }, { statusText: echo })),
    await answering(new Response(echo, { status: 500, headers })),
  ];
  for (const error of errors) {
    expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toContain("the-credential");
  }
});

test("the client knows every code of the gateway", () => {
  // Proved by the compiler: a code that only one side has makes one of these `never`.
  const all: [ErrorCode] extends [GatewayErrorCode] ? true : never = true;
  const none: [GatewayErrorCode] extends [ErrorCode] ? true : never = true;
  expect([all, none]).toEqual([true, true]);
});
