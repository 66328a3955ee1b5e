import { describe, expect, test } from "@jest/globals";
import type { Keys } from "../../../src/config/regions.js";
import { keyChecks } from "../../../src/doctor/keys.js";

const none: Keys = {
  apiKey: undefined,
  serverKey: undefined,
  serverKeySecondary: undefined,
  adminToken: undefined,
  visitorSecret: undefined,
};
const secret = (name: string, value: string, path?: string) => ({ name: `AMITY_EU_${name}`, value, path });
const apiKey = secret("API_KEY", "canary-api-key");
const serverKey = secret("SERVER_KEY", "canary-server-key");

describe("the doctor's look at keys", () => {
  test("no server key means mode UNSECURE", () => {
    const [, check] = keyChecks("EU", { ...none, apiKey }, false);
    expect(check).toMatchObject({ check: "server key", status: "warn", detail: expect.stringContaining("UNSECURE") });
  });

  test("no API key means no sessions", () => {
    const [check] = keyChecks("EU", { ...none, serverKey }, false);
    expect(check).toMatchObject({ check: "API key", status: "warn", detail: expect.stringContaining("createSession") });
  });

  test("an admin token is named and not tried", () => {
    const checks = keyChecks("EU", { ...none, serverKey, adminToken: secret("ADMIN_TOKEN", "canary-admin") }, false);
    expect(checks.at(-1)).toMatchObject({
      check: "admin token",
      status: "ok",
      detail: expect.stringMatching(/not tried/),
    });
  });

  test("a key from a file names its variable", () => {
    const [, check] = keyChecks("EU", { ...none, serverKey: { ...serverKey, path: "/secret/path" } }, true);
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
  ])("a key %s is a warning without it", (_how, keys, name, words) => {
    const checks = keyChecks("EU", { ...none, apiKey, serverKey, ...keys }, false);
    const warned = checks.filter(({ status }) => status === "warn");
    expect(warned.map(({ check }) => check)).toEqual([name]);
    expect(warned[0]?.detail).toContain(words);
    expect(JSON.stringify(checks)).not.toContain("canary");
  });
});
