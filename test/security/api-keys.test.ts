import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import { loadConfig } from "../../src/config/config.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { manualClock } from "../support/emulator.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { run } from "../support/process.js";

const scopes = ["amity:mint:any"];
const mint = (userId: string) => `{ authToken(userId: "${userId}") { userId } }`;
const header = (credential: string) => ({ authorization: `ApiKey ${credential}` });

async function keyFile(entries: readonly object[] | string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "keys.json");
  await writeFile(path, typeof entries === "string" ? entries : JSON.stringify(entries));
  return path;
}

/** A gateway that knows these keys. */
async function withKeys(
  entries: readonly object[],
  use: (gateway: TestGateway, path: string, advance: (ms: number) => void) => Promise<void>,
  more: Record<string, string> = {},
): Promise<void> {
  const path = await keyFile(entries);
  const { clock, advance } = manualClock();
  const env = { AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: path, RATE_LIMIT_FAILED_AUTH: "0", ...more };
  await withGateway({ env, now: clock }, (gateway) => use(gateway, path, advance));
}

describe("a service key", () => {
  test("may ask for any user in its scope", async () => {
    const { credential, entry } = createApiKey({ id: "billing", scopes });
    await withKeys([entry], async ({ ask }) => {
      expect((await ask(mint("alice"), {}, header(credential))).body).toEqual({
        data: { authToken: { userId: "alice" } },
      });
    });
  });

  test("made by the command works", async () => {
    const { stdout } = await run(["apikey", "create", "--id", "ops", "--user-id-prefix", "shop-"]);
    const [, credential = ""] = /^Authorization: ApiKey (\S+)$/m.exec(stdout) ?? [];
    const entry = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? "");
    expect(JSON.stringify(entry)).not.toContain(credential.split(".")[1]);
    await withKeys([entry], async ({ ask }) => {
      expect((await ask(mint("shop-1"), {}, header(credential))).status).toBe(200);
    });
  });

  test.each([
    ["with another user id prefix", { scopes, userIdPrefix: "shop-" }],
    ["without the scope", { scopes: ["something-else"] }],
    ["without any scope", { scopes: [] }],
  ])("%s is forbidden", async (_what, rights) => {
    const { credential, entry } = createApiKey({ id: "billing", ...rights });
    await withKeys([entry], async ({ ask }) => {
      const answered = await ask(mint("alice"), {}, header(credential));
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([403, "FORBIDDEN"]);
      expect((await ask("{ regions { code } }", {}, header(credential))).status).toBe(200);
    });
  });

  test("has no user of its own", async () => {
    const { credential, entry } = createApiKey({ id: "billing", scopes });
    await withKeys([entry], async ({ ask }) => {
      expect(errorOf(await ask("{ authToken { token } }", {}, header(credential))).extensions.code).toBe(
        "BAD_USER_INPUT",
      );
    });
  });

  test("is bound to the configured scope instead", async () => {
    const custom = createApiKey({ id: "custom", scopes: ["tokens"] });
    const usual = createApiKey({ id: "usual", scopes });
    await withKeys(
      [custom.entry, usual.entry],
      async ({ ask }) => {
        expect((await ask(mint("a"), {}, header(custom.credential))).status).toBe(200);
        expect((await ask(mint("a"), {}, header(usual.credential))).status).toBe(403);
      },
      { AUTH_DELEGATE_SCOPE: "tokens" },
    );
  });
});

describe("a credential", () => {
  const one = createApiKey({ id: "one", scopes });
  const two = createApiKey({ id: "two", scopes });
  const old = createApiKey({ id: "old", scopes, expires: "2025-12-31T23:59:59Z" });
  const [, secret = ""] = one.credential.split(".");

  test.each([
    ["of an unknown id", `three.${secret}`],
    ["with another key's secret", `two.${secret}`],
    ["without a secret", "one."],
    ["without an id", `.${secret}`],
    ["without a dot", secret],
    ["with the hash for the secret", `one.${one.entry.sha256}`],
    ["with a longer secret", `${one.credential}x`],
    ["of an expired key", old.credential],
    ["of a prototype's name", `constructor.${secret}`],
  ])("%s is refused", async (_what, credential) => {
    await withKeys([one.entry, two.entry, old.entry], async ({ ask }) => {
      const answered = await ask("{ regions { code } }", {}, header(credential));
      expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([
        401,
        'ApiKey error="invalid_token"',
      ]);
    });
  });

  test("of a mode that is off is refused", async () => {
    await withKeys([one.entry], async ({ ask }) => {
      expect((await ask("{ regions { code } }", {}, await signedIn("alice"))).status).toBe(401);
    });
    await withGateway({ env: jwtEnv }, async ({ ask }) => {
      expect((await ask("{ regions { code } }", {}, header(one.credential))).status).toBe(401);
    });
  });

  test("of either mode works where both are on", async () => {
    await withKeys(
      [one.entry],
      async ({ ask }) => {
        expect((await ask(mint("a"), {}, header(one.credential))).status).toBe(200);
      },
      { ...jwtEnv, AUTH_MODE: "jwt, apikey" },
    );
  });
});

describe("the file of service keys", () => {
  const one = createApiKey({ id: "one", scopes });
  const two = createApiKey({ id: "two", scopes });

  test("is followed when it changes", async () => {
    await withKeys([one.entry], async ({ ask }, path, advance) => {
      expect((await ask(mint("a"), {}, header(one.credential))).status).toBe(200);
      await writeFile(path, JSON.stringify([two.entry]));
      advance(1_000);
      expect((await ask(mint("a"), {}, header(two.credential))).status).toBe(200);
      expect((await ask(mint("a"), {}, header(one.credential))).status).toBe(401);
    });
  });

  test.each([
    ["is broken", "["],
    ["is no list", "{}"],
    ["names an id twice", JSON.stringify([one.entry, one.entry])],
    ["has an unknown field", JSON.stringify([{ ...one.entry, role: "admin" }])],
    ["has a hash that is none", JSON.stringify([{ ...one.entry, sha256: "secret" }])],
  ])("that %s leaves the last good keys", async (_what, text) => {
    await withKeys([one.entry], async ({ ask, logged }, path, advance) => {
      await writeFile(path, text);
      advance(1_000);
      expect((await ask(mint("a"), {}, header(one.credential))).status).toBe(200);
      expect(logged.join()).toContain("kept out");
    });
    const { problems } = loadConfig({ AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: await keyFile(text) });
    expect(problems).toEqual([expect.stringMatching(/^AUTH_API_KEYS_FILE cannot be used: /)]);
  });

  test("holds only a hash of the secret", () => {
    const [, secret = ""] = one.credential.split(".");
    expect(one.entry.sha256).toBe(createHash("sha256").update(secret).digest("hex"));
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  });
});
