import { createHash, createSecretKey } from "node:crypto";
import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createApiKey } from "../../src/caller/api-keys.js";
import { loadConfig } from "../../src/config/config.js";
import type { Env } from "../../src/config/reader.js";
import { testClock } from "../support/clock.js";
import { type Answered, errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { run } from "../support/process.js";
import { audience, bearer, claimsOf, makeKey, signToken } from "../support/tokens.js";
import { likeAmity, type SeenRequest, withUpstream } from "../support/upstream.js";

const scope = "amity:mint:any";
const forBob = '{ authToken(userId: "bob") { userId } }';

const billing = createApiKey({ id: "billing", scopes: [scope] });
const support = createApiKey({ id: "support", scopes: [scope] });

function apiKey(credential: string): { authorization: string } {
  return { authorization: `ApiKey ${credential}` };
}

interface Scene extends TestGateway {
  /** Asks for bob's token. */
  readonly askWith: (credential: string) => Promise<Answered>;
  /** Replaces what the file holds. */
  readonly write: (content: unknown) => Promise<void>;
  readonly path: string;
  readonly advance: (ms: number) => void;
  /** Sets the wall clock alone. */
  readonly setWall: (byMs: number) => void;
  /** What Amity got. */
  readonly seen: readonly SeenRequest[];
}

/** A gateway that knows these keys, before an Amity of its own, with a clock that stands still. */
async function withScene(entries: unknown, env: Env, use: (scene: Scene) => Promise<void>): Promise<void> {
  await withKeysFile(entries, async (path) => {
    const clock = testClock();
    await withUpstream(likeAmity({ accessToken: "access-1", users: [{ userId: "bob" }] }), async ({ url, seen }) => {
      const settings = {
        ...regionAt(url),
        AUTH_MODE: "apikey",
        AUTH_API_KEYS_FILE: path,
        RATE_LIMIT_FAILED_AUTH: "0",
        RATE_LIMIT_SERVICE: "0",
        ...env,
      };
      await withGateway({ env: settings, ...clock }, (gateway) =>
        use({
          ...gateway,
          ...clock,
          askWith: (credential) => gateway.ask(forBob, {}, apiKey(credential)),
          write: (content) => writeFile(path, textOf(content)),
          path,
          seen,
        }),
      );
    });
  });
}

async function withKeysFile(content: unknown, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "api-keys-"));
  try {
    const path = join(folder, "keys.json");
    await writeFile(path, textOf(content));
    await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

function expectIssued(answered: Answered): void {
  expect([answered.status, answered.body]).toEqual([200, { data: { authToken: { userId: "bob" } } }]);
}

function expectRefused(answered: Answered): void {
  expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([401, 'ApiKey error="invalid_token"']);
  expect(errorOf(answered).extensions.code).toBe("UNAUTHENTICATED");
}

function expectForbidden(answered: Answered, seen: readonly SeenRequest[]): void {
  expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([
    403,
    'ApiKey error="insufficient_scope"',
  ]);
  expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
  expect(seen).toEqual([]);
}

describe("a service key", () => {
  test("gets any user's auth token", async () => {
    await withScene([billing.entry], {}, async ({ askWith }) => expectIssued(await askWith(billing.credential)));
  });

  test("made by the command works", async () => {
    const { stdout } = await run(["apikey", "create", "--id", "ops", "--user-id-prefix", "bo"]);
    const [, credential = ""] = /^Authorization: ApiKey (\S+)$/m.exec(stdout) ?? [];
    const entry = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? "");
    expect(JSON.stringify(entry)).not.toContain(credential.split(".")[1]);
    await withScene([entry], {}, async ({ askWith }) => expectIssued(await askWith(credential)));
  });

  test("opens any user's session with any name", async () => {
    await withScene([billing.entry], {}, async ({ ask, seen }) => {
      const query =
        'mutation { createSession(input: { userId: "bob", deviceId: "d", displayName: "Bob" }) { userId } }';
      const { body } = await ask(query, {}, apiKey(billing.credential));
      expect(body).toEqual({ data: { createSession: { userId: "bob" } } });
      expect(seen[1]?.body).toContain('"displayName":"Bob"');
    });
  });

  test("may come under its scheme in any case", async () => {
    await withScene([billing.entry], {}, async ({ ask }) => {
      for (const scheme of ["apikey", "APIKEY", "ApiKey  "]) {
        expectIssued(await ask(forBob, {}, { authorization: `${scheme} ${billing.credential}` }));
      }
    });
  });

  test("has no user of its own", async () => {
    await withScene([billing.entry], {}, async ({ ask, seen }) => {
      for (const query of [
        "{ authToken { token } }",
        "{ authToken(userId: null) { token } }",
        'mutation { createSession(input: { deviceId: "d" }) { userId } }',
      ]) {
        const { code } = errorOf(await ask(query, {}, apiKey(billing.credential))).extensions;
        expect([query, code]).toEqual([query, "BAD_USER_INPUT"]);
      }
      expect(seen).toEqual([]);
    });
  });

  test("reads the regions like anybody", async () => {
    await withScene([{ ...billing.entry, scopes: [] }], {}, async ({ ask }) => {
      expect((await ask("{ regions { code } }", {}, apiKey(billing.credential))).status).toBe(200);
    });
  });

  test("with a digest in capitals is the same", async () => {
    const entry = { ...billing.entry, sha256: billing.entry.sha256.toUpperCase() };
    await withScene([entry], {}, async ({ askWith }) => expectIssued(await askWith(billing.credential)));
  });
});

describe("a credential", () => {
  const secret = billing.credential.split(".")[1] ?? "";
  const bad: Record<string, string> = {
    "of an unknown id": `unknown.${secret}`,
    "of an id in capitals": `BILLING.${secret}`,
    "of a part of an id": `billin.${secret}`,
    "of an inherited id": `__proto__.${secret}`,
    "of another inherited id": `constructor.${secret}`,
    "with another key's secret": `billing.${support.credential.split(".")[1]}`,
    "with a wrong secret": `billing.${"A".repeat(43)}`,
    "with a part of the secret": `billing.${secret.slice(0, -1)}`,
    "with a longer secret": `billing.${secret}A`,
    "with the secret twice": `billing.${secret}.${secret}`,
    "with the secret in capitals": `billing.${secret.toUpperCase()}`,
    "with the digest as its secret": `billing.${billing.entry.sha256}`,
    "without a secret": "billing.",
    "without a dot": "billing",
    "with only its secret": secret,
    "without an id": `.${secret}`,
    "that is a dot": ".",
    "with a colon for the dot": `billing:${secret}`,
    "with a parameter": `key=billing.${secret}`,
    "of 15,000 characters": `billing.${"A".repeat(15_000)}`,
  };

  test("that is not an id and its secret is refused", async () => {
    await withScene([billing.entry, support.entry], {}, async ({ askWith, ask, seen }) => {
      for (const [variant, credential] of Object.entries(bad)) {
        for (const answered of [await askWith(credential), await ask("{ regions { code } }", {}, apiKey(credential))]) {
          expect([variant, answered.status, errorOf(answered).extensions.code]).toEqual([
            variant,
            401,
            "UNAUTHENTICATED",
          ]);
          expect(answered.headers.get("www-authenticate")).toBe('ApiKey error="invalid_token"');
        }
      }
      expect(seen).toEqual([]);
    });
  });

  test("that is refused comes back in no answer", async () => {
    await withScene([billing.entry], {}, async ({ askWith }) => {
      const { text } = await askWith(`billing.${support.credential}`);
      expect(text).not.toMatch(new RegExp(`billing|${support.credential}`));
    });
  });

  test("without a dot is no shorter id's", async () => {
    const entry = { ...billing.entry, id: "billin", sha256: createHash("sha256").update("billing").digest("hex") };
    await withScene([entry], {}, async ({ askWith }) => expectRefused(await askWith("billing")));
  });

  test("matches no key when there is none", async () => {
    await withScene([], {}, async ({ askWith }) => expectRefused(await askWith(billing.credential)));
  });
});

describe("expires", () => {
  const { now } = testClock();
  const at = (ms: number) => new Date(now() + ms).toISOString();

  test.each([
    ["is now", at(0)],
    ["was before", at(-1)],
    ["was elsewhere", "2026-01-01T01:00:00+01:00"],
  ])("refuses the key when it %s", async (_when, expires) => {
    await withScene([{ ...billing.entry, expires }], {}, async ({ askWith }) => {
      expectRefused(await askWith(billing.credential));
    });
  });

  test("refuses a key that was good", async () => {
    await withScene([{ ...billing.entry, expires: at(1_000) }], {}, async ({ askWith, advance }) => {
      advance(999);
      expectIssued(await askWith(billing.credential));
      advance(1);
      expectRefused(await askWith(billing.credential));
    });
  });
});

describe("scopes", () => {
  const lacking: Record<string, string[]> = {
    none: [],
    another: ["amity:read"],
    longer: [`${scope}thing`],
    capitals: [scope.toUpperCase()],
    joined: [`${scope} openid`],
    star: ["*"],
    empty: [""],
  };
  test("without the right one let a key act for nobody", async () => {
    const entries = Object.entries(lacking).map(([id, scopes]) => ({ ...billing.entry, id, scopes }));
    await withScene(entries, {}, async ({ askWith, seen }) => {
      for (const id of Object.keys(lacking)) {
        const answered = await askWith(billing.credential.replace("billing", id));
        expect([id, answered.status]).toEqual([id, 403]);
        expectForbidden(answered, seen);
      }
    });
  });

  test("are those that AUTH_DELEGATE_SCOPE names", async () => {
    const env = { AUTH_DELEGATE_SCOPE: "mint" };
    await withScene([{ ...billing.entry, scopes: ["mint"] }], env, async ({ askWith }) => {
      expectIssued(await askWith(billing.credential));
    });
  });

  test("lose the default to AUTH_DELEGATE_SCOPE", async () => {
    await withScene([billing.entry], { AUTH_DELEGATE_SCOPE: "mint" }, async ({ askWith, seen }) => {
      expectForbidden(await askWith(billing.credential), seen);
    });
  });
});

describe("userIdPrefix", () => {
  const ask = async (scene: Scene, userId: string) =>
    scene.ask("query ($u: ID) { authToken(userId: $u) { userId } }", { u: userId }, apiKey(billing.credential));

  test("lets the key act for users who have it", async () => {
    await withScene([{ ...billing.entry, userIdPrefix: "shop-" }], {}, async (scene) => {
      for (const userId of ["shop-", "shop-1", "shop-../bob"]) {
        expect((await ask(scene, userId)).body).toEqual({ data: { authToken: { userId } } });
      }
    });
  });

  test("forbids the key every other user", async () => {
    await withScene([{ ...billing.entry, userIdPrefix: "shop-" }], {}, async (scene) => {
      for (const userId of ["bob", "shop", "SHOP-1", " shop-1", "xshop-1", "shop\u20101", ""]) {
        const answered = await ask(scene, userId);
        expect([userId, answered.status]).toEqual([userId, 403]);
        expectForbidden(answered, scene.seen);
      }
    });
  });

  test("is compared as it is, not normalised", async () => {
    await withScene([{ ...billing.entry, userIdPrefix: "caf\u00e9" }], {}, async (scene) => {
      expectForbidden(await ask(scene, "cafe\u0301-1"), scene.seen);
    });
  });

  test("forbids everything beside one foreign id", async () => {
    await withScene([{ ...billing.entry, userIdPrefix: "shop-" }], {}, async (scene) => {
      const query = '{ a: authToken(userId: "shop-1") { token } b: authToken(userId: "bob") { token } }';
      expectForbidden(await scene.ask(query, {}, apiKey(billing.credential)), scene.seen);
    });
  });

  test("grants nothing without the scope", async () => {
    await withScene([{ ...billing.entry, userIdPrefix: "bob", scopes: [] }], {}, async ({ askWith, seen }) => {
      expectForbidden(await askWith(billing.credential), seen);
    });
  });
});

describe("AUTH_API_KEYS_FILE", () => {
  test("is read again a second after a change", async () => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance }) => {
      await write([billing.entry, support.entry]);
      advance(999);
      expectRefused(await askWith(support.credential));
      advance(1);
      expectIssued(await askWith(support.credential));
    });
  });

  test("revokes a key that left it", async () => {
    await withScene([billing.entry, support.entry], {}, async ({ askWith, write, advance }) => {
      expectIssued(await askWith(support.credential));
      await write([billing.entry]);
      advance(1_000);
      expectRefused(await askWith(support.credential));
      expectIssued(await askWith(billing.credential));
    });
  });

  test("revokes a key although the clock was set back", async () => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance, setWall }) => {
      await write([support.entry]);
      setWall(-3_600_000);
      advance(1_000);
      expectRefused(await askWith(billing.credential));
    });
  });

  test("revokes every key when its list is empty", async () => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance }) => {
      await write([]);
      advance(1_000);
      expectRefused(await askWith(billing.credential));
    });
  });

  test("takes away a scope without a restart", async () => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance, seen }) => {
      await write([{ ...billing.entry, scopes: [] }]);
      advance(1_000);
      expectForbidden(await askWith(billing.credential), seen);
    });
  });

  test("may be swapped by a symbolic link", async () => {
    await withScene([billing.entry], {}, async ({ askWith, path, advance }) => {
      await writeFile(`${path}.new`, JSON.stringify([support.entry]));
      await symlink(`${path}.new`, `${path}.link`);
      await rename(`${path}.link`, path);
      advance(1_000);
      expectIssued(await askWith(support.credential));
    });
  });

  const broken: [string, unknown][] = [
    ["is empty", ""],
    ["is cut off", JSON.stringify([billing.entry]).slice(0, -9)],
    ["is no list", { keys: [] }],
    ["is null", null],
    ["holds one bad entry", [support.entry, { ...billing.entry, sha256: "x" }]],
    ["holds one id twice", [support.entry, { ...billing.entry, id: "support" }]],
    ["holds a property too many", [{ ...support.entry, admin: true }]],
    ["holds a secret in the clear", [{ id: "support", secret: support.credential, scopes: [scope] }]],
  ];
  test.each(broken)("that %s keeps the old keys", async (_what, content) => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance, logged }) => {
      await write(content);
      advance(1_000);
      expectRefused(await askWith(support.credential));
      expectIssued(await askWith(billing.credential));
      expect(logged.join()).toContain("AUTH_API_KEYS_FILE");
      expect(logged.join()).not.toContain(support.credential);
    });
  });

  test("that is gone keeps the old keys", async () => {
    await withScene([billing.entry], {}, async ({ askWith, path, advance }) => {
      await rm(path);
      advance(1_000);
      expectIssued(await askWith(billing.credential));
    });
  });

  test("that is mended is taken again", async () => {
    await withScene([billing.entry], {}, async ({ askWith, write, advance }) => {
      await write("{");
      advance(1_000);
      expectIssued(await askWith(billing.credential));
      await write([support.entry]);
      advance(1_000);
      expectIssued(await askWith(support.credential));
      expectRefused(await askWith(billing.credential));
    });
  });

  test.each([
    ["is missing", undefined],
    ["is empty", "\n"],
    ["holds one id twice", [billing.entry, { ...support.entry, id: "billing" }]],
    ["is cut off", "["],
    ["holds a secret as a name", [{ ...billing.entry, [support.credential]: 1 }]],
    ["holds a secret as an id", [{ ...billing.entry, id: support.credential }]],
    ["holds a secret as a digest", [{ ...billing.entry, sha256: support.credential }]],
  ])("that %s is refused at the start", async (_what, content) => {
    await withKeysFile(content ?? "", async (path) => {
      if (content === undefined) await rm(path);
      const { problems } = loadConfig({ AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: path });
      expect(problems).toEqual([expect.stringMatching(/^AUTH_API_KEYS_FILE /)]);
      expect(problems.join()).not.toMatch(new RegExp(`${support.credential}|${billing.entry.sha256}|${path}`));
    });
  });
});

describe("a scheme", () => {
  const issuer = "https://issuer.example";
  const secret = "an HS256 secret of the tests, 32+";
  const jwtSettings = { AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience, AUTH_JWT_SECRET: secret };

  async function tokenOfBob(): Promise<string> {
    const key = { ...(await makeKey("HS256")), key: createSecretKey(secret, "utf8") };
    return signToken(key, claimsOf(issuer, testClock().now(), { sub: "bob" }));
  }

  test("that AUTH_MODE does not name is refused", async () => {
    await withScene([billing.entry], {}, async ({ ask }) => {
      expectRefused(await ask("{ regions { code } }", {}, bearer(await tokenOfBob())));
      expectRefused(await ask("{ regions { code } }", {}, bearer(billing.credential)));
    });
  });

  test("stands beside the other when both are named", async () => {
    const env = { AUTH_MODE: "apikey,jwt", ...jwtSettings };
    await withScene([billing.entry], env, async ({ ask, askWith }) => {
      expectIssued(await askWith(billing.credential));
      expectIssued(await ask(forBob, {}, bearer(await tokenOfBob())));
    });
  });

  test("takes no credential of the other", async () => {
    const env = { AUTH_MODE: "jwt,apikey", ...jwtSettings };
    await withScene([billing.entry], env, async ({ ask }) => {
      for (const authorization of [`ApiKey ${await tokenOfBob()}`, `Bearer ${billing.credential}`]) {
        const answered = await ask("{ regions { code } }", {}, { authorization });
        expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([
          401,
          'Bearer error="invalid_token"',
        ]);
      }
    });
  });

  test("is named to callers without a credential", async () => {
    await withScene([billing.entry], {}, async ({ ask }) => {
      const answered = await ask(forBob);
      expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([401, "ApiKey"]);
    });
  });
});

test("a token's user cannot pass for a key", async () => {
  const issuer = "https://issuer.example";
  const key = await makeKey("HS256");
  const env = {
    AUTH_MODE: "apikey,jwt",
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    AUTH_JWT_SECRET: key.text,
  };
  await withScene([billing.entry], env, async ({ ask, seen }) => {
    const token = await signToken(key, claimsOf(issuer, testClock().now(), { sub: "key:billing", scopes: [scope] }));
    const answered = await ask(forBob, {}, bearer(token));
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([403, "FORBIDDEN"]);
    expect(seen).toEqual([]);
  });
});

test("a loaded key file is ready at once", async () => {
  await withScene([billing.entry], {}, async ({ send }) => expect((await send("/readyz")).status).toBe(200));
});
