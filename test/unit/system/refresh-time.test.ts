import { expect, test } from "@jest/globals";
import { refreshTime } from "../../../src/system/clock.js";

test.each([
  ["2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", "2026-01-01T00:08:00Z"],
  ["2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "2026-01-25T00:00:00Z"],
  ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
])("what lives from %s to %s is renewed at %s", (issuedAt, expiresAt, refreshAfter) => {
  expect(refreshTime(new Date(issuedAt), new Date(expiresAt))).toEqual(new Date(refreshAfter));
});
