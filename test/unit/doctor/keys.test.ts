import { describe, expect, test } from "@jest/globals";
import type { Keys } from "../../../src/config/regions.js";
import { type KeyFacts, keyChecks } from "../../../src/doctor/keys.js";

const none: Keys = {
  apiKey: undefined,
  serverKey: undefined,
  serverKeySecondary: undefined,
  adminToken: undefined,
  visitorSecret: undefined,
};
const facts: KeyFacts = {
  areTried: false,
  hasVisitors: false,
  adminTimes: { issuedAt: undefined, expiresAt: undefined },
  now: Date.UTC(2026, 0, 1),
};
const secret = (name: string, value: string, path?: string) => ({ name: `AMITY_EU_${name}`, value, path });
const apiKey = secret("API_KEY", "canary-api-key");
const serverKey = secret("SERVER_KEY", "canary-server-key");

describe("the doctor's look at keys", () => {
  test("no server key means mode UNSECURE", () => {
    const [, check] = keyChecks("EU", { ...none, apiKey }, facts);
    expect(check).toMatchObject({ check: "server key", status: "warn", detail: expect.stringContaining("UNSECURE") });
  });

  test("no API key means no sessions", () => {
    const [check] = keyChecks("EU", { ...none, serverKey }, facts);
    expect(check).toMatchObject({ check: "API key", status: "warn", detail: expect.stringContaining("createSession") });
  });

  const adminToken = secret("ADMIN_TOKEN", "canary-admin");
  const dayMs = 86_400_000;
  const issuedAt = new Date("2025-06-30T12:00:00Z");

  test.each<[string, Partial<KeyFacts["adminTimes"]>, string, string]>([
    ["nothing is known", {}, "ok", "age unknown, expiry unknown"],
    ["its end is not known", { issuedAt }, "ok", "issued 2025-06-30, expiry unknown"],
    ["it lives long", { issuedAt, expiresAt: new Date(facts.now + 30 * dayMs) }, "ok", "until 2026-01-31, 30 days"],
    [
      "it ends soon",
      { expiresAt: new Date(facts.now + 30 * dayMs - 1) },
      "warn",
      "age unknown, valid until 2026-01-30",
    ],
    ["it ends very soon", { expiresAt: new Date(facts.now + 7 * dayMs - 1) }, "fail", "valid until 2026-01-07, 6 days"],
    ["it has ended", { expiresAt: new Date(facts.now) }, "fail", "expired on 2026-01-01"],
  ])("an admin token of which %s is told so", (_what, times, status, words) => {
    const adminTimes = { ...facts.adminTimes, ...times };
    const check = keyChecks("EU", { ...none, serverKey, adminToken }, { ...facts, adminTimes }).at(-1);
    expect(check).toMatchObject({
      check: "admin token",
      status,
      detail: expect.stringMatching(/not tried without --user/),
    });
    expect(check?.detail).toContain(words);
    expect(check?.advice ?? "").toMatch(status === "ok" ? /^$/ : /admin-token rotate --region eu/);
  });

  test.each([
    [true, /not tried, since that would open a visitor's session/],
    [false, /VISITORS is off/],
  ])("a visitor secret is named with VISITORS on: %s", (hasVisitors, words) => {
    const keys = { ...none, serverKey, visitorSecret: secret("VISITOR_SECRET", "canary-visitors") };
    expect(keyChecks("EU", keys, { ...facts, hasVisitors }).at(-1)).toMatchObject({
      check: "visitor secret",
      status: "ok",
      detail: expect.stringMatching(words),
    });
  });

  test("a key from a file names its variable", () => {
    const [, check] = keyChecks(
      "EU",
      { ...none, serverKey: { ...serverKey, path: "/secret/path" } },
      { ...facts, areTried: true },
    );
    expect(check?.detail).toBe("present (AMITY_EU_SERVER_KEY_FILE); mode SECURE");
  });

  test.each([
    ["with a space", { apiKey: secret("API_KEY", "canary key") }, "API key", "holds a space"],
    ["too long", { serverKey: secret("SERVER_KEY", "canary".repeat(30)) }, "server key", "longer than Amity's 150"],
    ["given twice", { serverKey: secret("SERVER_KEY", apiKey.value) }, "server key", "the same as the API key"],
    [
      "repeated",
      { serverKeySecondary: secret("SERVER_KEY_SECONDARY", serverKey.value) },
      "secondary server key",
      "the same as the server key",
    ],
    [
      "like another",
      { adminToken: secret("ADMIN_TOKEN", serverKey.value) },
      "admin token",
      "same as AMITY_EU_SERVER_KEY",
    ],
    [
      "like another of another use",
      { visitorSecret: secret("VISITOR_SECRET", apiKey.value) },
      "visitor secret",
      "same as AMITY_EU_API_KEY",
    ],
  ])("a key %s is a warning without it", (_how, keys, name, words) => {
    const checks = keyChecks("EU", { ...none, apiKey, serverKey, ...keys }, facts);
    const warned = checks.filter(({ status }) => status === "warn");
    expect(warned.map(({ check }) => check)).toEqual([name]);
    expect(warned[0]?.detail).toContain(words);
    expect(JSON.stringify(checks)).not.toContain("canary");
  });
});
