import { describe, expect, test } from "@jest/globals";
import type { PairConfig } from "../../../src/config/mutual-tls.js";
import { clientCertificateChecks, pairInUse } from "../../../src/doctor/client-certificates.js";

const now = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;

/** A pair that is valid from so many days on until so many. */
function pair(name: string, from: number, until: number): PairConfig {
  const first = { cert: "canary", key: "canary", notBefore: now + from * dayMs, notAfter: now + until * dayMs };
  return { name, paths: ["cert", "key"], first };
}

describe("the doctor's look at client certificates", () => {
  test.each([
    [30, "ok", "fits its key; valid until 2026-01-31, 30 days; in use"],
    [29, "warn", "fits its key; valid until 2026-01-30, 29 days; in use"],
    [7, "warn", "fits its key; valid until 2026-01-08, 7 days; in use"],
    [6, "fail", "fits its key; valid until 2026-01-07, 6 days; in use"],
    [1, "fail", "fits its key; valid until 2026-01-02, 1 day; in use"],
    [0, "fail", "expired on 2026-01-01"],
  ])("one with %i days left is judged so", (days, status, detail) => {
    expect(clientCertificateChecks([pair("ONE", -10, days)], now)).toMatchObject([{ status, detail }]);
  });

  test.each([
    ["expired", pair("ONE", -10, -1), "warn", "TWO"],
    ["expiring", pair("ONE", -10, 3), "warn", "ONE"],
    ["future", pair("ONE", 1, 400), "warn", "TWO"],
  ])("the second relieves a first that is %s", (_how, first, status, used) => {
    const pairs = [first, pair("TWO", -10, 300)];
    expect(clientCertificateChecks(pairs, now).map((check) => check.status)).toEqual([status, "ok"]);
    expect(pairInUse(pairs, now)?.name).toBe(used);
  });

  test("a second that ends as soon relieves nothing", () => {
    const checks = clientCertificateChecks([pair("ONE", -10, 3), pair("TWO", -10, 5)], now);
    expect(checks.map(({ status }) => status)).toEqual(["fail", "fail"]);
    expect(JSON.stringify(checks)).not.toContain("canary");
  });
});
