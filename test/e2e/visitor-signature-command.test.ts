import { describe, expect, jest, test } from "@jest/globals";
import { visitorSignature } from "../../src/amity/visitor-signature.js";
import { call, withEmulator } from "../support/emulator.js";
import { regionAt } from "../support/gateway.js";
import { run } from "../support/process.js";
import { always, withUpstream } from "../support/upstream.js";

jest.setTimeout(30_000); // processes start slowly on a busy machine; nothing waits for it to pass

const secret = "canary-visitor-secret";
const env = (more: Record<string, string> = {}) =>
  regionAt("http://127.0.0.1:9", { AMITY_EU_VISITOR_SECRET: secret, ...more });
const sign = (device: string, ...args: string[]) => ["visitor-signature", "--device", device, ...args];

describe("amity-graphql visitor-signature", () => {
  test("prints a signature that opens a visitor session", async () => {
    await withEmulator({ secureVisitorMode: true }, async (emulator) => {
      const settings = {
        AMITY_SG_BASE_URL: emulator.url,
        AMITY_SG_API_KEY: emulator.apiKey,
        AMITY_SG_VISITOR_SECRET: emulator.visitorSecret,
      };
      const { code, stdout, stderr } = await run(sign("phone"), settings);
      expect([code, stderr]).toEqual([0, ""]);
      const printed = Object.fromEntries(stdout.split("\n").map((line) => line.split(": ")));
      const { authSignature, authSignatureExpiresAt } = printed;
      const body = { deviceId: "phone", authSignature, authSignatureExpiresAt };
      const route = "POST /api/v5/sessions/visitor";
      expect((await call(emulator, route, { headers: { "x-api-key": emulator.apiKey }, body })).status).toBe(200);
    });
  });

  test.each(["d", 'a "b" & 😀', "x".repeat(150)])("signs the device %j exactly, as JSON", async (deviceId) => {
    const { code, stdout } = await run(sign(deviceId, "--json"), env());
    const { authSignatureExpiresAt, refreshAfter, ...rest } = JSON.parse(stdout);
    const authSignature = visitorSignature(secret, deviceId, authSignatureExpiresAt);
    expect([code, rest]).toEqual([0, { deviceId, authSignature, region: "EU" }]);
    expect(Date.parse(refreshAfter)).toBeLessThan(Date.parse(authSignatureExpiresAt));
  });

  test("sends nothing", async () => {
    await withUpstream(always(200, "{}"), async ({ url, seen }) => {
      expect((await run(sign("d"), { ...env(), AMITY_EU_BASE_URL: url })).code).toBe(0);
      expect(seen).toEqual([]);
    });
  });

  test("without the region's secret names the setting: 78", async () => {
    const { code, stdout, stderr } = await run(
      sign("d", "--region", "us"),
      env({ AMITY_US_SERVER_KEY: "canary-server-key-us" }),
    );
    expect([code, stdout]).toEqual([78, ""]);
    expect(stderr).toContain("AMITY_US_VISITOR_SECRET is not set");
  });

  test.each(["x".repeat(151), "a&authSignatureExpiresAt=b"])("signs no device that is none (%#)", async (device) => {
    const { code, stdout, stderr } = await run(sign(device), env());
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^BAD_USER_INPUT: --device must [^\n]+\n$/);
  });

  test.each([[[]], [["--device", "d", "more"]], [["--device", "d", "--region", "moon"]]])(
    "takes %j for a usage error in one line",
    async (args) => {
      const { code, stdout, stderr } = await run(["visitor-signature", ...args], env());
      expect([code, stdout]).toEqual([64, ""]);
      expect(stderr).toMatch(/^amity-graphql: [^\n]+; see amity-graphql visitor-signature --help\n$/);
    },
  );
});
