import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { dnsChecks, type Lookup } from "../../../src/doctor/dns.js";
import { testClock } from "../../support/clock.js";

const failing = (code: string) => async () => {
  throw Object.assign(new Error("canary"), { code });
};

/** The one row about a host. */
async function checkOf(lookup: Lookup) {
  const clock = testClock();
  const checks = dnsChecks("EU", new URL("https://api.example/"), { lookup, clock, timeoutMs: 20 });
  await setImmediate();
  clock.advance(20);
  return (await checks)[0];
}

describe("the doctor's look at DNS", () => {
  test.each([
    [["192.0.2.1"], "api.example: 192.0.2.1"],
    [["192.0.2.1", "192.0.2.2", "192.0.2.3", "::1"], "api.example: 192.0.2.1, 192.0.2.2, 192.0.2.3 and 1 more"],
  ])("the addresses %j are listed", async (addresses, detail) => {
    expect(await checkOf(async () => addresses)).toMatchObject({ status: "ok", detail });
  });

  test.each<[string, Lookup, string, RegExp]>([
    ["none", async () => [], "api.example has no address", /spelling of AMITY_EU_BASE_URL/],
    ["ENOTFOUND", failing("ENOTFOUND"), "api.example has no address (ENOTFOUND)", /spelling of AMITY_EU_BASE_URL/],
    ["EAI_AGAIN", failing("EAI_AGAIN"), "cannot be looked up (EAI_AGAIN)", /DNS servers/],
    ["silence", () => new Promise(() => {}), "cannot be looked up (timeout)", /DNS servers/],
  ])("%s fails and says what to do", async (_how, lookup, detail, advice) => {
    const check = await checkOf(lookup);
    expect(check).toMatchObject({ status: "fail", detail: expect.stringContaining(detail) });
    expect(check?.advice).toMatch(advice);
  });

  test.each(["https://192.0.2.1/", "https://[::1]:8443/"])("the address %s is not looked up", async (url) => {
    const tools = { lookup: failing("asked"), clock: testClock(), timeoutMs: 20 };
    expect(await dnsChecks("EU", new URL(url), tools)).toEqual([]);
  });
});
