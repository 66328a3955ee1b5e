import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { AmityAuthError } from "../../../src/client/errors.js";
import { systemPlatform } from "../../../src/client/platform.js";
import { type Keeper, type Kept, startKeeper } from "../../../src/client/react/keeper.js";

interface Grant {
  readonly token: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly refreshAfter: string;
}

const minute = 60_000;
const overloaded = new AmityAuthError("OVERLOADED", "", { retryable: true });
const forbidden = new AmityAuthError("FORBIDDEN", "");

let keeper: Keeper | undefined;
beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  keeper?.end();
  jest.useRealTimers();
});

/** A keeper of a gateway whose next answers fail so; the others are tokens of so many minutes. */
function keeping({ failures = [], minutes = 10 }: { failures?: (AmityAuthError | undefined)[]; minutes?: number }) {
  const renewals: boolean[] = [];
  const told: Kept<Grant>[] = [];
  const ask = async (isRenewal: boolean) => {
    renewals.push(isRenewal);
    const failure = failures[renewals.length - 1];
    if (failure) throw failure;
    const after = (part: number) => new Date(Date.now() + part * minutes * minute).toISOString();
    return { token: `t${renewals.length}`, issuedAt: after(0), expiresAt: after(1), refreshAfter: after(0.8) };
  };
  const started = startKeeper<Grant>({ ...systemPlatform, ask, tell: (kept) => told.push(kept) });
  keeper = started;
  return { renewals, told, keeper: started, last: () => [told.at(-1)?.grant?.token, told.at(-1)?.error?.code] };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test("asks once, and again when it should", async () => {
  const { renewals, last } = keeping({});
  await pass(7.9 * minute);
  expect([renewals, last()]).toEqual([[false], ["t1", undefined]]);
  await pass(0.2 * minute);
  expect([renewals, last()]).toEqual([
    [false, true],
    ["t2", undefined],
  ]);
});

test("asks nothing when it ends as it starts", async () => {
  const { renewals, keeper } = keeping({});
  keeper.end();
  await pass(60 * minute);
  expect([renewals, jest.getTimerCount()]).toEqual([[], 0]);
});

test("tells nothing of an answer after its end", async () => {
  const { told, keeper } = keeping({});
  await Promise.resolve();
  keeper.end();
  await pass(minute);
  expect([told, jest.getTimerCount()]).toEqual([[], 0]);
});

test("keeps a session of thirty days without a storm", async () => {
  const { renewals } = keeping({ minutes: 30 * 24 * 60 });
  await pass(20 * 24 * 60 * minute);
  expect(renewals).toEqual([false]);
  await pass(5 * 24 * 60 * minute);
  expect(renewals).toEqual([false, true]);
});

test("tries again, later each time", async () => {
  const { renewals, last } = keeping({ failures: [overloaded, overloaded, overloaded] });
  await pass(0);
  expect(last()).toEqual([undefined, "OVERLOADED"]);
  await pass(2_900);
  expect(renewals).toHaveLength(2);
  await pass(4_200);
  expect([renewals.length, last()]).toEqual([4, ["t4", undefined]]);
});

test("waits for refresh after what no try mends", async () => {
  const { renewals, keeper, last } = keeping({ failures: [forbidden] });
  await pass(60 * minute);
  expect([renewals.length, last()]).toEqual([1, [undefined, "FORBIDDEN"]]);
  keeper.refresh();
  await pass(0);
  expect([renewals.length, last()]).toEqual([2, ["t2", undefined]]);
});

test("gives a living token up when its user is refused", async () => {
  const { last } = keeping({ failures: [undefined, forbidden] });
  await pass(8.1 * minute);
  expect(last()).toEqual([undefined, "FORBIDDEN"]);
});

test("gives a token up when it is dead", async () => {
  const { last } = keeping({ failures: [undefined, ...Array(50).fill(overloaded)] });
  await pass(9 * minute);
  expect(last()).toEqual(["t1", "OVERLOADED"]);
  await pass(2.1 * minute);
  expect(last()).toEqual([undefined, "OVERLOADED"]);
});

test("notices a minute after waking that the device slept", async () => {
  const { renewals } = keeping({});
  await pass(0);
  jest.setSystemTime(Date.now() + 60 * minute);
  await pass(minute);
  expect(renewals).toEqual([false, true]);
});

test("asks one by one when it is told to refresh meanwhile", async () => {
  const { renewals, keeper } = keeping({});
  await Promise.resolve();
  keeper.refresh();
  await pass(0);
  expect(renewals).toEqual([false]);
});
