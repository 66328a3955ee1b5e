import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Reloads, reloading } from "../../../src/system/reloading-file.js";
import { testClock } from "../../support/clock.js";

/** Two files that are read together, of which the second must not be "bad". */
async function watchedFiles() {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const paths = [join(folder, "one"), join(folder, "two")] as const;
  const write = async (one: string, two: string) => {
    await writeFile(paths[0], one);
    await writeFile(paths[1], two);
  };
  await write("1", "2");
  const clock = testClock();
  const told: string[] = [];
  const source = reloading({
    name: "FILES",
    paths,
    parse: (texts) => {
      if (texts[1]?.startsWith("bad")) throw new Error("is bad");
      return texts.join("+");
    },
    first: "first",
    clock,
    onReload: (_name, problem) => told.push(problem ?? "taken"),
  });
  return { clock, paths, write, source, told };
}

describe("watched files", () => {
  test("are looked at once a second, on use", async () => {
    const { clock, write, source } = await watchedFiles();
    expect(await source.current()).toBe("first");
    clock.advance(1_000);
    expect(await source.current()).toBe("1+2");
    await write("3", "2");
    clock.advance(999);
    expect(await source.current()).toBe("1+2");
    clock.advance(1);
    expect(await source.current()).toBe("3+2");
  });

  test("are looked at when asked", async () => {
    const { source } = await watchedFiles();
    await source.reload();
    expect(await source.current()).toBe("1+2");
  });

  test("are told of when they change alone", async () => {
    const { source, told } = await watchedFiles();
    for (let i = 0; i < 3; i++) await source.reload();
    expect(told).toEqual(["taken"]);
  });

  test("that are of no use leave the last good value", async () => {
    const { write, source, told } = await watchedFiles();
    await source.reload();
    await write("3", "bad");
    await source.reload();
    expect([await source.current(), told]).toEqual(["1+2", ["taken", "is bad"]]);
  });

  test("that cannot be read are told of without their path", async () => {
    const { paths, source, told } = await watchedFiles();
    await rm(paths[0]);
    await source.reload();
    expect([await source.current(), told]).toEqual(["first", ["cannot be read (ENOENT)"]]);
  });

  test("have each problem told once", async () => {
    const { paths, write, source, told } = await watchedFiles();
    for (const text of ["bad", "bad", "bad too"]) {
      await write("3", text);
      await source.reload();
    }
    await rm(paths[0]);
    for (let i = 0; i < 3; i++) await source.reload();
    expect(told).toEqual(["is bad", "cannot be read (ENOENT)"]);
  });

  test("have a problem told again after it was gone", async () => {
    const { write, source, told } = await watchedFiles();
    for (const text of ["bad", "good", "bad"]) {
      await write("3", text);
      await source.reload();
    }
    expect(told).toEqual(["is bad", "taken", "is bad"]);
  });

  test("are all looked at together", async () => {
    const { clock, paths } = await watchedFiles();
    const told: string[] = [];
    const reloads = new Reloads(clock, (name) => told.push(name));
    const parse = (texts: readonly string[]) => texts.join();
    const sources = ["A", "B"].map((name) => reloads.watch({ name, paths, parse, first: "" }));
    await reloads.reloadAll();
    expect(told.sort()).toEqual(["A", "B"]);
    expect(await Promise.all(sources.map((source) => source.current()))).toEqual(["1,2", "1,2"]);
  });
});
