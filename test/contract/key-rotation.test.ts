import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SignJWT } from "jose";
import { testClock } from "../support/clock.js";
import { withGateway } from "../support/gateway.js";

const secrets = ["first", "second"].map((word) => `canary-${word}-secret-of-at-least-32-bytes`);
const pairs = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
const pemOf = (key: KeyObject) => String(key.export({ type: key.type === "public" ? "spki" : "pkcs8", format: "pem" }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A fixed key that tokens are verified with: what its file holds, and what signs for it, before and after. */
interface Kind {
  readonly setting: string;
  readonly texts: readonly [string, string];
  readonly signers: readonly (KeyObject | Uint8Array)[];
  readonly alg: string;
  readonly unusable: readonly (readonly [what: string, content: string | Buffer, problem: string])[];
}

const kinds: readonly Kind[] = [
  {
    setting: "AUTH_JWT_SECRET_FILE",
    texts: [`${secrets[0]}\n`, `\uFEFF${secrets[1]}\r\n`],
    signers: secrets.map((secret) => Buffer.from(secret)),
    alg: "HS256",
    unusable: [
      ["is empty", "", "is empty"],
      ["is short", "too short\n", "has fewer than 32 bytes"],
      ["is binary", Buffer.alloc(40, 0x80), "is not UTF-8"],
      ["is a public key", pemOf(pairs[0]?.publicKey as KeyObject), "holds PEM"],
      ["is in quotes", `"${secrets[1]}"`, "is in quotes"],
      ["has two lines", `${secrets[1]}\n${secrets[0]}\n`, "holds a line end"],
    ],
  },
  {
    setting: "AUTH_JWT_PUBLIC_KEY_FILE",
    texts: [pemOf(pairs[0]?.publicKey as KeyObject), pemOf(pairs[1]?.publicKey as KeyObject).replaceAll("\n", "\\n")],
    signers: pairs.map(({ privateKey }) => privateKey),
    alg: "EdDSA",
    unusable: [
      ["is a private key", pemOf(pairs[1]?.privateKey as KeyObject), "is a private key"],
      ["is a JWKS document", '{"keys":[]}', "is a JWKS document"],
      ["is no PEM", "x", "is not PEM"],
      ["is another kind of key", pemOf(generateKeyPairSync("x25519").publicKey), "is a public key of another kind"],
    ],
  },
];

describe.each(kinds)("$setting", ({ setting, texts, signers, alg, unusable }) => {
  /** A gateway with the first key, whose file may change; `takes` says whether it takes a token of the n-th. */
  async function withKeyFile(
    use: (scene: {
      write: (content: string | Buffer) => Promise<void>;
      takes: (key: 0 | 1) => Promise<boolean>;
      logged: readonly string[];
    }) => Promise<void>,
  ): Promise<void> {
    const path = join(folder, setting);
    await writeFile(path, texts[0]);
    const clock = testClock(Date.UTC(2026, 0, 1));
    const tokens = await Promise.all(
      signers.map((signer) =>
        new SignJWT({ sub: "alice", aud: "app", iss: "https://issuer.example", exp: clock.now() / 1_000 + 3_600 })
          .setProtectedHeader({ alg })
          .sign(signer),
      ),
    );
    const env = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: "https://issuer.example", AUTH_JWT_AUDIENCE: "app" };
    await withGateway({ env: { ...env, [setting]: path }, ...clock }, async ({ ask, logged }) => {
      await use({
        logged,
        async write(content) {
          await writeFile(path, content);
          clock.advance(1_000);
        },
        async takes(key) {
          const { status } = await ask("{ authToken { userId } }", {}, { authorization: `Bearer ${tokens[key]}` });
          return status === 200;
        },
      });
    });
  }

  test("is followed when its file changes", async () => {
    await withKeyFile(async ({ write, takes, logged }) => {
      expect([await takes(0), await takes(1)]).toEqual([true, false]);
      await write(texts[1]);
      expect([await takes(0), await takes(1)]).toEqual([false, true]);
      const lines = logged.filter((line) => line.includes("changed files were taken"));
      expect(lines.map((line) => JSON.parse(line).name)).toEqual([setting]);
    });
  });

  test("is not told of as changed when it is the same key", async () => {
    await withKeyFile(async ({ write, takes, logged }) => {
      expect(await takes(0)).toBe(true);
      await write(`${texts[0].trimEnd()}\r\n`);
      expect(await takes(0)).toBe(true);
      expect(logged.join()).not.toContain("changed files");
    });
  });

  test.each(unusable)("that %s leaves the old one in use", async (_how, content, problem) => {
    await withKeyFile(async ({ write, takes, logged }) => {
      await write(content);
      expect([await takes(0), await takes(1)]).toEqual([true, false]);
      const line = logged.find((entry) => entry.includes("kept out")) ?? "{}";
      expect(JSON.parse(line)).toMatchObject({ name: setting, problem: expect.stringContaining(problem) });
      await write(texts[1]);
      expect([await takes(0), await takes(1)]).toEqual([false, true]);
    });
  });
});
