import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import type { Caller } from "../../../src/caller/caller.js";
import { RateLimits } from "../../../src/caller/rate-limits.js";
import { AppError } from "../../../src/errors/app-error.js";
import { tries } from "../../support/properties.js";

const limit = 5;
const windowMs = 60_000;

const user = (id: string): Caller => ({
  kind: "user",
  subject: `user:${id}`,
  userId: id,
  mayActFor: () => false,
  mayChange: () => false,
});

interface Ask {
  readonly id: string;
  readonly rootFields: number;
  /** Since the ask before it. Milliseconds. */
  readonly afterMs: number;
}

const asks = fc.array(
  fc.record<Ask>({
    id: fc.constantFrom("alice", "bob"),
    rootFields: fc.integer({ min: 1, max: limit + 1 }),
    afterMs: fc.oneof(fc.constantFrom(0, windowMs - 1, windowMs), fc.nat({ max: windowMs / 2 })),
  }),
  { minLength: 1, maxLength: 20 },
);

/** The seconds to wait that a refusal tells; undefined when the ask passed. */
async function waitOf(ask: Promise<void>): Promise<number | undefined> {
  try {
    await ask;
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "RATE_LIMITED") return error.details.retryAfterSeconds;
    throw error;
  }
}

describe("a rate limit", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A window of a subject begins with the first ask after the last window ended; every ask in it counts. */
  test("gives each subject so much in a window", async () => {
    const property = fc.asyncProperty(asks, async (all) => {
      const limits = new RateLimits({ user: limit, service: 1, failedAuth: 1 });
      const windows = new Map<string, { readonly endsAt: number; asked: number }>();
      for (const { id, rootFields, afterMs } of all) {
        jest.advanceTimersByTime(afterMs);
        const last = windows.get(id);
        const window = last && Date.now() < last.endsAt ? last : { endsAt: Date.now() + windowMs, asked: 0 };
        windows.set(id, window);
        window.asked += rootFields;
        const wait = await waitOf(limits.count(user(id), rootFields));
        const leftSeconds = Math.ceil((window.endsAt - Date.now()) / 1_000);
        expect(wait).toBe(window.asked <= limit ? undefined : leftSeconds);
      }
    });
    await fc.assert(property, tries(200));
  });
});
