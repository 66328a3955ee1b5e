import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { jwtEnv, signedIn } from "../support/callers.js";
import { run, withGatewayProcess } from "../support/process.js";
import { until } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { always, withUpstream } from "../support/upstream.js";
import { textOf } from "./files.js";

const program = "/usr/sbin/logrotate";
const shipped = textOf("deploy/logrotate");

/** What logrotate did with a file, in its own words. */
function logrotate(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout + stderr;
}

describeWith(program)("logrotate", () => {
  test("rotates the audit of a gateway that runs, and its chain goes on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const audit = join(folder, "audit.jsonl");
    const lines = async () => (await readFile(audit, "utf8")).trim().split("\n");
    await withUpstream(always(200, '"token-1"'), async ({ url: amity }) => {
      const env = { ...jwtEnv, AMITY_EU_BASE_URL: amity, AMITY_EU_SERVER_KEY: "canary-server-key", AUDIT_FILE: audit };
      await withGatewayProcess(env, async (url, { child }) => {
        const headers = { "content-type": "application/json", ...(await signedIn("alice")) };
        const body = JSON.stringify({ query: "{ authToken { token } }" });
        const ask = async () => expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
        await ask();
        await until(async () => (await lines()).length === 1, "the first line");
        const config = await ours(folder, audit, `kill -HUP ${child.pid}`);
        logrotate("--state", join(folder, "state"), "--force", config);
        await ask();
        await until(async () => (await readdir(folder)).includes("audit.jsonl"), "the new file");
        await until(async () => (await lines()).length >= 1, "its first line");
      });
    });
    const files = (await readdir(folder)).filter((name) => /^audit\.jsonl(?:-[\d-]+)?$/.test(name));
    expect(files).toHaveLength(2);
    const [newest = "", oldest = ""] = files.sort().map((name) => join(folder, name));
    const verified = await run(["audit", "verify", oldest, newest]);
    expect([verified.code, verified.stderr]).toEqual([0, ""]);
    expect((await run(["audit", "verify", newest, oldest])).code).not.toBe(0);
    await rm(folder, { recursive: true });
  });

  test("finds no fault with what is shipped", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const told = logrotate("--debug", await ours(folder, join(folder, "audit.jsonl"), "true"));
    await rm(folder, { recursive: true });
    expect(told).toContain("400 rotations");
    expect(told).not.toMatch(/error|warning: (?!logrotate in debug mode)/i);
  });
});

/** What is shipped, for another file and another way to send the signal. */
async function ours(folder: string, audit: string, signal: string): Promise<string> {
  const [path, command] = [/^\/\S+(?= \{$)/m, /^ +\/bin\/systemctl kill .*--signal=HUP amity-graphql\.service$/m];
  expect([path.test(shipped), command.test(shipped)]).toEqual([true, true]);
  const config = join(folder, "logrotate.conf");
  await writeFile(config, shipped.replace(path, audit).replace(command, signal));
  await chmod(config, 0o644);
  return config;
}
