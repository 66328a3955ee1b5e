import { describe, expect, test } from "@jest/globals";
import { type AmityAuthError, type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { deviceClock, mints, refusal, type Sent, scriptedFetch, settle, tokenAnswer } from "./scripted.js";

/** What the SDK gives its handler; it notes what it was told. */
function renewal(fault: { renew?: () => unknown; unable?: () => void } = {}) {
  const told: string[] = [];
  return {
    told,
    renewWithAuthToken(token: string) {
      told.push(token);
      return fault.renew?.() as undefined;
    },
    unableToRetrieveAuthToken() {
      told.push("unable");
      fault.unable?.();
    },
  };
}

/** A client whose gateway answers by the script, and which notes its waits instead of waiting. */
function client(script?: (sent: Sent, index: number) => void, options: Partial<AmityAuthOptions> = {}) {
  const clock = deviceClock();
  const waits: number[] = [];
  const failures: AmityAuthError[] = [];
  const { fetch, sent } = scriptedFetch(script ?? mints(clock.now));
  const auth = createAmityAuth({
    endpoint: "/graphql",
    fetch,
    now: clock.now,
    elapsed: clock.elapsed,
    sleep: async (ms) => void waits.push(ms / 1_000),
    onRenewalFailure: (error) => failures.push(error),
    ...options,
  });
  /** Asks for a renewal as the SDK does, and waits until it is answered. */
  const renew = async (fault?: Parameters<typeof renewal>[0]) => {
    const asked = renewal(fault);
    auth.sessionHandler().sessionWillRenewAccessToken(asked);
    await settle();
    return asked.told;
  };
  return { auth, clock, sent, waits, failures, renew };
}

const overloaded = (more: object = {}) => refusal({ code: "OVERLOADED", retryable: true, ...more }, { status: 503 });
const failing = (sent: Sent) => sent.answer(overloaded());

describe("the session handler", () => {
  test("renews with a token fresh from the gateway", async () => {
    const { auth, renew } = client();
    await auth.getAuthToken();
    expect(await renew()).toEqual(["token-2"]);
  });

  test("renews with a token that nobody else gets", async () => {
    const { auth, renew, sent } = client(() => {});
    const told = renew();
    const call = auth.getAuthToken();
    await told;
    sent[0]?.answer(tokenAnswer(Date.now()));
    sent[1]?.answer(tokenAnswer(Date.now(), { token: "token-2" }));
    expect(sent).toHaveLength(2);
    expect([(await call).token, (await auth.getAuthToken()).token]).toEqual(["token-2", "token-2"]);
  });

  test("waits longer before each of its attempts", async () => {
    const { clock, renew, waits, failures } = client((sent, index) =>
      index < 4 ? failing(sent) : mints(clock.now)(sent, index),
    );
    expect(await renew()).toEqual(["token-5"]);
    expect(waits).toEqual([1, 2, 4, 8]);
    expect(failures).toEqual([]);
  });

  test("gives up after five attempts and says why", async () => {
    const { renew, sent, failures } = client(failing);
    expect(await renew()).toEqual(["unable"]);
    expect(sent).toHaveLength(5);
    expect(failures).toMatchObject([{ code: "OVERLOADED" }]);
  });

  test("does not repeat what cannot succeed", async () => {
    const { renew, sent, failures } = client((sent) => sent.answer(refusal({ code: "FORBIDDEN", retryable: false })));
    expect(await renew()).toEqual(["unable"]);
    expect(sent).toHaveLength(1);
    expect(failures).toMatchObject([{ code: "FORBIDDEN" }]);
  });

  test.each([
    [5, [5, 5, 5, 8]],
    [61, []],
  ])("waits %i seconds when asked, but no minute", async (retryAfterSeconds, expected) => {
    const { renew, waits } = client((sent) => sent.answer(overloaded({ retryAfterSeconds })));
    expect(await renew()).toEqual(["unable"]);
    expect(waits).toEqual(expected);
  });

  test("is one object for all logins", () => {
    const { auth } = client();
    expect(auth.sessionHandler()).toBe(auth.sessionHandler());
  });
});

describe("of renewals that two timers of the SDK ask for", () => {
  test("the second is left alone during the first", async () => {
    const { auth, renew, sent } = client();
    const second = renewal();
    const first = renew();
    auth.sessionHandler().sessionWillRenewAccessToken(second);
    expect(await first).toEqual(["token-1"]);
    expect(second.told).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  test.each([0, 0.9, -0.9])("the second is left alone %d minutes later", async (minutes) => {
    const { clock, renew } = client();
    await renew();
    clock.advance(minutes);
    expect(await renew()).toEqual([]);
  });

  test.each([10, -10])("the second is answered %d minutes later", async (minutes) => {
    const { clock, renew } = client();
    await renew();
    clock.advance(minutes);
    expect(await renew()).toEqual(["token-2"]);
  });
});

describe("after clear, a renewal", () => {
  test("is ignored until somebody asks for a token", async () => {
    const { auth, clock, renew } = client();
    auth.clear();
    expect(await renew()).toEqual([]);
    await auth.getAuthToken();
    clock.advance(10);
    expect(await renew()).toEqual(["token-2"]);
  });

  test.each(["while it waits", "while it asks"])("begun before never gets an answer, %s", async (moment) => {
    let wake: () => void = () => {};
    const sleep = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });
    const { auth, renew, failures } = client(moment === "while it waits" ? failing : () => {}, { sleep });
    const told = await renew();
    auth.clear();
    await auth.getAuthToken({ signal: AbortSignal.abort() }).catch(() => {}); // the next user
    wake();
    await settle();
    expect([told, failures]).toEqual([[], []]);
  });
});

describe("the handler neither throws nor rejects when", () => {
  const fault = () => {
    throw new Error("a fault of the app or the SDK");
  };
  const rejection = async () => fault();

  test.each([
    ["renewing throws", { renew: fault }],
    ["renewing rejects", { renew: rejection }],
    ["renewing throws and giving up too", { renew: fault, unable: fault }],
  ])("%s", async (_name, faults) => {
    expect(await client().renew(faults)).toEqual(["token-1", "unable"]);
  });

  test.each<[string, Partial<AmityAuthOptions>]>([
    ["the app's log throws", { onRenewalFailure: fault }],
    ["the app's sleep rejects", { sleep: rejection }],
    ["the app's credentials fail", { getCredentials: rejection }],
  ])("%s", async (_name, options) => {
    expect(await client(failing, options).renew()).toEqual(["unable"]);
  });
});
