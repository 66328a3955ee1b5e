import { describe, expect, test } from "@jest/globals";
import { createAmityAuth } from "../../../src/client/index.js";
import { mints, type Sent, scriptedFetch } from "./scripted.js";

const endpoint = "https://gateway.example/graphql";
const answering = mints(() => 0);
/** What Cloudflare's Workers say, the older and the newer ones, and a fetch that says nothing in particular. */
const refusals = [
  "The 'cache' field on 'RequestInitializerDict' is not implemented.",
  "Unsupported cache mode: no-store",
  "Illegal invocation",
];

/** What the requests said about caches, and what became of the calls. */
async function outcomesOf(calls: number, script: (sent: Sent, index: number) => void) {
  const { fetch, sent } = scriptedFetch(script);
  const auth = createAmityAuth({ endpoint, fetch });
  const outcomes: string[] = [];
  for (let call = 0; call < calls; call++) {
    const token = auth.getAuthToken({ forceRefresh: true });
    outcomes.push(
      await token.then(
        ({ token }) => token,
        ({ code }) => code,
      ),
    );
  }
  return { modes: sent.map(({ cache }) => cache), outcomes };
}

describe("requests", () => {
  test("ask every cache to stand aside", async () => {
    expect((await outcomesOf(2, answering)).modes).toStrictEqual(["no-store", "no-store"]);
  });

  test.each(refusals)("go without where fetch refuses: %s", async (message) => {
    const { modes, outcomes } = await outcomesOf(2, (sent, index) =>
      sent.cache ? sent.fail(message) : answering(sent, index),
    );
    expect(modes).toStrictEqual(["no-store", undefined, "no-store", undefined]);
    expect(outcomes).toStrictEqual(["token-2", "token-4"]);
  });

  test("go without where fetch throws at once", async () => {
    const { fetch: scripted } = scriptedFetch(answering);
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (Object(init).cache) throw new TypeError(refusals[0]);
      return scripted(input, init);
    };
    expect((await createAmityAuth({ endpoint, fetch }).getAuthToken()).token).toBe("token-1");
  });

  test("are not repeated once fetch has taken it", async () => {
    const { modes, outcomes } = await outcomesOf(2, (sent, index) => (index ? sent.fail() : answering(sent, index)));
    expect([modes, outcomes]).toStrictEqual([
      ["no-store", "no-store"],
      ["token-1", "NETWORK"],
    ]);
  });

  test("are not repeated when nobody waits any more", async () => {
    const leaver = new AbortController();
    const { fetch, sent } = scriptedFetch(() => leaver.abort());
    const left = createAmityAuth({ endpoint, fetch }).getAuthToken({ signal: leaver.signal });
    await expect(left).rejects.toMatchObject({ code: "CANCELLED" });
    expect(sent).toHaveLength(1);
  });
});
