import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { hashOf, lineAfter, lostFields, noLines } from "../../src/audit/chain.js";
import { command, listening, run, withGatewayProcess } from "../support/process.js";

const query = '{ authToken(userId: "alice") { token } }';

async function mint(url: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).status;
}

let folder = "";
let path = "";
let head = "";
let stopLine = "";
const env = () => ({ AUDIT_FILE: path, AUDIT_KEY: "canary-audit-key", AUDIT_REQUIRED: "on" });
const keyed = { AUDIT_KEY: "canary-audit-key" };

/** Two gateways, one after the other: the first is killed in the middle of a line, the second has a rotation. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
  path = join(folder, "audit.jsonl");
  const killed = command(["start"], { PORT: "0", ...env() });
  const url = await killed.printed(listening);
  for (let i = 0; i < 3; i++) expect(await mint(url)).toBe(200);
  killed.child.kill("SIGKILL");
  await killed.finished;
  await writeFile(path, '{"seq":4,"prev', { flag: "a" });
  const { stdout } = await withGatewayProcess(env(), async (url, { child }) => {
    expect(await mint(url)).toBe(200);
    await rename(path, `${path}.1`);
    process.kill(Number(child.pid), "SIGHUP"); // child.kill would tell the helper that its end was asked for
    while ((await readFile(path, "utf8").catch(() => "")) === "") expect(await mint(url)).toBe(200);
  });
  head = hashOf((await linesOf(path)).at(-1) ?? "", keyed.AUDIT_KEY);
  stopLine = stdout;
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).trimEnd().split("\n");
}

async function copyWith(change: (lines: string[]) => string[]): Promise<string> {
  const copy = join(folder, "copy");
  await writeFile(
    copy,
    change(await linesOf(`${path}.1`))
      .map((line) => `${line}\n`)
      .join(""),
  );
  return copy;
}

describe("audit verify", () => {
  test("takes what a crash and a rotation left as one chain", async () => {
    const { code, stdout } = await run(["audit", "verify", `${path}.1`, path, "--head", head], keyed);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^The chain holds: \d+ lines, numbers 1 to \d+\.$/m)]);
    expect(stdout).toContain(`Last hash: ${head}`);
  });

  test.each<[string, (lines: string[]) => string[], string]>([
    ["a changed line", (lines) => lines.with(1, (lines[1] ?? "").replace("alice", "carol")), "line 3 does not hold"],
    ["a line taken out", (lines) => lines.toSpliced(1, 1), "line 2 has number 3 after 1: number 2 is missing here"],
    ["the torn line taken out", (lines) => lines.toSpliced(3, 1), "line 4 tells of an unfinished line before it"],
  ])("finds %s", async (_what, change, finding) => {
    const { code, stdout } = await run(["audit", "verify", await copyWith(change)], keyed);
    expect([code, stdout]).toEqual([1, expect.stringContaining(finding)]);
    expect(stdout).toContain("The chain does not hold.");
  });

  test("finds a cut end by the head that the log has", async () => {
    const [, logged = ""] = /audit closed(?:.*\n)*? +head: "([0-9a-f]{64})"/.exec(stopLine) ?? [];
    expect(logged).toBe(head);
    const cut = await copyWith((lines) => lines.slice(0, -1));
    expect((await run(["audit", "verify", cut], keyed)).code).toBe(0);
    expect((await run(["audit", "verify", path, "--head", head.toUpperCase()], keyed)).code).toBe(0);
    const { code, stdout } = await run(["audit", "verify", cut, "--head", head], keyed);
    expect([code, stdout]).toEqual([1, expect.stringContaining("No line has the hash of --head")]);
  });

  test("says what is missing, and where", async () => {
    const lost = join(folder, "lost");
    await writeFile(lost, `${lineAfter(noLines, lostFields(0, 3), keyed.AUDIT_KEY, undefined).text}\n`);
    const { code, stdout } = await run(["audit", "verify", lost], keyed);
    expect([code, stdout]).toEqual([0, expect.stringContaining("lost line 1 says that 3 lines are missing there")]);
  });

  test("needs the key", async () => {
    const { code, stdout } = await run(["audit", "verify", `${path}.1`]);
    expect([code, stdout]).toEqual([1, expect.stringContaining("AUDIT_KEY is another")]);
  });

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ["without a file", ["verify"], {}, 64, /audit verify needs a FILE/],
    ["without a word", [], {}, 64, /audit needs one of verify, head/],
    ["with an odd head", ["verify", "x", "--head", "abc"], {}, 64, /64 hexadecimal digits/],
    ["with a file that is not there", ["verify", "/nowhere"], {}, 1, /cannot be read \(ENOENT\)/],
    ["with a folder", ["head", "/tmp"], {}, 1, /cannot be read \(EISDIR\)/],
    ["with a short key", ["verify", "x"], { AUDIT_KEY: "short" }, 78, /AUDIT_KEY must have at least 16 bytes/],
  ])("%s says so", async (_what, args, env, code, text) => {
    const ended = await run(["audit", ...args], env);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(text)]);
  });
});

describe("audit head", () => {
  test("prints the last hash", async () => {
    expect(await run(["audit", "head", path], keyed)).toEqual({ code: 0, stdout: `${head}\n`, stderr: "" });
  });
});

test("a second gateway is refused the file in words", async () => {
  const mine = { AUDIT_FILE: join(folder, "mine") };
  await withGatewayProcess(mine, async () => {
    const { code, stderr } = await run(["start"], { PORT: "0", ...mine });
    expect([code, stderr]).toEqual([
      78,
      "amity-graphql cannot start:\n  AUDIT_FILE is written by another process already: give each gateway a file of its own\n",
    ]);
  });
});
