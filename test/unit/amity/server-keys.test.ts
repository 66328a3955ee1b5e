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
    keys.remember("second", { afterRefusal: true });
    clock.advance(59_999);
    expect(await keys.current()).toEqual(["second", "first", "third"]);
    clock.advance(1);
    expect(await keys.current()).toEqual(["first", "second", "third"]);
  });

  test("have the first tried again by one call a minute, however many succeed", async () => {
    const { clock, keys } = keysWithClock("first", "second");
    const begins: string[] = [];
    for (let second = 0; second < 180; second++) {
      const [one] = await keys.current();
      begins.push(one ?? "");
      keys.remember("second", { afterRefusal: one === "first" });
      clock.advance(1_000);
    }
    expect(begins.flatMap((key, second) => (key === "first" ? [second] : []))).toEqual([0, 60, 120]);
  });

  test("are news at each trial of the first, and once", async () => {
    const { clock, keys } = keysWithClock("first", "second");
    const told: number[] = [];
    for (let minute = 0; minute < 3; minute++) {
      const burst = await Promise.all(Array.from({ length: 5 }, () => keys.current()));
      const news = burst.filter(([one]) => keys.remember("second", { afterRefusal: one === "first" }));
      told.push(news.length);
      clock.advance(60_000);
    }
    expect(told).toEqual([1, 1, 1]);
  });

  test("begin with the first as soon as it works again", async () => {
    const { clock, keys } = keysWithClock("first", "second");
    keys.remember("second", { afterRefusal: true });
    clock.advance(60_000);
    expect(await keys.current()).toEqual(["first", "second"]);
    expect(keys.remember("first", { afterRefusal: false })).toBe(false);
    expect(await keys.current()).toEqual(["first", "second"]);
  });

  test("are no news when the second is refused and the first works", async () => {
    const { keys } = keysWithClock("first", "second");
    await keys.current();
    keys.remember("second", { afterRefusal: true });
    expect(keys.remember("first", { afterRefusal: true })).toBe(false);
    expect(await keys.current()).toEqual(["first", "second"]);
  });

  test("forget a key that is in use no more", async () => {
    const { keys, values } = keysWithClock("first", "second");
    keys.remember("second", { afterRefusal: true });
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
