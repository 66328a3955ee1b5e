import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { auditChecks } from "../../../src/doctor/audit.js";
import { systemClock } from "../../../src/system/clock.js";

let folder = "";
const server = createServer((socket) => socket.destroy());
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-"));
  await writeFile(join(folder, "file"), "");
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const tools = { clock: systemClock, timeoutMs: 1_000 };

test.each<[string, { file?: string; socket?: string }, string, RegExp]>([
  ["a file", { file: "file" }, "ok", /% of its disk are free$/],
  ["a file that is yet to be made", { file: "new" }, "ok", /% of its disk are free$/],
  ["a pipe", { file: "pipe" }, "ok", /^a pipe or a device$/],
  ["a folder", { file: "." }, "fail", /^is no file$/],
  ["a file in no folder", { file: "none/audit" }, "fail", /^cannot be written \(ENOENT\)$/],
  ["a file below a file", { file: "file/audit" }, "fail", /^cannot be written \(ENOTDIR\)$/],
  ["a socket at which somebody listens", { socket: "socket" }, "ok", /^somebody listens$/],
  ["a socket that is not there", { socket: "none" }, "fail", /^cannot be written \(ENOENT\)$/],
  ["a socket that is a file", { socket: "file" }, "fail", /^cannot be written \(ECONNREFUSED\)$/],
])("the doctor looks at %s", async (_what, { file, socket }, status, detail) => {
  const at = (name: string | undefined) => (name === undefined ? undefined : join(folder, name));
  const audit = { file: at(file), socket: at(socket), key: undefined, isRequired: true };
  const checks = await auditChecks(audit, tools);
  expect(checks).toEqual([expect.objectContaining({ scope: "audit", status, detail: expect.stringMatching(detail) })]);
});

test("what keeps an audit away that is not required is a warning", async () => {
  const audit = { file: "/nowhere/audit", socket: undefined, key: undefined, isRequired: false };
  expect(await auditChecks(audit, tools)).toEqual([expect.objectContaining({ status: "warn" })]);
  expect(await auditChecks(undefined, tools)).toEqual([]);
});
