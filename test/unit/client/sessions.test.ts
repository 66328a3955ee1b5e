import { describe, expect, test } from "@jest/globals";
import { type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { createSession } from "../../../src/client/operations.js";
import { refusal, type Sent, scriptedFetch, sessionAnswer, settle } from "./scripted.js";

/** Another session for each request. */
const opens = (sent: Sent, index: number) => sent.answer(sessionAnswer(0, { accessToken: `access-${index + 1}` }));
const overloaded = (more: object = {}) => refusal({ code: "OVERLOADED", retryable: true, ...more }, { status: 503 });

function client(script: (sent: Sent, index: number) => void = opens, options: Partial<AmityAuthOptions> = {}) {
  const { fetch, sent } = scriptedFetch(script);
  const waits: number[] = [];
  const failures: string[] = [];
  const auth = createAmityAuth({
    endpoint: "/graphql",
    fetch,
    deviceId: "phone",
    sleep: async (ms) => void waits.push(ms / 1_000),
    onRenewalFailure: ({ code }) => failures.push(code),
    ...options,
  });
  const renew = () => auth.accessTokenHandler().onTokenRenew("alice");
  return { auth, sent, waits, failures, renew };
}

describe("createSession", () => {
  test("asks with the credential for the client's device and region", async () => {
    const { auth, sent } = client(opens, { region: "SG", getCredentials: () => "Bearer alice" });
    const { accessToken, refreshToken } = await auth.createSession({ displayName: "Alice" });
    expect([accessToken, refreshToken]).toEqual(["access-1", null]);
    const input = { displayName: "Alice", deviceId: "phone", region: "SG" };
    expect(sent[0]?.body).toEqual({ query: createSession.query, variables: { input } });
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer alice");
  });

  test("opens one for each call, on the device that was given", async () => {
    const { auth, sent } = client();
    const calls = [auth.createSession(), auth.createSession({ deviceId: "tablet" })];
    expect((await Promise.all(calls)).map(({ accessToken }) => accessToken)).toEqual(["access-1", "access-2"]);
    expect(sent.map(({ body }) => Object(body.variables["input"]).deviceId)).toEqual(["phone", "tablet"]);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ["no deviceId", () => createAmityAuth({ endpoint: "/graphql" }).createSession(), "BAD_USER_INPUT"],
    ["a refusal", () => client(({ answer }) => answer(overloaded())).auth.createSession(), "OVERLOADED"],
    [
      "another user's session",
      () => client(({ answer }) => answer(sessionAnswer(0, { userId: "bob" }))).auth.createSession({ userId: "alice" }),
      "BAD_RESPONSE",
    ],
    [
      "a session without an access token",
      () => client(({ answer }) => answer(sessionAnswer(0, { accessToken: "" }))).auth.createSession(),
      "BAD_RESPONSE",
    ],
  ])("rejects: %s", async (_what, call, code) => {
    await expect(call()).rejects.toMatchObject({ name: "AmityAuthError", code });
  });

  test("ends with the user's stay, and its request too", async () => {
    const { auth, sent } = client(() => {});
    const left = expect(auth.createSession()).rejects.toMatchObject({ code: "CANCELLED" });
    await settle();
    auth.clear();
    await left;
    expect(sent[0]?.signal?.aborted).toBe(true);
  });
});

describe("the access token handler", () => {
  test("is one object, and renews for the SDK's user", async () => {
    const { auth, sent, renew } = client();
    expect(auth.accessTokenHandler()).toBe(auth.accessTokenHandler());
    expect(await renew()).toBe("access-1");
    expect(sent[0]?.body.variables).toEqual({ input: { userId: "alice", deviceId: "phone" } });
  });

  test("renews for one user apart from another", async () => {
    const { auth, sent } = client((asked, index) => {
      const { userId } = Object(asked.body.variables["input"]);
      asked.answer(sessionAnswer(0, { userId, accessToken: `access-${index + 1}` }));
    });
    const { onTokenRenew } = auth.accessTokenHandler();
    expect(await Promise.all(["alice", "bob"].map(onTokenRenew))).toEqual(["access-1", "access-2"]);
    expect(sent.map(({ body }) => Object(body.variables["input"]).userId)).toEqual(["alice", "bob"]);
  });

  test("opens one session for calls at once, and another later", async () => {
    const { renew } = client();
    expect(await Promise.all([renew(), renew()])).toEqual(["access-1", "access-1"]);
    expect(await renew()).toBe("access-2");
  });

  test("goes on while a try may help, and says so from the fifth failure", async () => {
    const { renew, waits, failures } = client((sent, index) =>
      index < 8 ? sent.answer(overloaded(index === 7 ? { retryAfterSeconds: 90 } : {})) : opens(sent, index),
    );
    expect(await renew()).toBe("access-9");
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 90]);
    expect(failures).toEqual(["OVERLOADED", "OVERLOADED", "OVERLOADED", "OVERLOADED"]);
  });

  test("rejects when no try would help, and may be asked again", async () => {
    const { renew, failures } = client((sent, index) =>
      index === 0 ? sent.answer(refusal({ code: "USER_BANNED", retryable: false })) : opens(sent, index),
    );
    await expect(renew()).rejects.toMatchObject({ code: "USER_BANNED" });
    expect(failures).toEqual(["USER_BANNED"]);
    expect(await renew()).toBe("access-2");
  });

  test.each(["while it asks", "while it waits"])("gives nobody a session after clear, %s", async (moment) => {
    let wake: () => void = () => {};
    const sleep = () => new Promise<void>((resolve) => (wake = resolve));
    const script = (sent: Sent) => moment === "while it waits" && sent.answer(overloaded());
    const { auth, sent, renew } = client(script, { sleep });
    const left = expect(renew()).rejects.toMatchObject({ code: "CANCELLED" });
    await settle();
    auth.clear();
    const next = expect(auth.createSession()).rejects.toMatchObject({ name: "AmityAuthError" });
    wake();
    await settle();
    auth.clear();
    await next;
    await left;
    expect(sent.map(({ body }) => Object(body.variables["input"]).userId)).toEqual(["alice", undefined]);
  });

  test("renews nothing while nobody is there", async () => {
    const { auth, sent, renew } = client();
    auth.clear();
    await expect(renew()).rejects.toMatchObject({ code: "CANCELLED" });
    expect(sent).toHaveLength(0);
    await auth.createSession();
    expect(await renew()).toBe("access-2");
  });
});
