import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import { callersAt, signedIn } from "../support/callers.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { type SeenRequest, withUpstream } from "../support/upstream.js";

const upsert = "mutation ($input: UpsertUserInput!) { upsertUser(input: $input) { userId } }";
const [write, roles, mint] = ["amity:users:write", "amity:users:roles", "amity:mint:any"];

const keys = {
  minter: createApiKey({ id: "minter", scopes: [mint] }),
  writer: createApiKey({ id: "writer", scopes: [write], userIdPrefix: "shop-" }),
  curator: createApiKey({ id: "curator", scopes: [write, roles] }),
  reader: createApiKey({ id: "reader", scopes: [], userIdPrefix: "shop-" }),
};

/** A gateway that knows these keys and signed-in users, before an Amity that knows everybody. */
async function withCallers(
  use: (ask: TestGateway["ask"], seen: readonly SeenRequest[]) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const path = join(folder, "keys.json");
  await writeFile(path, JSON.stringify(Object.values(keys).map(({ entry }) => entry)));
  const settings = {
    AUTH_MODE: "jwt,apikey",
    AUTH_API_KEYS_FILE: path,
    AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
    USER_PROFILES: "on",
    ...env,
  };
  try {
    await withUpstream(
      (response, { method, url, body }) => {
        const ids = new URL(url, "http://amity.example").searchParams.getAll("userIds[]");
        const named = method === "PUT" ? [JSON.parse(body).userId] : ids;
        response.end(JSON.stringify({ users: named.map((userId) => ({ userId })) }));
      },
      ({ url, seen }) => withGateway(callersAt(url, settings), ({ ask }) => use(ask, seen)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const key = (name: keyof typeof keys) => async () => ({ authorization: `ApiKey ${keys[name].credential}` });
const user = (scope: string) => () => signedIn("alice", { scope });

describe("a user is changed", () => {
  test.each<[string, () => Promise<Record<string, string>>, object]>([
    ["by a key with the scope, within its prefix", key("writer"), { userId: "shop-1", displayName: "S" }],
    ["without roles where they are null", key("writer"), { userId: "shop-1", roles: null }],
    ["with roles by a key with both scopes", key("curator"), { userId: "bob", roles: ["moderator"] }],
    ["by a token with the scope, for another", user(`openid ${write}`), { userId: "bob" }],
    ["with roles by a token with both scopes", user(`${write} ${roles}`), { userId: "bob", roles: [] }],
  ])("%s", async (_by, headers, input) => {
    await withCallers(async (ask, seen) => {
      const { userId } = input as { userId: string };
      expect((await ask(upsert, { input }, await headers())).body).toEqual({ data: { upsertUser: { userId } } });
      expect(seen).toHaveLength(1);
    });
  });
});

describe("nobody is changed", () => {
  test.each<[string, () => Promise<Record<string, string>>, object]>([
    ["by a key with the right to mint", key("minter"), { userId: "shop-1" }],
    ["by a key beyond its prefix", key("writer"), { userId: "bob" }],
    ["with roles by a key for users alone", key("writer"), { userId: "shop-1", roles: ["admin"] }],
    ["with no roles by a key for users alone", key("writer"), { userId: "shop-1", roles: [] }],
    ["by a signed-in user", user("openid"), { userId: "bob" }],
    ["by a signed-in user for himself", user("openid"), { userId: "alice" }],
    ["by a token with all scopes for its own user", user(`${write} ${roles} ${mint}`), { userId: "alice" }],
    ["by a token with the right to mint", user(mint), { userId: "bob" }],
    ["by a token for roles alone", user(roles), { userId: "bob", roles: [] }],
    ["by a token with a part of the scope", user("amity:users"), { userId: "bob" }],
  ])("%s", async (_by, headers, input) => {
    await withCallers(async (ask, seen) => {
      const answered = await ask(upsert, { input }, await headers());
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([403, "FORBIDDEN"]);
      expect(answered.body).not.toHaveProperty("data");
      expect(seen).toEqual([]);
    });
  });

  test("by the right to change them alone when it is asked for a token", async () => {
    await withCallers(async (ask, seen) => {
      const answered = await ask('{ authToken(userId: "bob") { token } }', {}, await key("curator")());
      expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
      expect(seen).toEqual([]);
    });
  });

  test("where one of two may not be", async () => {
    await withCallers(async (ask, seen) => {
      const query =
        'mutation { a: upsertUser(input: { userId: "shop-1" }) { userId } b: upsertUser(input: { userId: "bob" }) { userId } }';
      expect((await ask(query, {}, await key("writer")())).status).toBe(403);
      expect(seen).toEqual([]);
    });
  });
});

test.each<[string, () => Promise<Record<string, string>>]>([
  ["a signed-in user", user("openid")],
  ["a service key of another prefix and no scope", key("reader")],
])("%s may look anybody up", async (_who, headers) => {
  await withCallers(async (ask) => {
    const query = '{ user(userId: "bob") { userId } users(userIds: ["carol"]) { userId } }';
    const { body } = await ask(query, {}, await headers());
    expect(body).toEqual({ data: { user: { userId: "bob" }, users: [{ userId: "carol" }] } });
  });
});

test("looking up takes a point of the rate limit for each root field", async () => {
  await withCallers(
    async (ask) => {
      const query = '{ user(userId: "bob") { userId } users(userIds: ["bob"]) { userId } }';
      expect((await ask(query, {}, await signedIn("alice"))).status).toBe(200);
      const answered = await ask(query, {}, await signedIn("alice"));
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([429, "RATE_LIMITED"]);
    },
    { RATE_LIMIT_USER: "3" },
  );
});
