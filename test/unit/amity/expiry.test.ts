import { expect, test } from "@jest/globals";
import { type Expiry, expiryOf } from "../../../src/amity/expiry.js";

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
