import { describe, expect, test } from "@jest/globals";
import { type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { mints, refusal, type Sent, scriptedFetch, settle } from "./scripted.js";

const gives = mints(() => 0);
const overloaded = (more: object = {}) => refusal({ code: "OVERLOADED", retryable: true, ...more }, { status: 503 });
const forbidden = () => refusal({ code: "FORBIDDEN", retryable: false }, { status: 403 });

function client(script: (sent: Sent, index: number) => void = gives, options: Partial<AmityAuthOptions> = {}) {
  const { fetch, sent } = scriptedFetch(script);
  const waits: number[] = [];
  const failures: string[] = [];
  const auth = createAmityAuth({
    endpoint: "/graphql",
    fetch,
    sleep: async (ms) => void waits.push(ms / 1_000),
    onRenewalFailure: ({ code }) => failures.push(code),
    ...options,
  });
  // As a kit holds it: a function and nothing else.
  const { getAuthTokenForUiKit: getAuthToken } = auth;
  return { auth, sent, waits, failures, getAuthToken };
}

/** What became of a promise by now. */
async function stateOf(promise: Promise<unknown>) {
  const state = { value: "pending" as unknown };
  promise.then(
    (value) => (state.value = value),
    () => (state.value = "rejected"),
  );
  await settle();
  return state;
}

describe("the UI kit's getAuthToken", () => {
  test("gives every call a token of its own", async () => {
    const { auth, getAuthToken } = client();
    await auth.getAuthToken();
    expect(await Promise.all([getAuthToken(), getAuthToken()])).toEqual(["token-2", "token-3"]);
    expect(await getAuthToken()).toBe("token-4");
  });

  const troubles: [string, (sent: Sent) => void, number[], string[]][] = [
    ["no network", (sent) => sent.fail(), [1, 2, 4, 8, 16, 32, 60, 60], ["NETWORK", "NETWORK", "NETWORK", "NETWORK"]],
    ["a refusal", ({ answer }) => answer(forbidden()), Array(8).fill(600), Array(8).fill("FORBIDDEN")],
    [
      "a long wait",
      ({ answer }) => answer(overloaded({ retryAfterSeconds: 99_999 })),
      Array(8).fill(600),
      Array(4).fill("OVERLOADED"),
    ],
    [
      "a short wait",
      ({ answer }) => answer(overloaded({ retryAfterSeconds: 5 })),
      [5, 5, 5, 8, 16, 32, 60, 60],
      Array(4).fill("OVERLOADED"),
    ],
  ];
  test.each(troubles)("goes on through %s, and the app is told", async (_what, fails, expectedWaits, told) => {
    // The first attempt may be followed by one without `cache`, which says nothing about waits.
    let attempts = 0;
    const { getAuthToken, waits, failures } = client((sent, index) => {
      if (sent.cache) attempts++;
      return attempts <= 8 ? fails(sent) : gives(sent, index);
    });
    expect(await getAuthToken()).toMatch(/^token-/);
    expect(waits).toEqual(expectedWaits);
    expect(failures).toEqual(told);
  });

  test("goes on through credentials that fail", async () => {
    let calls = 0;
    const getCredentials = () => (++calls < 3 ? Promise.reject(new Error("offline")) : "Bearer alice");
    const { getAuthToken, waits } = client(gives, { getCredentials });
    expect(await getAuthToken()).toBe("token-1");
    expect(waits).toEqual([1, 2]);
  });

  test.each(["while it asks", "while it waits"])("answers nobody who has signed out, %s", async (moment) => {
    const wakers: (() => void)[] = [];
    const sleep = () => new Promise<void>((resolve) => void wakers.push(resolve));
    const { auth, sent, getAuthToken } = client(
      (request, index) => {
        if (index > 0) gives(request, index);
        else if (moment === "while it waits") request.answer(overloaded());
      },
      { sleep },
    );
    const state = await stateOf(getAuthToken());
    auth.clear();
    // The next user's is not held up.
    expect(await getAuthToken()).toBe("token-2");
    for (const wake of wakers) wake();
    await settle();
    expect([state.value, sent.length]).toEqual(["pending", 2]);
  });

  test("asks for one token at a time", async () => {
    const { getAuthToken, sent } = client(() => {});
    const first = getAuthToken();
    const second = getAuthToken();
    await settle();
    expect(sent).toHaveLength(1);
    if (sent[0]) gives(sent[0], 0);
    expect(await first).toBe("token-1");
    await settle();
    if (sent[1]) gives(sent[1], 1);
    expect(await second).toBe("token-2");
  });

  test("answers nobody who has become a visitor meanwhile", async () => {
    const { auth, getAuthToken, sent } = client(() => {});
    const state = await stateOf(getAuthToken());
    void auth.authSignature("phone").catch(() => {});
    if (sent[0]) gives(sent[0], 0);
    await settle();
    expect([state.value, sent.length]).toEqual(["pending", 2]);
    auth.clear();
  });

  test("does not reject when the app's own functions do", async () => {
    const fault = () => {
      throw new Error("a fault of the app");
    };
    const { getAuthToken } = client((sent) => sent.answer(forbidden()), { sleep: fault, onRenewalFailure: fault });
    expect((await stateOf(getAuthToken())).value).toBe("pending");
  });
});
