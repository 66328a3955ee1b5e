import { describe, expect, test } from "@jest/globals";
import { type AccessTokenRenewal, type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { visitorSignature } from "../../../src/client/operations.js";
import { deviceClock, refusal, type Sent, scriptedFetch, settle, signatureAnswer, tokenAnswer } from "./scripted.js";

/** Signs for whoever asks, and gives a token to whoever wants that. */
const gives = (sent: Sent) => {
  const { deviceId } = sent.body.variables;
  sent.answer(typeof deviceId === "string" ? signatureAnswer(0, deviceId) : tokenAnswer(0));
};
const signature = { authSignature: "signature-1", authSignatureExpiresAt: "1970-01-01T00:10:00.000Z" };

function client(script: (sent: Sent, index: number) => void = gives, options: Partial<AmityAuthOptions> = {}) {
  const clock = deviceClock();
  const { fetch, sent } = scriptedFetch(script);
  const auth = createAmityAuth({ endpoint: "/graphql", fetch, now: clock.now, sleep: async () => {}, ...options });
  /** Asks for a renewal as SDK 7 does, or as one that lacks a method, and gives what it was told. */
  const renew = async (without: Partial<Record<keyof AccessTokenRenewal, undefined>> = {}) => {
    const told: unknown[] = [];
    auth.sessionHandler().sessionWillRenewAccessToken({
      renewWithAuthToken: (token) => told.push(token),
      unableToRetrieveAuthToken: () => told.push("no token"),
      renewWithAuthSignature: (given) => told.push(given),
      unableToRetrieveAuthSignature: () => told.push("no signature"),
      ...without,
    } as AccessTokenRenewal);
    await settle();
    return told;
  };
  return { auth, clock, sent, renew };
}

describe("authSignature", () => {
  test("asks without a credential, for a visitor has none", async () => {
    const getCredentials = () => Promise.reject(new Error("nobody is signed in"));
    const { auth, sent } = client(gives, { region: "US", getCredentials });
    expect(await auth.authSignature("phone")).toMatchObject({ deviceId: "phone", ...signature });
    expect(sent[0]?.body).toEqual({ query: visitorSignature.query, variables: { deviceId: "phone", region: "US" } });
    expect(sent[0]?.headers.has("authorization")).toBe(false);
  });

  test("rejects a signature for another device", async () => {
    const { auth } = client(({ answer }) => answer(signatureAnswer(0, "tablet")));
    await expect(auth.authSignature("phone")).rejects.toMatchObject({ code: "BAD_RESPONSE" });
  });

  test("is cancelled by clear", async () => {
    const { auth } = client(() => {});
    const left = expect(auth.authSignature("phone")).rejects.toMatchObject({ code: "CANCELLED" });
    auth.clear();
    await left;
  });
});

describe("the session handler of a visitor", () => {
  test("renews with another signature for the device, and with nothing more", async () => {
    const { auth, renew, sent } = client();
    await auth.authSignature("phone");
    expect(await renew()).toEqual([signature]);
    expect(sent.map(({ body }) => body.variables)).toEqual([{ deviceId: "phone" }, { deviceId: "phone" }]);
  });

  test("says that it has none", async () => {
    const { auth, renew } = client(({ answer }) => answer(refusal({ code: "RATE_LIMITED", retryable: true })));
    await auth.authSignature("phone").catch(() => {});
    expect(await renew()).toEqual(["no signature"]);
  });

  test("of an SDK without visitors says that it has no token", async () => {
    const { auth, renew } = client();
    await auth.authSignature("phone");
    const version6 = { renewWithAuthSignature: undefined, unableToRetrieveAuthSignature: undefined };
    expect(await renew(version6)).toEqual(["no token"]);
  });

  test.each<[string, (auth: ReturnType<typeof createAmityAuth>) => unknown, unknown]>([
    ["who signs in renews with a token", (auth) => auth.getAuthToken(), "token-1"],
    ["who signs in by the UI kit renews with a token", (auth) => auth.getAuthTokenForUiKit(), "token-1"],
    ["whose user signs out renews with a signature", (auth) => auth.clear(), signature],
  ])("%s", async (_who, change, expected) => {
    const { auth, renew } = client();
    await auth.authSignature("phone");
    await change(auth);
    if (expected === signature) await auth.authSignature("phone");
    expect(await renew()).toEqual([expected]);
  });

  test("who signs in meanwhile gives the user's session no signature", async () => {
    const { auth, renew, sent } = client((request, index) => index === 1 || gives(request));
    await auth.authSignature("phone");
    const told = await renew();
    await auth.getAuthToken();
    sent[1]?.answer(signatureAnswer(0, "phone"));
    await settle();
    expect(told).toEqual([]);
  });
});
