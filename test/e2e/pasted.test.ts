import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type Emulator, startEmulator } from "../../src/emulator/server.js";
import { type Fence, fencesOf, pages, settingsOf } from "../support/fences.js";
import { closedPort } from "../support/sockets.js";
import { isServer, Terminals } from "../support/terminal.js";

jest.setTimeout(120_000); // npm, a build and a command for each line; nothing waits for it to pass

const root = fileURLToPath(new URL("../../", import.meta.url));
const checkout = ["package.json", "package-lock.json", "tsconfig.json", "exec.cmd", "src", "schema", "dist"];

/** What is not run here, and why. */
const elsewhere: readonly (readonly [RegExp, reason: string])[] = [
  [/^npm ci && npm test$/, "these very tests"],
  [/^npm install /, "packages of the registry: test/consumers installs them"],
  [/^npm ci && npm run example$/, "Amity's SDK of the registry: test/browser runs it"],
  [/^npm ci\nnpm pack/, "packed files: test/consumers packs both"],
  [/^tar -xzf amity-graphql-/, "the server's packed file: test/consumers installs and starts it so"],
  [/https:\/\/gateway\.example\.com\//, "a gateway elsewhere"],
  [
    /^docker |^docker compose |\bkubectl |\bsystemctl /m,
    "engines that are not here: test/image and test/deploy try the files",
  ],
  [/^install -d -m 700 -o /, "a user of the operator's: test/e2e/audit-command runs the commands"],
  [/^TRACES=on node --import /, "a project of the operator's with an SDK: test/traces starts it so"],
];
/** Those of which the text says that they fail. */
const failing = /^AMITY_EU_SERVER_KEY_FILE=old-server-key /;

const isElsewhere = ({ text }: Fence) => elsewhere.some(([pattern]) => pattern.test(text));
const fences = pages().flatMap(fencesOf);

let folder = "";
let emulator: Emulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  for (const name of checkout) await cp(root + name, join(folder, name), { recursive: true });
  await symlink(`${root}node_modules`, join(folder, "node_modules"));
  await writeFile(join(folder, ".curlrc"), "fail-with-body\n");
  emulator = await startEmulator({ secureVisitorMode: true });
  await writeSecrets(emulator);
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

/** The files that commands and settings name; those of /run/secrets are here too. */
async function writeSecrets({ apiKey, serverKey, adminToken }: Emulator): Promise<void> {
  const secrets = {
    "amity-api-key": apiKey,
    "amity-server-key": serverKey,
    "amity-admin-token": adminToken,
    "amity-jwt-secret": "a secret of the pages' settings, long enough for HS256",
    "amity-service-keys.json": "[]",
  };
  await mkdir(join(folder, "secrets"));
  for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, "secrets", name), text);
  await writeFile(join(folder, "old-server-key"), "a-key-that-was-replaced");
  await writeFile(join(folder, "access-token"), await accessToken());
}

/** The access token of a session that lives. */
async function accessToken(): Promise<string> {
  const session = { userId: "alice", deviceId: "lost phone", authToken: await authToken() };
  const headers = { "x-api-key": emulator.apiKey, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(session) };
  const { accessToken } = (await askEmulator("/api/v3/sessions", init)) as { accessToken: string };
  return accessToken;
}

async function authToken(): Promise<unknown> {
  const headers = { "x-server-key": emulator.serverKey };
  return askEmulator("/api/v3/authentication/token?userId=alice", { headers });
}

async function askEmulator(path: string, init: RequestInit): Promise<unknown> {
  return (await fetch(new URL(path, emulator.url), init)).json();
}

/** The reader's settings, of a network in Europe. */
function network(): Record<string, string> {
  return {
    AMITY_REGION: "eu",
    AMITY_EU_BASE_URL: emulator.url,
    AMITY_EU_API_KEY: emulator.apiKey,
    AMITY_EU_SERVER_KEY_FILE: "secrets/amity-server-key",
    AMITY_EU_ADMIN_TOKEN_FILE: "secrets/amity-admin-token",
    AMITY_EU_VISITOR_SECRET: emulator.visitorSecret,
    AUTH_MODE: "none",
  };
}

/** A page's blocks as they are pasted. */
class Reader {
  readonly #terminals: Terminals;

  constructor(ports: Readonly<Record<string, number>>) {
    this.#terminals = new Terminals(folder, ports);
  }

  serve(text: string): Promise<void> {
    return this.#terminals.serve(text);
  }

  async run(text: string): Promise<void> {
    if (text.includes(":4000/") && !this.#terminals.isServing) await this.serve("npm start");
    const { code, stdout, stderr } = await this.#terminals.run(text, network());
    if ((code !== 0) !== failing.test(text)) throw new Error(`ended with ${code}: ${text}\n${stdout}${stderr}`);
    if (/\bcurl\b/.test(text)) expect(stdout).not.toContain('"errors"');
  }

  async judge(settings: Readonly<Record<string, string>>): Promise<void> {
    const rest = settings["AUTH_MODE"]
      ? {}
      : { AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: "secrets/amity-service-keys.json" };
    const isWhole = Object.keys(settings).some((name) => name.startsWith("AMITY_"));
    const keys = isWhole ? {} : { AMITY_EU_API_KEY: "api", AMITY_EU_SERVER_KEY: "server" };
    const lines = Object.entries(settings).map(([name, value]) => `export ${name}=${value}`);
    const text = [...lines, "node dist/main.js config"].join("\n");
    const { code, stdout } = await this.#terminals.run(text, { ...keys, ...rest });
    if (code !== 0) throw new Error(stdout);
  }

  close(): Promise<void> {
    return this.#terminals.close();
  }
}

describe("the blocks of shell that run here, in", () => {
  const withSome = pages().filter((page) => fencesOf(page).some((fence) => !isElsewhere(fence)));

  test.each(withSome)("%s", async (page) => {
    const reader = new Reader({ 4000: await closedPort(), 4100: await closedPort() });
    try {
      for (const fence of fencesOf(page).filter((fence) => !isElsewhere(fence))) {
        const settings = settingsOf(fence);
        if (settings) await reader.judge(settings);
        else if (isServer(fence.text)) await reader.serve(fence.text);
        else await reader.run(fence.text);
      }
    } finally {
      await reader.close();
    }
  });
});

test.each(elsewhere.map(([pattern, reason]) => [reason, pattern] as const))(
  "some are not run here: %s",
  (_why, pattern) => {
    expect(fences.some(({ text }) => pattern.test(text))).toBe(true);
  },
);
