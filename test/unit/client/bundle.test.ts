import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { settle, tokenAnswer } from "./scripted.js";

const root = fileURLToPath(new URL("../../../src/client/", import.meta.url));

/** The limit that the README promises. Bytes. */
const mostBytes = 4_000;

/** What an app's bundler makes of the client. Anything that is not in a browser would fail to resolve. */
async function bundle(format: "esm" | "iife") {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}index.ts`],
    bundle: true,
    minify: true,
    platform: "neutral",
    format,
    globalName: "client",
    write: false,
    metafile: true,
  });
  return { code: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

describe("the client", () => {
  test("is under 4 kB minified and gzipped", async () => {
    const { code } = await bundle("esm");
    expect(gzipSync(code).length).toBeLessThan(mostBytes);
  });

  test("carries nothing of the generated types", async () => {
    const { inputs } = await bundle("esm");
    expect(inputs.filter((name) => !/src\/client\/[\w-]+\.ts$/.test(name))).toEqual([]);
  });

  test("imports nothing from outside its folder", () => {
    const names = readdirSync(root, { encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const imports = names.flatMap((name) => readFileSync(`${root}${name}`, "utf8").match(/from ".*|import\(.*/g) ?? []);
    expect(names).toContain("index.ts");
    expect(imports.filter((text) => !/^from "\.\/(?:generated\/)?[\w-]+\.js";$/.test(text))).toEqual([]);
  });

  test("runs where there are only timers, fetch and AbortController", async () => {
    const { code } = await bundle("iife");
    const fetch = async () => tokenAnswer(Date.now());
    const world = createContext({ fetch, setTimeout, clearTimeout, AbortController });
    const told: string[] = [];
    Object.assign(world, { renewal: { renewWithAuthToken: (token: string) => told.push(token) } });
    const app = `const auth = client.createAmityAuth({ endpoint: "https://gateway.example/graphql" });
      auth.sessionHandler().sessionWillRenewAccessToken(renewal);
      auth.getAuthToken().then(({ userId }) => userId)`;
    expect(await runInContext(`${code};${app}`, world)).toBe("alice");
    await settle();
    expect(told).toEqual(["token-1"]);
  });
});
