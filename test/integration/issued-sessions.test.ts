import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import type { Emulator } from "../../src/emulator/server.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { banOrUnban, signIn, verify, withEmulator } from "../support/emulator.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";

const operation = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");
const [status, revoke, revokeAll, create] = [
  operation("session-status"),
  operation("revoke-session"),
  operation("revoke-user-sessions"),
  operation("create-session"),
];

async function withBoth(
  use: (gateway: TestGateway, emulator: Emulator) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await withEmulator({}, async (emulator) => {
    const keys = {
      AMITY_SG_BASE_URL: emulator.url,
      AMITY_SG_API_KEY: emulator.apiKey,
      AMITY_SG_SERVER_KEY: emulator.serverKey,
      AMITY_SG_ADMIN_TOKEN: emulator.adminToken,
    };
    await withGateway({ env: { ...keys, ...env } }, (gateway) => use(gateway, emulator));
  });
}

async function stateOf({ ask }: TestGateway, accessToken: string): Promise<[string, string | null]> {
  const { state, userId } = (await ask(status, { accessToken })).body.data.sessionStatus;
  return [state, userId];
}

test("a session is active until another user takes its device", async () => {
  await withBoth(async (gateway, emulator) => {
    const alices = await signIn(emulator, "alice", "shared");
    expect(await stateOf(gateway, alices)).toEqual(["ACTIVE", "alice"]);
    const bobs = await signIn(emulator, "bob", "shared");
    expect(await stateOf(gateway, alices)).toEqual(["INVALID", null]);
    expect(await stateOf(gateway, bobs)).toEqual(["ACTIVE", "bob"]);
  });
});

test("a session of a banned user is told apart", async () => {
  await withBoth(async (gateway, emulator) => {
    const token = await signIn(emulator, "alice");
    await banOrUnban(emulator, "ban", "alice");
    expect(await stateOf(gateway, token)).toEqual(["BANNED", null]);
    await banOrUnban(emulator, "unban", "alice");
    expect(await stateOf(gateway, token)).toEqual(["ACTIVE", "alice"]);
  });
});

test("a revoked session is dead, and its user's others live on", async () => {
  await withBoth(async ({ ask }, emulator) => {
    const [phone, laptop] = [await signIn(emulator, "alice", "phone"), await signIn(emulator, "alice", "laptop")];
    const end = async () => (await ask(revoke, { accessToken: phone })).body.data.revokeSession.revoked;
    expect([await end(), await end()]).toEqual([true, false]);
    expect([await verify(emulator, phone), await verify(emulator, laptop)]).toEqual([401, 200]);
  });
});

test("one user's sessions end and nobody else's while others mint", async () => {
  await withBoth(async ({ ask }, emulator) => {
    const ids = Array.from({ length: 60 }, (_, i) => `user-${i}`);
    const tokens = new Map<string, string[]>();
    for (const id of ids)
      tokens.set(id, [await signIn(emulator, id, `${id} 1`), await signIn(emulator, id, `${id} 2`)]);
    const ended = ids.filter((_, i) => i % 3 === 0);
    const work = ids.map((userId) =>
      ended.includes(userId)
        ? ask(revokeAll, { userId })
        : ask("query ($u: ID) { authToken(userId: $u) { userId } }", { u: userId }),
    );
    for (const { body } of await Promise.all(work)) expect(body.errors).toBeUndefined();
    for (const [id, own] of tokens) {
      const wanted = ended.includes(id) ? 401 : 200;
      for (const token of own) expect(await verify(emulator, token)).toBe(wanted);
    }
  });
});

test("a user whom Amity does not know has no session to end", async () => {
  await withBoth(async ({ ask }) => {
    expect((await ask(revokeAll, { userId: "nobody" })).body.data.revokeUserSessions).toEqual({ revoked: false });
  });
});

test("a signed-in user ends the own sessions everywhere", async () => {
  await withBoth(async ({ ask }, emulator) => {
    const [alices, bobs] = [await signIn(emulator, "alice"), await signIn(emulator, "bob")];
    const { body } = await ask(revokeAll, {}, await signedIn("alice"));
    expect(body.data.revokeUserSessions).toEqual({ revoked: true });
    expect([await verify(emulator, alices), await verify(emulator, bobs)]).toEqual([401, 200]);
  }, jwtEnv);
});

test("a service key ends sessions within its prefix", async () => {
  const { credential, entry } = createApiKey({ id: "shop", scopes: ["amity:mint:any"], userIdPrefix: "shop-" });
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "keys.json");
  await writeFile(path, JSON.stringify([entry]));
  await withBoth(
    async ({ ask }, emulator) => {
      const [inside, outside] = [await signIn(emulator, "shop-1"), await signIn(emulator, "alice")];
      const headers = { authorization: `ApiKey ${credential}` };
      expect((await ask(revokeAll, { userId: "shop-1" }, headers)).body.data.revokeUserSessions.revoked).toBe(true);
      expect(errorOf(await ask(revokeAll, { userId: "alice" }, headers)).extensions.code).toBe("FORBIDDEN");
      expect([await verify(emulator, inside), await verify(emulator, outside)]).toEqual([401, 200]);
    },
    { AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: path },
  );
});

test("the embedded emulator ends sessions without any setting", async () => {
  await withGateway({}, async (gateway) => {
    const { ask } = gateway;
    const input = { userId: "alice", deviceId: "d" };
    const { accessToken } = (await ask(create, { input })).body.data.createSession;
    expect(await stateOf(gateway, accessToken)).toEqual(["ACTIVE", "alice"]);
    expect((await ask(revokeAll, { userId: "alice" })).body.data.revokeUserSessions).toEqual({ revoked: true });
    expect(await stateOf(gateway, accessToken)).toEqual(["INVALID", null]);
  });
});
