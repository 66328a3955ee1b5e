import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fileChecks } from "../../../src/doctor/files.js";
import { systemClock } from "../../../src/system/clock.js";
import { testClock } from "../../support/clock.js";

const tools = { clock: systemClock, timeoutMs: 2_000 };

/** Others can go down to here. */
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

/** What is said of a file of this mode, below a folder of that one. */
async function checksOf(fileMode: number, { folderMode = 0o755, isSecret = true, isLinked = false } = {}) {
  const inner = join(folder, "inner");
  const path = join(inner, "key");
  const link = join(folder, "link");
  await mkdir(inner);
  await writeFile(path, "server-key-of-a-file");
  await chmod(path, fileMode);
  await symlink(path, link);
  await chmod(inner, folderMode);
  return fileChecks([{ name: "AMITY_SERVER_KEY_FILE", path: isLinked ? link : path, isSecret }], tools);
}

describe("a file that holds a secret", () => {
  test.each([
    [0o400, "ok", "for its owner alone (mode 0400)"],
    [0o600, "ok", "for its owner alone (mode 0600)"],
    [0o440, "ok", "its group can read it, and nobody beyond (mode 0440)"],
    [0o640, "ok", "its group can read it, and nobody beyond (mode 0640)"],
    [0o644, "warn", "anybody on this machine can read it (mode 0644)"],
    [0o444, "warn", "anybody on this machine can read it (mode 0444)"],
    [0o604, "warn", "anybody on this machine can read it (mode 0604)"],
    [0o660, "warn", "its whole group can write it (mode 0660)"],
    [0o666, "warn", "anybody on this machine can put another in its place (mode 0666)"],
    [0o602, "warn", "anybody on this machine can put another in its place (mode 0602)"],
  ])("of mode %o is told: %s, %s", async (mode, status, detail) => {
    expect(await checksOf(mode)).toEqual([expect.objectContaining({ scope: "files", status, detail })]);
  });

  test.each([
    [0o700, 0o644, "ok", "for its owner alone (mode 0644)"],
    [0o700, 0o666, "ok", "for its owner alone (mode 0666)"],
    [0o750, 0o644, "ok", "its group can read it, and nobody beyond (mode 0644)"],
    [0o711, 0o644, "warn", "anybody on this machine can read it (mode 0644)"],
    [0o744, 0o644, "ok", "for its owner alone (mode 0644)"],
  ])("below a folder of mode %o counts by what that lets through", async (folderMode, mode, status, detail) => {
    expect(await checksOf(mode, { folderMode })).toEqual([expect.objectContaining({ status, detail })]);
  });

  test.each([
    [0o755, "warn", "anybody on this machine can read it (mode 0644)"],
    [0o700, "ok", "for its owner alone (mode 0644)"],
  ])("is judged where a link leads, below a folder of mode %o", async (folderMode, status, detail) => {
    expect(await checksOf(0o644, { folderMode, isLinked: true })).toMatchObject([{ status, detail }]);
  });
});

describe("a file that decides who is trusted", () => {
  test.each([
    [0o644, []],
    [0o600, []],
    [0o664, [{ status: "warn", detail: "its whole group can write it (mode 0664)" }]],
    [0o646, [{ status: "warn", detail: "anybody on this machine can put another in its place (mode 0646)" }]],
  ])("of mode %o is complained of when others can write it", async (mode, expected) => {
    expect(await checksOf(mode, { isSecret: false })).toMatchObject(expected);
  });
});

test("a file that is not there, or hangs, is left to the configuration's problems", async () => {
  expect(await fileChecks([{ name: "A_FILE", path: join(folder, "none"), isSecret: true }], tools)).toEqual([]);
  const clock = testClock();
  const checks = fileChecks([{ name: "A_FILE", path: folder, isSecret: true }], { clock, timeoutMs: 1 });
  clock.advance(1);
  expect(await checks).toEqual([]);
});
