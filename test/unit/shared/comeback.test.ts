import { expect, test } from "@jest/globals";
import { Comeback } from "../../../src/shared/comeback.js";
import { testClock } from "../../support/clock.js";

/** How many looks in a row had to go well. */
function looksUntilEarned(comeback: Comeback): number {
  comeback.beginAnew();
  for (let looks = 1; ; looks++) if (comeback.isEarned()) return looks;
}

test.each([
  [5_000, 4],
  [10_000, 2],
])("lost %s ms after a return, it takes %s good looks", (ms, looks) => {
  const clock = testClock();
  const comeback = new Comeback(clock);
  comeback.end();
  expect(looksUntilEarned(comeback)).toBe(2);
  comeback.begin();
  clock.advance(ms);
  comeback.end();
  expect(looksUntilEarned(comeback)).toBe(looks);
});

test("one look that goes wrong makes all of them void", () => {
  const comeback = new Comeback(testClock());
  comeback.isEarned();
  comeback.beginAnew();
  expect([comeback.isEarned(), comeback.isEarned()]).toEqual([false, true]);
});
