import { describe, expect, jest, test } from "@jest/globals";
import { ageOf, momentOf, refreshTime, systemClock } from "../../../src/system/clock.js";
import { testClock } from "../../support/clock.js";

const hourMs = 3_600_000;

describe("the age of what dies elsewhere", () => {
  test.each([
    ["as time goes by", 0, 60_000],
    ["by the monotonic clock when the wall clock was set back", -hourMs, 60_000],
    ["by the wall clock when it went ahead, as after a sleep", hourMs, hourMs + 60_000],
  ])("grows %s", (_how, byMs, age) => {
    const clock = testClock();
    const since = momentOf(clock);
    clock.setWall(byMs);
    clock.advance(60_000);
    expect(ageOf(since, clock)).toBe(age);
  });
});

describe("the machine's clock", () => {
  test("never calls before the time", async () => {
    for (const ms of [0, 0.4, 1, 2, 3.7]) {
      const early = await new Promise<number>((resolve) => {
        const dueAt = systemClock.elapsed() + ms;
        systemClock.after(ms, () => resolve(dueAt - systemClock.elapsed()));
      });
      expect(early).toBeLessThanOrEqual(0);
    }
  });

  test("waits on when Node calls too soon", () => {
    jest.useFakeTimers({ doNotFake: ["performance"] });
    try {
      let isCalled = false;
      const cancel = systemClock.after(1_000, () => {
        isCalled = true;
      });
      jest.advanceTimersByTime(1_000);
      expect([isCalled, jest.getTimerCount()]).toEqual([false, 1]);
      cancel();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});

test("a client asks again after four fifths of a life", () => {
  expect(refreshTime(new Date(1_000), new Date(601_000))).toEqual(new Date(481_000));
});
