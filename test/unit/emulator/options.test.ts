import { describe, expect, jest, test } from "@jest/globals";
import { EmulatorInProductionError, resolveOptions } from "../../../src/emulator/options.js";

describe("resolveOptions", () => {
  test("refuses to run in production", () => {
    expect(() => resolveOptions({ nodeEnv: "production" })).toThrow(EmulatorInProductionError);
  });

  test("refuses to run in a production process too", () => {
    const env = jest.replaceProperty(process, "env", { NODE_ENV: "production" });
    try {
      expect(() => resolveOptions({ nodeEnv: "development" })).toThrow(EmulatorInProductionError);
    } finally {
      env.restore();
    }
  });

  test("makes up other keys for each emulator", () => {
    const [one, two] = [resolveOptions({}), resolveOptions({})];
    const keys = [one, two].flatMap((made) => [made.apiKey, made.serverKey, made.adminToken, made.visitorSecret]);
    expect(new Set(keys).size).toBe(8);
  });

  test.each([
    ["apiKey", { apiKey: "" }],
    ["serverKey", { serverKey: "x".repeat(151) }],
    ["adminToken", { adminToken: "two words" }],
    ["visitorSecret", { visitorSecret: "two words" }],
    ["adminTokenLifetimeMs", { adminTokenLifetimeMs: 0.5 }],
    ["adminTokenOverlapMs", { adminTokenOverlapMs: -1 }],
    ["authTokenLifetimeMs", { authTokenLifetimeMs: 0 }],
    ["accessTokenLifetimeMs", { accessTokenLifetimeMs: Number.NaN }],
    ["rateLimit.requests", { rateLimit: { requests: 0.5, windowMs: 1 } }],
    ["rateLimit.windowMs", { rateLimit: { requests: 1, windowMs: -1 } }],
    ["mtls.certificateLifetimeMs", { mtls: { certificateLifetimeMs: 0 } }],
  ])("refuses an impossible %s by name", (name, options) => {
    expect(() => resolveOptions(options)).toThrow(new RegExp(`^${name} must be`));
  });

  test("mutual TLS drops connections and issues for a year unless told otherwise", () => {
    const year = { refusal: "drop", certificateLifetimeMs: 31_536_000_000 };
    expect(resolveOptions({ mtls: true }).mtls).toEqual(year);
    expect(resolveOptions({ mtls: { refusal: "403" } }).mtls).toEqual({ ...year, refusal: "403" });
    expect(resolveOptions({ mtls: false }).mtls).toBeUndefined();
  });
});
