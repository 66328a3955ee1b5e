import { describe, expect, test } from "@jest/globals";
import { readDateTime } from "../../../src/system/date-time.js";

describe("a time", () => {
  test.each([
    ["2026-11-26T03:04:05Z", "2026-11-26T03:04:05.000Z"],
    ["2026-11-26T03:04:05.678901Z", "2026-11-26T03:04:05.678Z"],
    ["2026-11-26T03:04:05+07:30", "2026-11-25T19:34:05.000Z"],
    ["2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
  ])("is read from %j", (text, expected) => {
    expect(readDateTime(text)?.toISOString()).toBe(expected);
  });

  test.each([
    ["without an offset", "2026-11-26T03:04:05"],
    ["without seconds", "2026-11-26T03:04Z"],
    ["without a time of day", "2026-11-26"],
    ["29 February of another year", "2026-02-29T00:00:00Z"],
    ["29 February of 1900", "1900-02-29T00:00:00Z"],
    ["31 April", "2026-04-31T00:00:00Z"],
    ["the month 13", "2026-13-01T00:00:00Z"],
    ["the day 0", "2026-01-00T00:00:00Z"],
    ["the hour 24", "2026-11-26T24:00:00Z"],
    ["a leap second", "2016-12-31T23:59:60Z"],
    ["a great offset", "2026-11-26T03:04:05+24:00"],
    ["with text before it", " 2026-11-26T03:04:05Z"],
    ["with text behind it", "2026-11-26T03:04:05Z\n"],
    ["a number", 1_764_126_245_000],
    ["a list of one", ["2026-11-26T03:04:05Z"]],
    ["nothing", undefined],
  ])("is not read from one %s", (_what, value) => {
    expect(readDateTime(value)).toBeUndefined();
  });
});
