import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { answerInTime } from "../../../src/shared/answer-in-time.js";
import { Late } from "../../../src/system/in-time.js";
import { testClock } from "../../support/clock.js";

test("an answer that is there when the process wakes up is in time", async () => {
  const clock = testClock();
  // Sockets have their turn after the timers, and before what is set to be done at once.
  const answer = setImmediate("answer");
  const inTime = answerInTime(answer, 50, clock);
  clock.advance(60);
  await expect(inTime).resolves.toBe("answer");
});

test("an answer that does not come is late", async () => {
  const clock = testClock();
  const never = answerInTime(new Promise(() => {}), 50, clock);
  clock.advance(50);
  await expect(never).rejects.toBeInstanceOf(Late);
});

test("what is answered leaves no timer behind", async () => {
  const clock = testClock();
  await answerInTime(Promise.resolve(), 50, clock);
  await setImmediate();
  expect(clock.pending()).toBe(0);
});
