import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { withGatewayProcess } from "../support/process.js";

/** URLs of all files that a gateway ran from its start to its end, as Node's own coverage tells them. */
async function filesRunBy(env: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    await withGatewayProcess({ ...env, NODE_V8_COVERAGE: folder }, async (url) => {
      await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{x}"}' });
    });
    const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
    const urls: string[] = reports.flatMap((text) => JSON.parse(text).result.map(({ url }: { url: string }) => url));
    return urls.filter((url) => url.startsWith("file:"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The package that a file is of, or the rooms of src/ that were bundled into it: esbuild names each module. */
async function roomsIn(url: string): Promise<string[]> {
  const [, name] = /\/node_modules\/([^/]+)/.exec(url) ?? [];
  if (name !== undefined) return [name];
  const text = await readFile(new URL(url), "utf8");
  return [...text.matchAll(/^\/\/ src\/([^/\n]+)/gm)].map(([, room = ""]) => room);
}

describe("a gateway's process", () => {
  const keys = { AMITY_SG_API_KEY: "an-api-key", AMITY_SG_SERVER_KEY: "a-server-key", AUTH_MODE: "none" };

  test.each([
    ["real keys", { ...keys, EXPLORER: "off" }, []],
    ["real keys and the explorer", { ...keys, EXPLORER: "graphiql" }, ["explorer"]],
    ["no keys", { EXPLORER: "off" }, ["emulator", "zod", "ajv"]],
    ["a proxy", { ...keys, EXPLORER: "off", HTTPS_PROXY: "http://127.0.0.1:1" }, ["hpagent"]],
  ])("with %s loads what it needs", async (_title, env, expected) => {
    const urls = await filesRunBy(env);
    const rooms = (await Promise.all(urls.map(roomsIn))).flat();
    const optional = ["hpagent", "client", "doctor", "emulator", "explorer", "x509", "zod", "ajv"];
    expect(rooms).toContain("app.ts");
    expect(optional.filter((room) => rooms.includes(room))).toEqual(expected);
    const later = /@peculiar|@opentelemetry|rate-limiter-flexible\/lib\/RateLimiter(?:Redis|Union)/;
    expect(urls.map((url) => fileURLToPath(url)).filter((path) => later.test(path))).toEqual([]);
  });
});
