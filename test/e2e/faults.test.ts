import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Finished, run, withGatewayProcess } from "../support/process.js";

const secret = "S3CRET";

/** The setting that lets a process run this module before its own. */
async function preloading(module: string): Promise<{ NODE_OPTIONS: string }> {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "preload.mjs");
  await writeFile(path, module);
  return { NODE_OPTIONS: `--import=${path}` };
}

/** Ends of a gateway process in which this statement runs once it serves. */
async function endAfter(statement: string): Promise<Finished> {
  const env = await preloading(`process.once("SIGUSR2", () => { ${statement} });`);
  return withGatewayProcess(env, async (_url, { child, finished }) => {
    child.kill("SIGUSR2");
    await finished;
  });
}

describe("an unexpected fault of a running process", () => {
  test.each([
    ["a thrown error", `throw new Error("${secret}");`],
    ["a rejected promise", `Promise.reject(new Error("${secret}", { cause: new Error("${secret}") }));`],
    ["a promise rejected with an object", `Promise.reject({ password: "${secret}", toString: () => "${secret}" });`],
  ])("by %s ends it with 70 and none of the text", async (_what, statement) => {
    const { code, stdout, stderr } = await endAfter(statement);
    expect(code).toBe(70);
    expect(stdout).toContain("unexpected fault: stopping");
    expect(stdout + stderr).not.toContain(secret);
  });
});

describe("an unexpected fault at the start", () => {
  test.each([
    ["an error", `new Error("${secret}")`],
    ["an object", `{ code: "EPERM", password: "${secret}" }`],
  ])("by %s exits 70 with none of the text", async (_what, fault) => {
    const env = await preloading(`
      import { Server } from "node:net";
      Server.prototype.listen = () => { throw ${fault}; };
    `);
    const { code, stdout, stderr } = await run(["start"], { PORT: "0", ...env });
    expect(code).toBe(70);
    expect(stderr).toMatch(/^amity-graphql failed: \{"error":"\w+".*\}\n$/);
    expect(stdout + stderr).not.toContain(secret);
  });
});
