import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import type { AmityUser } from "../../../src/amity/user-wire.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { type Scene, withClient } from "../../support/amity-client.js";
import { type Answer, always, inTurn, type SeenRequest } from "../../support/upstream.js";

const { EU } = RegionCode;
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`);
const idsOf = ({ url }: SeenRequest) => new URL(url, "http://amity.example").searchParams.getAll("userIds[]");

/** Everybody who is asked for. */
const everybody: Answer = (response, request) =>
  response.end(JSON.stringify({ users: idsOf(request).map((userId) => ({ userId })) }));

/** More than the gateway reads, when more users than these are asked for. */
const tooLargeBeyond =
  (most: number): Answer =>
  (response, request) =>
    (idsOf(request).length > most ? always(200, " ".repeat(262_145)) : everybody)(response, request);

/** The ids that were found, or why none were; and how many each request asked for. */
async function lookUp({ client, limits, seen }: Scene, userIds: readonly string[]) {
  const outcome = await client.listUsers(EU, userIds, limits).then(
    (users: AmityUser[]) => users.map(({ userId }) => userId),
    ({ code, reason }) => `${code}: ${reason}`,
  );
  return { outcome, asked: seen.map((request) => idsOf(request).length) };
}

describe("users whose answer is too large", () => {
  test.each([
    [11, [11, 10, 1]],
    [25, [25, 10, 10, 5]],
    [100, [100, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]],
  ])("are asked for again in parts of ten: %i", async (count, asked) => {
    await withClient(tooLargeBeyond(10), {}, async (scene) => {
      const ids = numbered(count);
      expect(await lookUp(scene, ids)).toEqual({ outcome: ids, asked });
    });
  });

  test.each([
    [10, [10]],
    [30, [30, 10]],
  ])("are given up where ten are too many: %i", async (count, asked) => {
    await withClient(tooLargeBeyond(0), {}, async (scene) => {
      const outcome = "UPSTREAM_BAD_RESPONSE: too large";
      expect(await lookUp(scene, numbered(count))).toEqual({ outcome, asked });
    });
  });

  test("are those whom Amity knows of each part", async () => {
    const answer = inTurn(tooLargeBeyond(10), always(404, '{"code":400400}'), everybody);
    await withClient(answer, {}, async (scene) => {
      const { outcome } = await lookUp(scene, numbered(20));
      expect(outcome).toEqual(numbered(20).slice(10));
    });
  });
});

test.each<[string, Answer, unknown]>([
  ["that knows none of them", always(404, '{"code":400400}'), []],
  ["without such a page", always(404, "Not Found"), "UPSTREAM_REJECTED: request refused"],
  ["that refuses the admin token", always(401, ""), "UPSTREAM_AUTH_FAILED: admin token refused"],
  ["with an answer of another kind", always(200, "{}"), "UPSTREAM_BAD_RESPONSE: no users"],
])("users are asked for once of an Amity %s", async (_what, answer, outcome) => {
  await withClient(answer, {}, async (scene) => {
    expect(await lookUp(scene, numbered(100))).toEqual({ outcome, asked: [100] });
  });
});

test("a changed user is the one of the id", async () => {
  const answer = always(200, '{"users":[{"userId":"eve"},{"userId":"bob","displayName":"Bob"}]}');
  await withClient(answer, {}, async ({ client, limits }) => {
    expect(await client.updateUser(EU, { userId: "bob" }, limits)).toMatchObject({ displayName: "Bob" });
    await expect(client.updateUser(EU, { userId: "alice" }, limits)).rejects.toMatchObject({
      code: "UPSTREAM_BAD_RESPONSE",
      reason: "another user",
    });
  });
});

test.each<[string, (scene: Scene) => Promise<unknown>]>([
  ["found", ({ client, limits }) => client.listUsers(EU, ["bob"], limits)],
  ["changed", ({ client, limits }) => client.updateUser(EU, { userId: "bob" }, limits)],
])("a field of no use of a user who was %s is told with the request", async (_how, ask) => {
  await withClient(always(200, '{"users":[{"userId":"bob","roles":1}]}'), {}, async (scene) => {
    await ask(scene);
    expect(scene.heard).toContainEqual(["unusable", EU, "users.roles", "request-1"]);
  });
});

describe("a rotation of the admin token", () => {
  const made = { adminToken: "next-admin-token", issuedAt: "2026-01-01T00:00:00Z", expiresAt: "2027-01-01T00:00:00Z" };

  test("gives the new token and its times", async () => {
    await withClient(always(200, JSON.stringify(made)), {}, async ({ client, limits }) => {
      expect(await client.rotateAdminToken(EU, limits)).toEqual({
        token: "next-admin-token",
        issuedAt: new Date(made.issuedAt),
        expiresAt: new Date(made.expiresAt),
      });
    });
  });

  test("is done with the token that is in use", async () => {
    let inUse = "admin-token-1";
    const adminToken = { ...fixed(""), current: async () => inUse };
    const keys = { apiKey: fixed("api-key"), adminToken };
    await withClient(always(200, JSON.stringify(made)), { keys }, async ({ client, limits, seen }) => {
      await client.rotateAdminToken(EU, limits);
      inUse = "admin-token-2";
      await client.rotateAdminToken(EU, limits);
      expect(seen.map(({ headers }) => headers.authorization)).toEqual([
        "Bearer admin-token-1",
        "Bearer admin-token-2",
      ]);
    });
  });

  test.each<[string, Answer, [string, boolean][]]>([
    ["was lost", (response) => response.destroy(), [["UPSTREAM_UNAVAILABLE", true]]],
    ["is a server error", always(500, ""), [["UPSTREAM_UNAVAILABLE", true]]],
    ["is a refusal", always(403, ""), [["UPSTREAM_AUTH_FAILED", false]]],
    ["puts it off", always(503, ""), Array(3).fill(["UPSTREAM_UNAVAILABLE", false])],
  ])("whose answer %s tells whether it may be done", async (_what, answer, told) => {
    await withClient(answer, {}, async ({ client, limits, seen }) => {
      const heard: unknown[] = [];
      const onAttempt = ({ outcome }: { outcome: string }, isLost: boolean) => void heard.push([outcome, isLost]);
      await client.rotateAdminToken(EU, { ...limits, onAttempt }).catch(() => {});
      expect([heard, seen.length]).toEqual([told, told.length]);
    });
  });
});
