import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LockHeld, type LockOptions, withLock } from "../../../src/system/lock-file.js";

let folder = "";
let path = "";
let ids = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  path = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true }));

const minute = 60_000;
/** Another process than this one, which has the tests' lock. */
const ownPid = 2 ** 22 + 1;

function options(more: Partial<LockOptions> = {}): LockOptions {
  return { mostAgeMs: 10 * minute, now: () => Date.now(), newId: () => String(++ids), pid: ownPid, ...more };
}

/** Who holds the lock, in words; undefined: the work was done. */
async function holder(more?: Partial<LockOptions>): Promise<string | undefined> {
  try {
    await withLock(path, options(more), async () => {});
    return undefined;
  } catch (error) {
    if (error instanceof LockHeld) return error.holder;
    throw error;
  }
}

/** A process that is gone: no Linux has so high a number. */
const gone = 2 ** 22 + 2;

describe("a lock file", () => {
  test("is there during the work and gone afterwards", async () => {
    const during = await withLock(path, options(), () => readFile(path, "utf8"));
    expect(during).toMatch(new RegExp(`^${ownPid} \\S+ \\d+$`));
    expect(await readdir(folder)).toEqual([]);
  });

  test("is gone after work that failed", async () => {
    const failing = withLock(path, options(), () => Promise.reject(new Error("work")));
    await expect(failing).rejects.toThrow("work");
    expect(await readdir(folder)).toEqual([]);
  });

  test("keeps a second one out while the first works", async () => {
    const held = await withLock(path, options({ pid: process.pid }), () => holder());
    expect(held).toBe(`process ${process.pid}`);
    expect(await holder()).toBeUndefined();
  });

  test.each([
    ["of a process that lives", `${process.pid} ${hostname()} x`, `process ${process.pid}`],
    ["of another machine", `${gone} elsewhere x`, `process ${gone} on elsewhere`],
    ["that says nothing yet", "", "another process"],
  ])("%s is held until it is too old", async (_whose, text, words) => {
    await writeFile(path, text);
    const { mtimeMs } = await stat(path);
    expect(await holder({ now: () => mtimeMs + 10 * minute })).toBe(words);
    expect(await holder({ now: () => mtimeMs + 10 * minute + 1 })).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ["whose process is gone", gone, ownPid],
    ["of a process that had this one's number", process.pid, process.pid],
  ])("%s is broken at once", async (_whose, theirs, pid) => {
    await writeFile(path, `${theirs} ${hostname()} x`);
    expect(await holder({ pid })).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  test("of the future is broken too", async () => {
    await writeFile(path, `${process.pid} ${hostname()} x`);
    await utimes(path, new Date(), new Date(Date.now() + 60 * minute));
    expect(await holder()).toBeUndefined();
  });

  test("that was broken meanwhile is left to its new holder", async () => {
    await withLock(path, options(), () => writeFile(path, "another's"));
    expect(await readFile(path, "utf8")).toBe("another's");
  });

  test("whose breaker was killed is broken at the next try but one", async () => {
    for (const name of [path, `${path}.breaking`]) await writeFile(name, `${gone} ${hostname()} x`);
    expect([await holder(), await holder()]).toEqual([`process ${gone}`, undefined]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("that another took between two looks is left to it", async () => {
    await writeFile(path, `${gone} ${hostname()} x`);
    let looks = 0;
    const now = () => {
      if (looks++ === 0) writeFileSync(path, `${process.pid} ${hostname()} y`);
      return Date.now();
    };
    expect(await holder({ now })).toBe(`process ${process.pid}`);
    expect(await readdir(folder)).toEqual(["lock"]);
  });

  test("that three break at once is one's alone", async () => {
    let working = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++working);
      await stat(folder);
      working--;
    };
    for (let round = 0; round < 50; round++) {
      await writeFile(path, `${gone} ${hostname()} x`);
      // Each lives, and is none of the others.
      const tries = [process.pid, process.ppid, 1].map((pid) => withLock(path, options({ pid }), work));
      const ends = await Promise.allSettled(tries);
      for (const end of ends) if (end.status === "rejected") expect(end.reason).toBeInstanceOf(LockHeld);
      expect([most, ends.some(({ status }) => status === "fulfilled")]).toEqual([1, true]);
    }
  });
});
