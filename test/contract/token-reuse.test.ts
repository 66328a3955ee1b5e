import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { testClock } from "../support/clock.js";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { type Answer, always, withUpstream } from "../support/upstream.js";

const minute = 60_000;

/** Mints token-1, token-2 and so on, until it is told to break. */
function counting(state: { broken: boolean }): Answer {
  let count = 0;
  return (response, request) => {
    if (state.broken) always(503, "")(response, request);
    else response.end(`"token-${++count}"`);
  };
}

async function withReuse(
  seconds: string,
  use: (
    tokenOf: (userId: string) => Promise<string>,
    clock: { ms: number },
    state: { broken: boolean },
  ) => Promise<void>,
): Promise<void> {
  const clock = { ms: Date.parse("2026-01-01T00:00:00Z") };
  const state = { broken: false };
  await withUpstream(counting(state), async ({ url }) => {
    const env = regionAt(url, { TOKEN_REUSE_SECONDS: seconds });
    await withGateway({ env, now: () => clock.ms, random: () => 0 }, async ({ ask }) => {
      const tokenOf = async (userId: string) => {
        const { body } = await ask("query ($u: ID) { authToken(userId: $u) { token } }", { u: userId });
        return body.data?.authToken.token ?? body.errors[0].extensions.code;
      };
      await use(tokenOf, clock, state);
    });
  });
}

describe("a minted token", () => {
  test("is handed out once by default", async () => {
    await withReuse("0", async (tokenOf) => {
      expect([await tokenOf("a"), await tokenOf("a")]).toEqual(["token-1", "token-2"]);
    });
  });

  test("is handed out again for as long as configured", async () => {
    await withReuse("60", async (tokenOf, clock) => {
      expect([await tokenOf("a"), await tokenOf("a"), await tokenOf("b")]).toEqual(["token-1", "token-1", "token-2"]);
      clock.ms += minute - 1;
      expect(await tokenOf("a")).toBe("token-1");
      clock.ms += 1;
      expect(await tokenOf("a")).toBe("token-3");
    });
  });

  test("stands in while Amity is down", async () => {
    await withReuse("60", async (tokenOf, clock, state) => {
      await tokenOf("a");
      state.broken = true;
      clock.ms += 7 * minute;
      expect(await tokenOf("a")).toBe("token-1");
      clock.ms += 1;
      expect(await tokenOf("a")).toBe("UPSTREAM_UNAVAILABLE");
    });
  });

  test("stands in for no key that Amity refused", async () => {
    let status = 200;
    const answer: Answer = (response, request) => always(status, '"a token of alice"')(response, request);
    await withUpstream(answer, async ({ url }) => {
      const clock = testClock();
      const env = regionAt(url, { TOKEN_REUSE_SECONDS: "60" });
      await withGateway({ env, ...clock, random: () => 0 }, async ({ ask }) => {
        const query = '{ authToken(userId: "alice") { token } }';
        expect((await ask(query)).body.errors).toBeUndefined();
        clock.advance(minute);
        for (const [refusal, code] of [
          [401, "UPSTREAM_AUTH_FAILED"],
          [403, "UPSTREAM_AUTH_FAILED"],
          [422, "UPSTREAM_REJECTED"],
          [302, "UPSTREAM_BAD_RESPONSE"],
        ] as const) {
          status = refusal;
          expect(errorOf(await ask(query)).extensions.code).toBe(code);
        }
        status = 503;
        expect((await ask(query)).body.errors).toBeUndefined();
      });
    });
  });

  test("promises no more life after the clock was set back", async () => {
    await withUpstream(counting({ broken: false }), async ({ url }) => {
      const clock = testClock();
      const env = regionAt(url, { TOKEN_REUSE_SECONDS: "420" });
      await withGateway({ env, ...clock }, async ({ ask }) => {
        const query = '{ authToken(userId: "a") { token expiresAt } }';
        await ask(query);
        clock.advance(minute);
        clock.setWall(-60 * minute);
        const { token, expiresAt } = (await ask(query)).body.data.authToken;
        expect([token, Date.parse(expiresAt) - clock.now()]).toEqual(["token-1", 9 * minute]);
        clock.advance(6 * minute);
        expect((await ask(query)).body.data.authToken.token).toBe("token-2");
      });
    });
  });

  test("stands in for nobody where reuse is off", async () => {
    await withReuse("0", async (tokenOf, _clock, state) => {
      await tokenOf("a");
      state.broken = true;
      expect(await tokenOf("a")).toBe("UPSTREAM_UNAVAILABLE");
    });
  });

  test("is forgotten when the key is rotated", async () => {
    const clock = { ms: Date.parse("2026-01-01T00:00:00Z") };
    const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "key");
    await writeFile(path, "canary-server-key-1");
    await withUpstream(counting({ broken: false }), async ({ url }) => {
      const env = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY_FILE: path, TOKEN_REUSE_SECONDS: "420" };
      await withGateway({ env, now: () => clock.ms }, async ({ ask }) => {
        const tokenOf = async () => (await ask('{ authToken(userId: "a") { token } }')).body.data.authToken.token;
        expect([await tokenOf(), await tokenOf()]).toEqual(["token-1", "token-1"]);
        await writeFile(path, "canary-server-key-2");
        clock.ms += 1_000;
        expect(await tokenOf()).toBe("token-2");
      });
    });
  });

  test("is never handed to another caller", async () => {
    await withUpstream(counting({ broken: false }), async ({ url }) => {
      await withGateway(callersAt(url, { TOKEN_REUSE_SECONDS: "420" }), async ({ ask }) => {
        const own = await ask("{ authToken { token } }", {}, await signedIn("alice"));
        expect(own.body.data.authToken.token).toBe("token-1");
        const stolen = await ask('{ authToken(userId: "alice") { token } }', {}, await signedIn("bob"));
        expect(errorOf(stolen).extensions.code).toBe("FORBIDDEN");
      });
    });
  });
});
