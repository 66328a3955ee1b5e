import { describe, expect, test } from "@jest/globals";
import { parseRetryAfter } from "../../../src/amity/retry-after.js";

const dayMs = 86_400_000;

/** The three forms of a date in RFC 9110, 5.6.7. */
function formsOf(date: Date): string[] {
  const [weekday, day = "", month, year = "", time] = date.toUTCString().split(/,? /);
  const longWeekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(date);
  return [
    date.toUTCString(),
    `${longWeekday}, ${day}-${month}-${year.slice(-2)} ${time} GMT`,
    `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`,
  ];
}

describe("Retry-After", () => {
  test.each(["IMF-fixdate", "RFC 850", "asctime"].map((form, index) => [form, index] as const))(
    "in the form of %s is understood on every day of a year",
    (_form, index) => {
      const first = Date.UTC(2026, 0, 1, 23, 59, 30);
      const days = Array.from({ length: 365 }, (_, day) => first + day * dayMs);
      const told = days.map((now) => parseRetryAfter(formsOf(new Date(now + 60_000))[index], now));
      expect(told).toEqual(days.map(() => 60));
    },
  );

  test.each([
    [" 5 ", 5],
    ["0", 0],
    ["5s", undefined],
    ["s5", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("of %j is %p seconds", (header, seconds) => {
    expect(parseRetryAfter(header, 0)).toBe(seconds);
  });

  test.each([
    ["Thu, 01 Jan 2026 00:00:10 GMT", 10],
    ["x Thu, 01 Jan 2026 00:00:10 GMT", undefined],
    ["Thu, 01 Jan 2026 00:00:10 GMT x", undefined],
    ["Thu, 01 Jan 2026 00:60:10 GMT", undefined],
    ["Thu, 01 Jan 2026 00:00:61 GMT", undefined],
    ["x Thursday, 01-Jan-26 00:00:10 GMT", undefined],
    ["Thursday, 01-Jan-26 00:00:10 GMT x", undefined],
    ["x Thu Jan  1 00:00:10 2026", undefined],
    ["Thu Jan  1 00:00:10 2026 x", undefined],
  ])("of the date %j is %p seconds", (header, seconds) => {
    expect(parseRetryAfter(header, Date.UTC(2026, 0, 1))).toBe(seconds);
  });

  test("with two digits of a year is within fifty years", () => {
    const now = Date.UTC(2026, 0, 1);
    const told = (year: number) => parseRetryAfter(`Thursday, 01-Jan-${year} 00:00:00 GMT`, now);
    expect([told(27), told(75), told(76), told(77), told(99), told(25)]).toEqual([86_400, 86_400, 86_400, 0, 0, 0]);
  });
});
