import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Unusable } from "../../../src/errors/reason-of.js";
import { fileProblem, readRegularFile, readRegularFileSync } from "../../../src/system/regular-file.js";
import { Reloads } from "../../../src/system/reloading-file.js";
import { testClock } from "../../support/clock.js";
import { type Deferred, deferred } from "../../support/deferred.js";
import { wordsOf } from "../../support/reloads.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterEach(() => rm(folder, { recursive: true }));

const notRegular = "is not a regular file";
const tooLarge = "is larger than 1 MiB";
const mebibyte = 1_048_576;

/** What may stand where a key should: made at a path, and told of in these words. */
const unusable: [string, (path: string) => unknown, string][] = [
  ["a pipe", (path) => execFileSync("mkfifo", [path]), notRegular],
  [
    "a link to a pipe",
    (path) => execFileSync("sh", ["-c", `mkfifo ${path}.pipe && ln -s ${path}.pipe ${path}`]),
    notRegular,
  ],
  ["a folder", (path) => mkdir(path), "is a folder (EISDIR)"],
  ["a device without an end", (path) => symlink("/dev/zero", path), notRegular],
  ["a device without a text", (path) => symlink("/dev/null", path), notRegular],
  ["a link to itself", (path) => symlink(path, path), "cannot be read (ELOOP)"],
  ["a link to nothing", (path) => symlink("/nowhere", path), "cannot be read (ENOENT)"],
  ["too large a file", (path) => writeFile(path, Buffer.alloc(mebibyte + 1)), tooLarge],
  ["a file with a hole of a terabyte", (path) => writeFile(path, "").then(() => truncate(path, 2 ** 40)), tooLarge],
];

describe.each(unusable)("%s in the place of a file", (_what, make, problem) => {
  test("is kept out in words, and what takes its place is taken", async () => {
    const path = join(folder, "key");
    const told: unknown[] = [];
    const reloads = new Reloads(testClock(), (_name, outcome) => told.push(wordsOf(outcome)));
    const source = reloads.watch({ name: "KEY", paths: [path], parse: ([text = ""]) => text, first: "first" });
    await make(path);
    await reloads.reloadAll();
    expect([await source.current(), told]).toEqual(["first", [problem]]);
    await rm(path, { recursive: true });
    await writeFile(path, "second");
    await reloads.reloadAll();
    expect([await source.current(), told]).toEqual(["second", [problem, "taken"]]);
  });

  test("is refused at the start as well", async () => {
    const path = join(folder, "key");
    await make(path);
    expect(fileProblem(thrownBy(() => readRegularFileSync(path)))).toBe(problem);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test.each([
  ["just small enough", mebibyte],
  ["empty", 0],
])("a file that is %s is read", async (_how, bytes) => {
  const path = join(folder, "key");
  await writeFile(path, "x".repeat(bytes));
  expect([(await readRegularFile(path)).length, readRegularFileSync(path).length]).toEqual([bytes, bytes]);
});

test("a file that the kernel makes up is read", async () => {
  expect(await readRegularFile("/proc/self/status")).toMatch(/^Name:/);
});

describe("files that do not answer", () => {
  /** Files whose reads end when the test says so. */
  function slowly(...names: string[]) {
    const clock = testClock();
    const reads: (Deferred<string> & { path: string })[] = [];
    const told: string[] = [];
    const read = (path: string) => {
      const text = { path, ...deferred<string>() };
      reads.push(text);
      return text.promise;
    };
    const reloads = new Reloads(clock, (name, outcome) => told.push(`${name} ${wordsOf(outcome)}`), read);
    const parse = ([text = ""]: readonly string[]) => text;
    const sources = names.map((name) => reloads.watch({ name, paths: [`/${name}`], parse, first: "first" }));
    return { clock, reads, told, reloads, current: () => Promise.all(sources.map((source) => source.current())) };
  }

  /** What a promise has become by now. */
  async function stateOf(promise: Promise<unknown>): Promise<unknown> {
    await setImmediate();
    return Promise.race([promise, Promise.resolve("waits")]);
  }

  test("hold up requests for a tenth of a second, once", async () => {
    const { clock, current } = slowly("A");
    clock.advance(1_000);
    const early = current();
    clock.advance(99);
    expect(await stateOf(early)).toBe("waits");
    clock.advance(1);
    expect(await stateOf(early)).toEqual(["first"]);
    for (let i = 0; i < 10; i++) {
      clock.advance(1_000);
      expect(await stateOf(current())).toEqual(["first"]);
    }
  });

  test("are read once, however long they hang, and told of once", async () => {
    const { clock, reads, told, current } = slowly("A");
    clock.advance(1_000);
    for (let i = 0; i < 100; i++) {
      void current();
      await setImmediate();
      clock.advance(1_000);
    }
    expect([reads.length, told]).toEqual([1, ["A cannot be read in time"]]);
  });

  test("hold two reads of the process together, and no more", async () => {
    const { clock, reads, current } = slowly("A", "B", "C", "D");
    for (let i = 0; i < 10; i++) {
      clock.advance(1_000);
      void current();
      await setImmediate();
    }
    expect(reads.map(({ path }) => path)).toEqual(["/A", "/B"]);
    reads[0]?.resolve("second");
    await setImmediate();
    expect(reads.map(({ path }) => path)).toEqual(["/A", "/B", "/C"]);
  });

  test("are taken when they answer at last, and read again", async () => {
    const { clock, reads, told, current } = slowly("A");
    clock.advance(1_000);
    void current();
    clock.advance(60_000);
    reads[0]?.resolve("second");
    await setImmediate();
    const late = current();
    await setImmediate();
    reads[1]?.resolve("third");
    expect([await late, told]).toEqual([["third"], ["A cannot be read in time", "A taken", "A taken"]]);
  });

  test("let go of SIGHUP after ten seconds", async () => {
    const { clock, reloads, current } = slowly("A");
    clock.advance(1_000);
    void current();
    const reloaded = reloads.reloadAll();
    clock.advance(5_000);
    expect(await stateOf(reloaded)).toBeUndefined();
  });
});

test("a reload sees what was written while a look was under way", async () => {
  const reads: Deferred<string>[] = [];
  const read = () => {
    const text = deferred<string>();
    reads.push(text);
    return text.promise;
  };
  const clock = testClock();
  const reloads = new Reloads(clock, () => {}, read);
  const source = reloads.watch({ name: "A", paths: ["/a"], parse: ([text = ""]) => text, first: "first" });
  clock.advance(1_000);
  void source.current();
  const reloaded = reloads.reloadAll();
  for (const [index, text] of ["before", "after"].entries()) {
    await setImmediate();
    reads[index]?.resolve(text);
  }
  await reloaded;
  expect(await source.current()).toBe("after");
});

test("what the time keeps out is tried again without a change", async () => {
  const path = join(folder, "key");
  await writeFile(path, "second");
  const clock = testClock();
  const told: unknown[] = [];
  const reloads = new Reloads(clock, (_name, outcome) => told.push(wordsOf(outcome)));
  const opens = clock.now() + 3_000;
  const parse = ([text = ""]: readonly string[]) => {
    if (clock.now() < opens) throw new Unusable("cannot be used", "is too early");
    return text;
  };
  const source = reloads.watch({ name: "KEY", paths: [path], parse, first: "first" });
  const seen = [];
  for (let i = 0; i < 4; i++) {
    clock.advance(1_000);
    seen.push(await source.current());
  }
  expect([seen, told]).toEqual([
    ["first", "first", "second", "second"],
    ["is too early", "taken"],
  ]);
});

test("files that hold what is in use are not told of as changed", async () => {
  const path = join(folder, "key");
  await writeFile(path, "first\n");
  const told: string[] = [];
  const reloads = new Reloads(testClock(), (name) => told.push(name));
  reloads.watch({
    name: "KEY",
    paths: [path],
    parse: ([text = ""]) => ({ key: text.trim() }),
    first: { key: "first" },
  });
  await reloads.reloadAll();
  expect(told).toEqual([]);
});
