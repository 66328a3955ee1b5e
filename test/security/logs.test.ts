import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { type TestGateway, withGateway } from "../support/gateway.js";
import { always, likeAmity, withUpstream } from "../support/upstream.js";

const alice = "alice@example.com";

function linesOf({ logged }: TestGateway, message: string): Record<string, unknown>[] {
  return logged.map((line) => JSON.parse(line)).filter((line) => line.message === message);
}

/** Lets a signed-in caller ask, and gives the gateway whose log can be read. */
async function afterAsking(
  query: string,
  env: Record<string, string>,
  read: (gateway: TestGateway) => void,
): Promise<void> {
  await withUpstream(likeAmity({ accessToken: "a", users: [{ userId: alice }] }), async ({ url }) => {
    await withGateway(callersAt(url, env), async (gateway) => {
      await gateway.ask(query, {}, { ...(await signedIn(alice)), "x-request-id": "request-1" });
      read(gateway);
    });
  });
}

describe("the access log", () => {
  test("has one line without the user's name", async () => {
    await afterAsking("{ authToken { token } }", {}, (gateway) => {
      const hash = createHash("sha256").update(alice).digest("hex").slice(0, 16);
      expect(linesOf(gateway, "request")).toEqual([
        {
          level: "info",
          message: "request",
          requestId: "request-1",
          method: "POST",
          path: "/graphql",
          status: 200,
          ms: expect.any(Number),
          address: "127.0.0.1",
          caller: `user:${hash}`,
        },
      ]);
    });
  });

  test("names the user where that is wanted", async () => {
    await afterAsking("{ regions { code } }", { LOG_USER_IDS: "plain" }, (gateway) => {
      expect(linesOf(gateway, "request")[0]).toMatchObject({ caller: `user:${alice}` });
    });
  });

  test("repeats no path that a client made up", async () => {
    await withGateway({}, async (gateway) => {
      await gateway.send("/secret-in-the-path?token=secret");
      expect(linesOf(gateway, "request")[0]).toMatchObject({ path: "other", status: 404 });
    });
  });
});

test("a refused credential is logged with its reason", async () => {
  await withUpstream(always(200, '"t"'), async ({ url }) => {
    await withGateway(callersAt(url), async (gateway) => {
      const headers = await signedIn(alice, { aud: "another", exp: 1 });
      await gateway.ask("{ regions { code } }", {}, { authorization: `${headers["authorization"]}x` });
      expect(linesOf(gateway, "credential refused")[0]).toMatchObject({
        reason: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
      });
    });
  });
});

test.each([
  ["refuses", always(422, '{"code":422000}'), { code: "UPSTREAM_REJECTED", amity: { status: 422, code: 422_000 } }],
  ["answers nonsense", always(200, "<html>"), { code: "UPSTREAM_BAD_RESPONSE", problem: "not an auth token" }],
])("a call that Amity %s is logged with its place", async (_what, answer, facts) => {
  await withUpstream(answer, async ({ url }) => {
    await withGateway(callersAt(url), async (gateway) => {
      await gateway.ask("{ authToken { token } }", {}, { ...(await signedIn(alice)), "x-request-id": "request-1" });
      expect(linesOf(gateway, "a call to Amity failed")).toEqual([
        {
          level: "warn",
          message: "a call to Amity failed",
          requestId: "request-1",
          region: "EU",
          operation: "mintAuthToken",
          ...facts,
        },
      ]);
    });
  });
});
