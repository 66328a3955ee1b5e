import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { Readiness } from "../../../src/server/readiness.js";
import { testClock } from "../../support/clock.js";

/** A process whose callers' keys can be loaded from the moment the test says so. */
function processWithKeys(there = true) {
  const clock = testClock();
  const keys = { there, asked: 0 };
  const readiness = new Readiness(async () => {
    keys.asked++;
    return keys.there;
  }, clock);
  return { clock, keys, readiness };
}

describe("readiness", () => {
  test("goes from starting to ready to draining", async () => {
    const { readiness } = processWithKeys();
    expect(await readiness.status()).toBe("starting");
    readiness.serve();
    expect(await readiness.status()).toBe("ready");
    readiness.drain();
    expect(await readiness.status()).toBe("draining");
  });

  test("waits for the keys that verify callers", async () => {
    const { readiness, keys } = processWithKeys(false);
    readiness.serve();
    expect(await readiness.status()).toBe("no caller keys");
    keys.there = true;
    expect(await readiness.status()).toBe("ready");
  });

  test("asks for nothing while it starts or drains", async () => {
    const { readiness, keys } = processWithKeys();
    await readiness.status();
    readiness.drain();
    await readiness.status();
    expect(keys.asked).toBe(0);
  });
});

describe("callers' keys", () => {
  test("are tried again without anybody who asks", async () => {
    const { clock, readiness, keys } = processWithKeys(false);
    readiness.serve();
    for (let i = 0; i < 3; i++) {
      await setImmediate();
      clock.advance(1_000);
    }
    await setImmediate();
    expect(keys.asked).toBe(4);
  });

  test("are tried no more once they are there", async () => {
    const { clock, readiness, keys } = processWithKeys(false);
    readiness.serve();
    await setImmediate();
    keys.there = true;
    clock.advance(1_000);
    await setImmediate();
    expect([keys.asked, clock.pending()]).toEqual([2, 0]);
  });

  test.each([
    ["while it waits", true],
    ["while it tries", false],
  ])("are tried no more when the process stops %s", async (_when, waits) => {
    const { clock, readiness } = processWithKeys(false);
    readiness.serve();
    if (waits) await setImmediate();
    readiness.drain();
    await setImmediate();
    expect(clock.pending()).toBe(0);
  });
});
