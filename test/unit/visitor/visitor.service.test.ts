import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RegionCode } from "../../../src/amity/regions.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { VisitorService } from "../../../src/visitor/visitor.service.js";
import { VisitorSigner } from "../../../src/visitor/visitor-signer.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { hostileIds } from "../../support/hostile-ids.js";
import { hmacsByOpenssl, testWithOpenssl } from "../../support/openssl.js";
import { tries } from "../../support/properties.js";

const secret = "canary-visitor-secret";
const { EU, SG, US } = RegionCode;
const minuteMs = 60_000;

const asker = {
  subject: "visitor",
  record: new RequestRecord("request-1", () => 0),
  signal: new AbortController().signal,
};

/** Signs by the secret of EU. */
function visitors({ secretOfEu = secret, clock = testClock(), isOff = false } = {}) {
  const { logger, lines } = recordingLogger();
  const audit = new Audit({ logger, metrics: new Metrics() });
  const signer = new VisitorSigner({ [EU]: fixed(secretOfEu), [SG]: undefined, [US]: undefined }, clock);
  const service = new VisitorService({ signer: isOff ? undefined : signer, audit });
  const sign = (deviceId: string, region = EU) => service.sign({ deviceId, region }, asker);
  return { sign, audited: () => lines.map((line) => JSON.parse(line)) };
}

describe("a visitor's signature", () => {
  test("lives ten minutes by the wall clock", async () => {
    const clock = testClock(Date.UTC(2026, 0, 1, 12));
    clock.setWall(90_000);
    expect(await visitors({ clock }).sign("dev-1")).toEqual({
      deviceId: "dev-1",
      authSignature: expect.stringMatching(/^[0-9a-f]{64}$/),
      authSignatureExpiresAt: new Date("2026-01-01T12:11:30.000Z"),
      refreshAfter: new Date("2026-01-01T12:09:30.000Z"),
      region: "EU",
    });
  });

  test("is the one of Amity's rule, made apart", async () => {
    const expiresAt = Date.parse("2024-12-31T23:59:59.000Z");
    const { sign } = visitors({
      secretOfEu: "secret",
      clock: testClock(expiresAt - 10 * minuteMs),
    });
    // printf 'deviceId=dev-1&authSignatureExpiresAt=2024-12-31T23:59:59.000Z' | openssl dgst -sha256 -hmac secret
    expect((await sign("dev-1")).authSignature).toBe(
      "b48fd3864826f737b79b2c17ca77a8c9815a5cb4a06d93fbe2308de7e47831f2",
    );
  });

  testWithOpenssl("agrees with openssl on ten thousand devices", async () => {
    const anyDeviceId = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 150 })
      .filter((text) => [...text].length <= 150 && text.isWellFormed() && !/\p{Cc}/u.test(text));
    const deviceIds = [
      ...hostileIds,
      "😀".repeat(150),
      "&authSignatureExpiresAt",
      "authSignatureExpiresAt=x",
      "&AuthSignatureExpiresAt=x",
      "&authSignatureExpiresAt%3D",
      ...fc.sample(anyDeviceId, tries(10_000)),
    ];
    const { sign } = visitors();
    const signed = await Promise.all(deviceIds.map((deviceId) => sign(deviceId)));
    const messages = signed.map(
      ({ deviceId, authSignatureExpiresAt: end }) => `deviceId=${deviceId}&authSignatureExpiresAt=${end.toISOString()}`,
    );
    expect(signed.map(({ deviceId }) => deviceId)).toEqual(deviceIds);
    expect(signed.map(({ authSignature }) => authSignature)).toEqual(await hmacsByOpenssl(secret, messages));
  });

  test.each([
    ["no deviceId", "", "deviceId must not be empty"],
    ["151 characters", "😀".repeat(151), "deviceId must have at most 150 characters"],
    ["a control character", "a\u0000b", "deviceId must not hold control characters"],
    ["a broken character", "a\uD800", "deviceId must be well-formed Unicode"],
    [
      "another expiry in it",
      "dev-1&authSignatureExpiresAt=2099-01-01T00:00:00Z",
      "deviceId must not hold &authSignatureExpiresAt=",
    ],
    ["another expiry at its end", "x&authSignatureExpiresAt=", "deviceId must not hold &authSignatureExpiresAt="],
  ])("is refused to %s", async (_what, deviceId, message) => {
    await expect(visitors().sign(deviceId)).rejects.toMatchObject({ code: "BAD_USER_INPUT", message });
  });

  test("needs a secret of its region", async () => {
    await expect(visitors().sign("dev-1", US)).rejects.toMatchObject({ code: "REGION_NOT_CONFIGURED" });
  });

  test("leaves an audit line without itself", async () => {
    const { sign, audited } = visitors();
    const { authSignature } = await sign("dev-1");
    await sign("").catch(() => {});
    const line = { level: "info", message: "audit", audit: true, by: "visitor", region: "EU", requestId: "request-1" };
    expect(audited()).toEqual([
      { ...line, operation: "visitorSignature", deviceId: "dev-1", outcome: "issued" },
      { ...line, operation: "visitorSignature", outcome: "BAD_USER_INPUT" },
    ]);
    expect(JSON.stringify(audited())).not.toContain(authSignature);
  });

  test("is nobody's while visitors are off, and leaves no line", async () => {
    const { sign, audited } = visitors({ isOff: true });
    await expect(sign("dev-1")).rejects.toMatchObject({ code: "VISITORS_NOT_ENABLED" });
    expect(audited()).toEqual([]);
  });
});
