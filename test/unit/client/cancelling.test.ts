import { describe, expect, test } from "@jest/globals";
import { createAmityAuth } from "../../../src/client/index.js";
import { scriptedFetch, settle, tokenAnswer } from "./scripted.js";

const endpoint = "https://gateway.example/graphql";
const cancelled = { name: "AmityAuthError", code: "CANCELLED", retryable: false };

function client(getCredentials?: () => Promise<string>) {
  const { fetch, sent } = scriptedFetch();
  return { auth: createAmityAuth({ endpoint, fetch, ...(getCredentials && { getCredentials }) }), sent };
}

describe("an aborted call", () => {
  test("leaves those who share its request alone", async () => {
    const { auth, sent } = client();
    const leaver = new AbortController();
    const left = expect(auth.getAuthToken({ signal: leaver.signal })).rejects.toMatchObject(cancelled);
    const staying = auth.getAuthToken({ signal: new AbortController().signal });
    await settle();
    leaver.abort();
    await left;
    expect(sent[0]?.signal?.aborted).toBe(false);
    sent[0]?.answer(tokenAnswer(0));
    expect((await staying).token).toBe("token-1");
  });

  test("ends the request when nobody else waits", async () => {
    const { auth, sent } = client();
    const callers = [new AbortController(), new AbortController()];
    const calls = callers.map(({ signal }) => expect(auth.getAuthToken({ signal })).rejects.toMatchObject(cancelled));
    await settle();
    callers[0]?.abort();
    await calls[0];
    expect(sent[0]?.signal?.aborted).toBe(false);
    callers[1]?.abort();
    await calls[1];
    expect(sent[0]?.signal?.aborted).toBe(true);
  });

  test("does not spoil the next call", async () => {
    const { auth, sent } = client();
    const leaver = new AbortController();
    const left = expect(auth.getAuthToken({ signal: leaver.signal })).rejects.toMatchObject(cancelled);
    await settle();
    leaver.abort();
    const next = auth.getAuthToken();
    await left;
    await settle();
    sent[1]?.answer(tokenAnswer(0, { token: "token-2" }));
    expect((await next).token).toBe("token-2");
  });

  test("sends nothing when it was aborted before", async () => {
    const { auth, sent } = client();
    await expect(auth.getAuthToken({ signal: AbortSignal.abort() })).rejects.toMatchObject(cancelled);
    await settle();
    expect(sent).toHaveLength(0);
  });

  test("does not wait for credentials that never come", async () => {
    const { auth, sent } = client(() => new Promise(() => {}));
    const leaver = new AbortController();
    const left = expect(auth.getAuthToken({ signal: leaver.signal })).rejects.toMatchObject(cancelled);
    leaver.abort();
    await left;
    expect(sent).toHaveLength(0);
  });
});

describe("clear", () => {
  test("cancels every call and its request", async () => {
    const { auth, sent } = client();
    const left = expect(auth.getAuthToken()).rejects.toMatchObject(cancelled);
    await settle();
    auth.clear();
    await left;
    expect(sent[0]?.signal?.aborted).toBe(true);
  });

  test("sends nothing for credentials that come later", async () => {
    let give: (credential: string) => void = () => {};
    const { auth, sent } = client(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const left = expect(auth.getAuthToken()).rejects.toMatchObject(cancelled);
    await settle();
    give("Bearer alice");
    auth.clear();
    await left;
    await settle();
    expect(sent).toHaveLength(0);
  });

  test("forgets the token", async () => {
    const { auth, sent } = client();
    const first = auth.getAuthToken();
    await settle();
    sent[0]?.answer(tokenAnswer(Date.now()));
    await first;
    auth.clear();
    const second = auth.getAuthToken();
    await settle();
    sent[1]?.answer(tokenAnswer(Date.now(), { token: "token-2" }));
    expect((await second).token).toBe("token-2");
  });
});
