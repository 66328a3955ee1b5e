import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Unusable } from "../../../src/errors/reason-of.js";
import { fixed, Reloads } from "../../../src/system/reloading-file.js";
import { testClock } from "../../support/clock.js";
import { wordsOf } from "../../support/reloads.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Takes texts that begin with "good", and quotes none that do not. */
function parse(texts: readonly string[]): string {
  for (const text of texts)
    if (!text.startsWith("good")) throw new Unusable("cannot be used", `begins with ${text.slice(0, 3)}`);
  return texts.join("+");
}

interface Scene {
  readonly write: (name: string, text: string) => Promise<void>;
  readonly current: () => Promise<string>;
  readonly reloadAll: () => Promise<void>;
  readonly advance: (ms: number) => void;
  /** What was told: the source's name, and what became of the files. */
  readonly told: [name: string, outcome: string][];
}

/** Files that hold "good 0", watched under a clock that stands still. */
async function watching(...names: string[]): Promise<Scene> {
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const name of names) await write(name, "good 0");
  const clock = testClock();
  const told: [string, string][] = [];
  const reloads = new Reloads(clock, (name, outcome) => told.push([name, wordsOf(outcome)]));
  const paths = names.map((name) => join(folder, name));
  const source = reloads.watch({ name: "KEYS", paths, parse, first: names.map(() => "good 0").join("+") });
  return { write, current: () => source.current(), reloadAll: () => reloads.reloadAll(), advance: clock.advance, told };
}

describe("a watched file", () => {
  test("is looked at again after a second", async () => {
    const { write, current, advance, told } = await watching("a");
    await write("a", "good 1");
    advance(999);
    expect(await current()).toBe("good 0");
    advance(1);
    expect(await current()).toBe("good 1");
    expect(told).toEqual([["KEYS", "taken"]]);
  });

  test("is looked at once a second, however often it is used", async () => {
    const { write, current, advance } = await watching("a");
    advance(1_000);
    await current();
    await write("a", "good 1");
    advance(999);
    expect(await current()).toBe("good 0");
  });

  test("is looked at on demand without a wait", async () => {
    const { write, current, reloadAll } = await watching("a");
    await write("a", "good 1");
    await reloadAll();
    expect(await current()).toBe("good 1");
  });

  test("is compared by its text and not by its times", async () => {
    const { write, current, reloadAll, told } = await watching("a");
    await reloadAll();
    told.length = 0;
    await write("a", "good 1");
    await utimes(join(folder, "a"), 0, 0);
    await reloadAll();
    expect([await current(), told]).toEqual(["good 1", [["KEYS", "taken"]]]);
    await write("a", "good 1");
    await reloadAll();
    expect(told).toHaveLength(1);
  });

  test("may be swapped by a symbolic link to a folder", async () => {
    const { current, reloadAll } = await watching("a");
    await mkdir(join(folder, "..data"));
    await writeFile(join(folder, "..data", "a"), "good 1");
    await symlink(join("..data", "a"), join(folder, "link"));
    await rename(join(folder, "link"), join(folder, "a"));
    await reloadAll();
    expect(await current()).toBe("good 1");
  });
});

describe("files that belong together", () => {
  test.each([
    ["the first", "a", "good 1+good 0"],
    ["the second", "b", "good 0+good 1"],
  ])("are taken when only %s changes", async (_which, name, value) => {
    const { write, current, reloadAll } = await watching("a", "b");
    await reloadAll();
    await write(name, "good 1");
    await reloadAll();
    expect(await current()).toBe(value);
  });

  test("are kept out together when one is bad", async () => {
    const { write, current, reloadAll } = await watching("a", "b");
    await write("a", "good 1");
    await write("b", "bad");
    await reloadAll();
    expect(await current()).toBe("good 0+good 0");
  });
});

describe("a file that cannot be used", () => {
  test("leaves the last good value, not the first", async () => {
    const { write, current, reloadAll } = await watching("a");
    await write("a", "good 1");
    await reloadAll();
    await write("a", "bad");
    await reloadAll();
    expect(await current()).toBe("good 1");
    await rm(join(folder, "a"));
    await reloadAll();
    expect(await current()).toBe("good 1");
  });

  test("is told of once, however often it is looked at", async () => {
    const { write, current, advance, told } = await watching("a");
    await write("a", "bad");
    for (let i = 0; i < 3; i++) {
      advance(1_000);
      await current();
    }
    expect(told).toEqual([["KEYS", "begins with bad"]]);
  });

  test("is told of again to whoever asks for a look", async () => {
    const { write, reloadAll, told } = await watching("a");
    await write("a", "bad");
    for (let i = 0; i < 2; i++) await reloadAll();
    expect(told).toEqual([
      ["KEYS", "begins with bad"],
      ["KEYS", "begins with bad"],
    ]);
  });

  test("that is missing is told of once, without its path", async () => {
    const { current, advance, told } = await watching("a");
    await rm(join(folder, "a"));
    for (let i = 0; i < 3; i++) {
      advance(1_000);
      await current();
    }
    expect(told).toEqual([["KEYS", "cannot be read (ENOENT)"]]);
  });

  test("is told of again when its text changes, for the same problem", async () => {
    const { write, current, advance, told } = await watching("a");
    for (const text of ["bad 1", "bad 2"]) {
      await write("a", text);
      advance(1_000);
      await current();
    }
    expect(told).toEqual([
      ["KEYS", "begins with bad"],
      ["KEYS", "begins with bad"],
    ]);
  });

  test("is told of again with another problem", async () => {
    const { write, reloadAll, told } = await watching("a");
    await write("a", "bad");
    await reloadAll();
    await write("a", "odd");
    await reloadAll();
    expect(told).toEqual([
      ["KEYS", "begins with bad"],
      ["KEYS", "begins with odd"],
    ]);
  });

  test("is told of again after it was mended", async () => {
    const { write, reloadAll, told } = await watching("a");
    for (const text of ["bad", "good 1", "bad"]) {
      await write("a", text);
      await reloadAll();
    }
    expect(told).toEqual([
      ["KEYS", "begins with bad"],
      ["KEYS", "taken"],
      ["KEYS", "begins with bad"],
    ]);
  });

  test("is told of as before when its good text comes back", async () => {
    const { write, reloadAll, told } = await watching("a");
    for (const text of ["good 1", "bad", "good 1", "good 1"]) {
      await write("a", text);
      await reloadAll();
    }
    expect(told).toEqual([
      ["KEYS", "taken"],
      ["KEYS", "begins with bad"],
      ["KEYS", "as before"],
    ]);
  });

  test.each([
    ["a text", "S3CRET"],
    ["an object", { message: "S3CRET" }],
    ["an error", new Error("S3CRET")],
  ])("by throwing %s is told of in fixed words", async (_what, thrown) => {
    const told: unknown[] = [];
    const clock = testClock();
    const reloads = new Reloads(clock, (_name, outcome) => told.push(wordsOf(outcome)));
    await writeFile(join(folder, "a"), "text");
    const reject = () => {
      throw thrown;
    };
    reloads.watch({ name: "KEYS", paths: [join(folder, "a")], parse: reject, first: undefined });
    await reloads.reloadAll();
    expect(told).toEqual(["cannot be used"]);
  });
});

test("every watched source is looked at on demand", async () => {
  const told: string[] = [];
  const clock = testClock();
  const reloads = new Reloads(clock, (name) => told.push(name));
  for (const name of ["A", "B", "C"]) {
    await writeFile(join(folder, name), "good");
    reloads.watch({ name, paths: [join(folder, name)], parse, first: "" });
  }
  await reloads.reloadAll();
  expect(told.sort()).toEqual(["A", "B", "C"]);
});

test("a fixed value stays", async () => {
  const source = fixed("value");
  await source.reload();
  expect(await source.current()).toBe("value");
});
