import { describe, expect, test } from "@jest/globals";
import { ServerKeys } from "../../../src/amity/server-keys.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { testClock } from "../../support/clock.js";

function keysWithClock(...texts: string[]) {
  const clock = testClock();
  const values = [...texts];
  const sources = values.map((_, index) => ({ ...fixed(""), current: async () => values[index] ?? "" }));
  return { clock, keys: new ServerKeys(sources, clock), values };
}

describe("server keys", () => {
  test.each([
    [[], false],
    [["first"], true],
  ])("%j are there: %p", (texts, isConfigured) => {
    expect(keysWithClock(...texts).keys.isConfigured).toBe(isConfigured);
  });

  test("are tried in the order in which they were given", async () => {
    const { keys } = keysWithClock("first", "second");
    expect(await keys.current()).toEqual(["first", "second"]);
  });

  test("begin with the one that worked, for a minute", async () => {
    const { clock, keys } = keysWithClock("first", "second", "third");
    keys.remember("second");
    clock.advance(59_999);
    expect(await keys.current()).toEqual(["second", "first", "third"]);
    clock.advance(1);
    expect(await keys.current()).toEqual(["first", "second", "third"]);
  });

  test("forget a key that is in use no more", async () => {
    const { keys, values } = keysWithClock("first", "second");
    keys.remember("second");
    values[1] = "third";
    expect(await keys.current()).toEqual(["first", "third"]);
  });

  test("have a generation that changes with each", async () => {
    const { keys, values } = keysWithClock("first", "second");
    const generations = [await keys.generation(), await keys.generation()];
    for (const index of [0, 1]) {
      values[index] = `new ${index}`;
      generations.push(await keys.generation());
    }
    expect(new Set(generations).size).toBe(3);
    expect(generations.join()).not.toMatch(/first|second|new/);
  });

  test("have another generation in another order or split", async () => {
    const generationOf = (...texts: string[]) => keysWithClock(...texts).keys.generation();
    const all = [generationOf("a", "b"), generationOf("b", "a"), generationOf("ab"), generationOf("a,b")];
    expect(new Set(await Promise.all(all)).size).toBe(4);
  });
});
