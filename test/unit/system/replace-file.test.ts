import { chmodSync, chownSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { nextPath, replaceFileSync } from "../../../src/system/replace-file.js";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  path = join(folder, "file");
  await writeFile(path, "old");
});
afterEach(() => rm(folder, { recursive: true }));

test.each([0o600, 0o640, 0o440])("a file of mode %o is replaced by another of that mode", async (mode) => {
  chmodSync(path, mode);
  // Who is root may give files away; the others keep theirs.
  if (process.getuid?.() === 0) chownSync(path, 1_234, 5_678);
  const before = statSync(path);
  replaceFileSync(path, "new", before);
  const after = statSync(path);
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
  expect(after.ino).not.toBe(before.ino);
  expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["new", ["file"]]);
});

test("what was left beside it is written over", async () => {
  await writeFile(nextPath(path), "left", { mode: 0o644 });
  replaceFileSync(path, "new", { ...statSync(path), mode: 0o600 });
  expect([await readFile(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["new", 0o600]);
});

test("where it cannot take the place nothing changes", async () => {
  const access = statSync(path);
  await rm(path);
  await mkdir(path);
  expect(() => replaceFileSync(path, "new", access)).toThrow("EISDIR");
  expect(await readdir(folder)).toEqual(["file"]);
});
