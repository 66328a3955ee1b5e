import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { type Ending, type Expiry, ExpiryWatch, expiryOf } from "../../../src/amity/expiry.js";
import { systemClock } from "../../../src/system/clock.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";

const now = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;

test.each<[number, Expiry]>([
  [365 * dayMs, { days: 365, urgency: "none" }],
  [30 * dayMs, { days: 30, urgency: "none" }],
  [30 * dayMs - 1, { days: 29, urgency: "soon" }],
  [7 * dayMs, { days: 7, urgency: "soon" }],
  [7 * dayMs - 1, { days: 6, urgency: "very soon" }],
  [0, { days: 0, urgency: "very soon" }],
  [-1, { days: -1, urgency: "very soon" }],
])("what ends %i ms from now has %j", (leftMs, expiry) => {
  expect(expiryOf(now + leftMs, now)).toEqual(expiry);
});

/** A watch that watches nothing yet, and what it said since somebody last asked. */
function watchWithClock() {
  const clock = testClock(now);
  const { logger, lines } = recordingLogger();
  const said = async () => {
    await setImmediate();
    return lines.splice(0).map((line) => JSON.parse(line));
  };
  return { clock, watch: new ExpiryWatch(clock, logger), said };
}

/** An admin token of a region that ends then. */
const tokenOf = (region: string, end: () => number | undefined): Ending => ({
  what: "an admin token",
  fields: { region },
  end: async () => end(),
});

describe("a watch", () => {
  const soon = { level: "warn", message: "an admin token expires soon", region: "EU" };
  const verySoon = { level: "error", message: "an admin token expires very soon", region: "EU" };
  const over = { level: "error", message: "an admin token has expired", region: "EU" };

  test.each<[number, object[]]>([
    [30 * dayMs, []],
    [30 * dayMs - 1, [{ ...soon, days: 29 }]],
    [7 * dayMs, [{ ...soon, days: 7 }]],
    [7 * dayMs - 1, [{ ...verySoon, days: 6 }]],
    [1, [{ ...verySoon, days: 0 }]],
    [0, [{ ...over, days: 0 }]],
    [-1, [{ ...over, days: -1 }]],
  ])("of what ends %i ms from now says %j at once", async (leftMs, lines) => {
    const { watch, said } = watchWithClock();
    await watch.watch(tokenOf("EU", () => now + leftMs));
    expect(await said()).toEqual(lines);
  });

  test("says nothing of an end that nobody knows", async () => {
    const { watch, said } = watchWithClock();
    await watch.watch(tokenOf("EU", () => undefined));
    expect(await said()).toEqual([]);
  });

  test("looks at everything again each day", async () => {
    const { clock, watch, said } = watchWithClock();
    await watch.watch(tokenOf("EU", () => now + 30 * dayMs));
    await watch.watch(tokenOf("US", () => now + 7 * dayMs));
    await said();
    clock.advance(dayMs - 1);
    expect(await said()).toEqual([]);
    for (const [eu, us] of [
      [29, 6],
      [28, 5],
      [27, 4],
    ]) {
      clock.advance(1);
      expect(await said()).toEqual([
        { ...soon, days: eu },
        { ...verySoon, region: "US", days: us },
      ]);
      clock.advance(dayMs - 1);
    }
  });

  test("goes by the end as it is then", async () => {
    const { clock, watch, said } = watchWithClock();
    let end = now + dayMs;
    await watch.watch(tokenOf("EU", () => end));
    expect(await said()).toEqual([{ ...verySoon, days: 1 }]);
    end = now + 365 * dayMs;
    clock.advance(dayMs);
    expect(await said()).toEqual([]);
  });

  test("that only looks once does not look again", async () => {
    const { clock, watch, said } = watchWithClock();
    await watch.look(tokenOf("EU", () => now + dayMs));
    expect(await said()).toEqual([{ ...verySoon, days: 1 }]);
    clock.advance(dayMs);
    expect(await said()).toEqual([]);
  });

  test.each([0, 1, 3])("that stops after %i days says no more and leaves no timer", async (days) => {
    const { clock, watch, said } = watchWithClock();
    await watch.watch(tokenOf("EU", () => now + dayMs));
    for (let day = 0; day < days; day++) clock.advance(dayMs);
    await said();
    watch.stop();
    expect(clock.pending()).toBe(0);
    clock.advance(2 * dayMs);
    expect(await said()).toEqual([]);
  });

  test("keeps no process alive", () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const watch = new ExpiryWatch(systemClock, recordingLogger().logger);
    expect(timers()).toBe(before);
    watch.stop();
  });
});
