import { describe, expect, test } from "@jest/globals";
import { ExpiringMap } from "../../../src/emulator/expiring-map.js";
import { manualClock } from "../../support/emulator.js";

describe("ExpiringMap", () => {
  test("returns an entry until its last millisecond", () => {
    const { clock, advance } = manualClock(0);
    const map = new ExpiringMap<string>(clock);
    map.set("key", "value", 10);
    advance(9);
    expect(map.get("key")).toBe("value");
    advance(1);
    expect(map.get("key")).toBeUndefined();
  });

  test("drops dead entries when another one comes", () => {
    const { clock, advance } = manualClock(0);
    const map = new ExpiringMap<number>(clock);
    for (let index = 0; index < 1000; index += 1) {
      map.set(String(index), index, clock() + 10);
      advance(1);
    }
    expect(map.size).toBe(10);
  });

  test("keeps a key that was set again", () => {
    const { clock, advance } = manualClock(0);
    const map = new ExpiringMap<string>(clock);
    map.set("again", "old", 10);
    map.set("other", "other", 11);
    map.set("again", "new", 12);
    advance(11);
    map.set("last", "last", 13);
    expect([map.get("again"), map.size]).toEqual(["new", 2]);
  });
});
