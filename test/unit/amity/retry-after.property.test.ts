import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { transformSync } from "esbuild";
import fc from "fast-check";
import { answerFailure } from "../../../src/amity/failures.js";
import { tries } from "../../support/properties.js";

const secondMs = 1_000;
const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

/** The three forms of a date in RFC 9110, 5.6.7. */
const forms = {
  "IMF-fixdate": (date: Date) => date.toUTCString(),
  "RFC 850": (date: Date) => {
    const [, day = "", month, year = "", time] = date.toUTCString().split(/,? /);
    return `${weekdayOf(date)}, ${day}-${month}-${year.slice(-2)} ${time} GMT`;
  },
  asctime: (date: Date) => {
    const [weekday, day = "", month, year, time] = date.toUTCString().split(/,? /);
    return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  },
};
type Form = keyof typeof forms;
const formNames = Object.keys(forms) as Form[];

function weekdayOf(date: Date): string {
  return new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(date);
}

/** What Amity's answer with this header tells a client. */
function told(header: string, now: number): number | undefined {
  const response = { status: 503, headers: { "retry-after": header }, text: "" };
  return answerFailure("mintAuthToken", response, now).details.retryAfterSeconds;
}

const inReason = (seconds: number) => Math.min(Math.max(0, seconds), 86_400);

const nows = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2120, 0) });
/** Mostly about a day away, and up to the 49 years that two digits of a year can tell. */
const distances = fc.oneof(
  fc.integer({ min: -2 * dayMs, max: 2 * dayMs }),
  fc.integer({ min: -49 * yearMs, max: 49 * yearMs }),
);
const dates = fc
  .tuple(nows, distances)
  .map(([now, distance]) => ({ now, date: Math.floor((now + distance) / secondMs) * secondMs }));

describe("Retry-After", () => {
  test.each(formNames)("in the form of %s is the time until then", (form) => {
    const property = fc.property(dates, ({ now, date }) => {
      expect(told(forms[form](new Date(date)), now)).toBe(inReason(Math.ceil((date - now) / secondMs)));
    });
    fc.assert(property, tries(500));
  });

  test("in seconds is as it says, up to a day", () => {
    const property = fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), nows, (seconds, now) => {
      expect(told(String(seconds), now)).toBe(inReason(Number(seconds)));
    });
    fc.assert(property, tries(300));
  });

  test("that is anything else tells nothing", () => {
    const garbage = fc.string({ unit: "binary" }).filter((text) => !/^\s*\d+\s*$/.test(text));
    fc.assert(
      fc.property(garbage, nows, (text, now) => expect(told(text, now)).toBeUndefined()),
      tries(500),
    );
  });

  test("with one character changed is never out of reason", () => {
    const changed = fc
      .tuple(dates, fc.constantFrom(...formNames), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([{ now, date }, form, at, text]) => {
        const header = forms[form](new Date(date));
        const place = at % header.length;
        return { now, header: header.slice(0, place) + text + header.slice(place + 1) };
      });
    const property = fc.property(changed, ({ header, now }) => {
      const seconds = told(header, now) ?? 0;
      expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400).toBe(true);
    });
    fc.assert(property, tries(1_000));
  });

  test.each(["Asia/Kolkata", "America/New_York", "Pacific/Auckland"])("is the same time in %s", (zone) => {
    const now = Date.UTC(2026, 2, 29, 1, 30);
    const headers = formNames.map((form) => forms[form](new Date(now + 90 * secondMs)));
    expect(toldIn(zone, headers, now)).toEqual([90, 90, 90]);
  });
});

/** The same in a process of that time zone: this one cannot change its own. */
function toldIn(zone: string, headers: readonly string[], now: number): unknown {
  const path = fileURLToPath(new URL("../../../src/amity/retry-after.ts", import.meta.url));
  const { code } = transformSync(readFileSync(path, "utf8"), { loader: "ts" });
  const program = `${code}
    const seconds = ${JSON.stringify(headers)}.map((header) => parseRetryAfter(header, ${now}));
    console.log(JSON.stringify(seconds));`;
  const node = [process.execPath, ["--input-type=module", "--eval", program]] as const;
  return JSON.parse(execFileSync(...node, { env: { TZ: zone }, encoding: "utf8" }));
}
