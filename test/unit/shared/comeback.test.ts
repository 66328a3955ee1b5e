import { expect, test } from "@jest/globals";
import { Comeback } from "../../../src/shared/comeback.js";
import { testClock } from "../../support/clock.js";

/** How many looks in a row had to go well. */
function looksUntilEarned(comeback: Comeback): number {
  comeback.beginAnew();
  for (let looks = 1; ; looks++) if (comeback.isEarned()) return looks;
}

test("it takes longer after each quick relapse, within bounds", () => {
  const clock = testClock();
  const comeback = new Comeback(clock);
  comeback.end();
  const looks = Array.from({ length: 8 }, () => {
    const needed = looksUntilEarned(comeback);
    comeback.begin();
    clock.advance(5_000);
    comeback.end();
    return needed;
  });
  expect(looks).toEqual([2, 4, 8, 16, 32, 64, 120, 120]);
  looksUntilEarned(comeback);
  comeback.begin();
  clock.advance(10_000);
  comeback.end();
  expect(looksUntilEarned(comeback)).toBe(2);
});

test("one look that goes wrong makes all of them void", () => {
  const comeback = new Comeback(testClock());
  comeback.isEarned();
  comeback.beginAnew();
  expect([comeback.isEarned(), comeback.isEarned()]).toEqual([false, true]);
});
