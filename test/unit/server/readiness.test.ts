import { describe, expect, test } from "@jest/globals";
import { Readiness } from "../../../src/server/readiness.js";

function readinessOf({ callers = true, regions = true } = {}): Readiness {
  return new Readiness(
    async () => callers,
    () => regions,
  );
}

describe("readiness", () => {
  test("goes from starting to ready to draining", async () => {
    const readiness = readinessOf();
    expect([await readiness.status(), readiness.isDraining]).toEqual(["starting", false]);
    readiness.serve();
    expect([await readiness.status(), readiness.isDraining]).toEqual(["ready", false]);
    readiness.drain();
    expect([await readiness.status(), readiness.isDraining]).toEqual(["draining", true]);
  });

  test.each([
    [{ callers: false }, "no caller keys"],
    [{ regions: false }, "no usable region"],
    [{ callers: false, regions: false }, "no caller keys"],
  ])("of %j while serving is %j", async (missing, status) => {
    const readiness = readinessOf(missing);
    readiness.serve();
    expect(await readiness.status()).toBe(status);
  });

  test("that comes late is told at once", async () => {
    const state = { callers: false, regions: false };
    const readiness = new Readiness(
      async () => state.callers,
      () => state.regions,
    );
    readiness.serve();
    state.callers = true;
    expect(await readiness.status()).toBe("no usable region");
    state.regions = true;
    expect(await readiness.status()).toBe("ready");
  });

  test("asks for nothing while it starts or drains", async () => {
    const asked: string[] = [];
    const readiness = new Readiness(
      async () => asked.push("callers") > 0,
      () => asked.push("regions") > 0,
    );
    await readiness.status();
    readiness.drain();
    await readiness.status();
    expect(asked).toEqual([]);
  });
});
