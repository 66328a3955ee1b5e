import { readdirSync } from "node:fs";
import { afterAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Scratch } from "./scratch.js";
import { changed, stepsOf } from "./steps.js";

jest.setTimeout(600_000); // the compiler and jest for each page; nothing waits for it to pass

const folder = new URL("../../docs/contributing/", import.meta.url);
const pages = readdirSync(folder);

describe("what a recipe says is done in a copy of the checkout:", () => {
  const scratch = new Scratch();
  beforeEach(() => scratch.reset());
  afterAll(() => scratch.remove());

  test.each(pages)("%s", async (page) => {
    const steps = stepsOf(new URL(page, folder));
    expect(steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["change", "run", "printed"]));
    await scratch.follow(steps);
  });
});

describe("a change that a recipe shows", () => {
  const hunk = { before: "b", after: "b\nnew" };

  test("is made at its place, whole lines alone", () => {
    expect(changed("x.ts", "ab\nb\nbc\n", hunk)).toBe("ab\nb\nnew\nbc\n");
  });

  test.each([
    ["is nowhere", "a\nc\n"],
    ["could be meant twice", "b\na\nb\n"],
  ])("is refused where its place %s", (_where, text) => {
    expect(() => changed("x.ts", text, hunk)).toThrow(/^x\.ts has \d places/);
  });
});
