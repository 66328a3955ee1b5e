import { describe, expect, test } from "@jest/globals";
import { type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { deviceClock, mints, refusal, scriptedFetch, settle, tokenAnswer } from "./scripted.js";

const endpoint = "https://gateway.example/graphql";

/** A client whose requests are answered at once by a gateway with the same clock. */
function client(options: Partial<AmityAuthOptions> = {}) {
  const clock = deviceClock();
  const { fetch, sent } = scriptedFetch(mints(clock.now));
  return {
    auth: createAmityAuth({ endpoint, fetch, now: clock.now, elapsed: clock.elapsed, ...options }),
    clock,
    sent,
  };
}

/** A client whose requests wait for the test. */
function waitingClient(options: Partial<AmityAuthOptions> = {}) {
  const { fetch, sent } = scriptedFetch();
  const { now } = deviceClock();
  const answer = (index: number, token = `token-${index + 1}`) => sent[index]?.answer(tokenAnswer(now(), { token }));
  return { auth: createAmityAuth({ endpoint, fetch, now, ...options }), sent, answer };
}

describe("equal calls", () => {
  test("share one request while it is under way", async () => {
    const { auth, sent, answer } = waitingClient();
    const calls = [auth.getAuthToken(), auth.getAuthToken(), auth.getAuthToken({ forceRefresh: true })];
    await settle();
    answer(0);
    expect((await Promise.all(calls)).map(({ token }) => token)).toEqual(["token-1", "token-1", "token-1"]);
    expect(sent).toHaveLength(1);
  });

  test("share the failure but do not remember it", async () => {
    const { auth, sent, answer } = waitingClient();
    const calls = [auth.getAuthToken(), auth.getAuthToken()];
    const refused = Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ code: "OVERLOADED" })));
    await settle();
    sent[0]?.answer(refusal({ code: "OVERLOADED", retryable: true }, { status: 503 }));
    await refused;
    const again = auth.getAuthToken();
    await settle();
    answer(1);
    expect((await again).token).toBe("token-2");
  });

  test("get one token object that nobody can change", async () => {
    const { auth } = client();
    expect(Object.isFrozen(await auth.getAuthToken())).toBe(true);
  });

  test("for different users do not share", async () => {
    const { auth, sent } = client();
    const calls = [auth.getAuthToken({ userId: "alice" }), auth.getAuthToken()];
    expect((await Promise.all(calls)).map(({ token }) => token)).toEqual(["token-1", "token-2"]);
    expect(sent.map(({ body }) => body.variables)).toEqual([{ userId: "alice" }, {}]);
  });
});

describe("a token", () => {
  test("is reused until refreshAfter and no longer", async () => {
    const { auth, clock } = client();
    const tokenNow = async () => (await auth.getAuthToken()).token;
    expect(await tokenNow()).toBe("token-1");
    clock.advance(7.9);
    expect(await tokenNow()).toBe("token-1");
    clock.advance(0.1);
    expect(await tokenNow()).toBe("token-2");
  });

  test("is not reused when a fresh one is wanted", async () => {
    const { auth } = client();
    await auth.getAuthToken();
    expect((await auth.getAuthToken({ forceRefresh: true })).token).toBe("token-2");
    expect((await auth.getAuthToken()).token).toBe("token-2");
  });

  // Minutes by which the device's clock is ahead, age of the token when the gateway hands it out, minutes of reuse.
  test.each([
    ["an hour behind", -60, 0, 8],
    ["right", 0, 0, 8],
    ["two minutes ahead", 2, 0, 6],
    ["an hour ahead", 60, 0, 8],
    ["right, and the token five minutes old", 0, 5, 3],
  ])("on a clock that is %s lives no longer than it should", async (_name, ahead, age, minutes) => {
    const clock = deviceClock();
    const { fetch, sent } = scriptedFetch(mints(() => clock.now() - (ahead + age) * 60_000));
    const auth = createAmityAuth({ endpoint, fetch, now: clock.now });
    await auth.getAuthToken();
    clock.advance(minutes - 0.1);
    await auth.getAuthToken();
    expect(sent).toHaveLength(1);
    clock.advance(0.1);
    await auth.getAuthToken();
    expect(sent).toHaveLength(2);
  });

  test("is not trusted when the clock was set back", async () => {
    const { auth, clock, sent } = client();
    await auth.getAuthToken();
    clock.jump(-1);
    await auth.getAuthToken();
    expect(sent).toHaveLength(2);
  });
});

describe("other credentials", () => {
  test("never get the former user's token", async () => {
    let user = "alice";
    const { auth, sent } = client({ getCredentials: () => `Bearer ${user}` });
    const tokenOf = async (name: string) => {
      user = name;
      return (await auth.getAuthToken()).token;
    };
    expect(await tokenOf("alice")).toBe("token-1");
    expect(await tokenOf("bob")).toBe("token-2");
    expect(await tokenOf("bob")).toBe("token-2");
    expect(await tokenOf("alice")).toBe("token-3");
    const headers = sent.map(({ headers }) => headers.get("authorization"));
    expect(headers).toEqual(["Bearer alice", "Bearer bob", "Bearer alice"]);
  });

  test("do not join a request under way", async () => {
    let user = "alice";
    const { auth, answer } = waitingClient({ getCredentials: async () => `Bearer ${user}` });
    const first = auth.getAuthToken();
    await settle();
    user = "bob";
    const second = auth.getAuthToken();
    await settle();
    answer(1, "bob's");
    answer(0, "alice's");
    expect((await first).token).toBe("alice's");
    expect((await second).token).toBe("bob's");
    expect((await auth.getAuthToken()).token).toBe("bob's");
  });
});
