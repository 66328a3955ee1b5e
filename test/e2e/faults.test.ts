import { describe, expect, test } from "@jest/globals";
import { preloading } from "../support/preload.js";
import { type Finished, run, withGatewayProcess } from "../support/process.js";

const secret = "S3CRET";

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
    ["several at once", `for (let i = 0; i < 3; i++) Promise.reject(new Error("${secret}"));`],
  ])("by %s ends it with 70 and none of the text", async (_what, statement) => {
    const { code, stdout, stderr } = await endAfter(statement);
    expect(code).toBe(70);
    expect(stdout).toContain("unexpected fault: stopping");
    expect(stderr).toMatch(/^amity-graphql failed: \{"error":"\w+".*\}\n$/);
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
