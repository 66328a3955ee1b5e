import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { call, manualClock, verify, withEmulator } from "../support/emulator.js";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";

const textOf = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");
const operation = textOf("visitor-signature");
const sessionOperation = textOf("create-visitor-session");

test.each(["dev-1", ...hostileIds])("Amity takes the signature for the device %j until it ends", async (deviceId) => {
  const { clock, advance } = manualClock();
  const visitorSecret = "canary-visitor-secret";
  await withEmulator({ clock, secureVisitorMode: true, visitorSecret }, async (emulator) => {
    const { url, apiKey, serverKey } = emulator;
    const keys = { AMITY_EU_API_KEY: apiKey, AMITY_EU_SERVER_KEY: serverKey, AMITY_EU_VISITOR_SECRET: visitorSecret };
    await withGateway({ env: regionAt(url, { ...keys, VISITORS: "on" }), now: clock }, async ({ ask }) => {
      const { authSignature, authSignatureExpiresAt } = (await ask(operation, { deviceId })).body.data.visitorSignature;
      const open = () =>
        call(emulator, "POST /api/v5/sessions/visitor", {
          headers: { "x-api-key": apiKey },
          body: { deviceId, authSignature, authSignatureExpiresAt },
        });
      advance(599_999);
      expect(await open()).toMatchObject({ status: 200, json: { userType: "visitor" } });
      advance(1);
      expect((await open()).status).toBe(422);
    });
  });
});

test("a visitor's session lives at Amity, is the device's own, and is one of a visitor", async () => {
  const { clock } = manualClock();
  const visitorSecret = "canary-visitor-secret";
  await withEmulator({ clock, secureVisitorMode: true, visitorSecret }, async (emulator) => {
    const { url, apiKey, serverKey } = emulator;
    const keys = { AMITY_EU_API_KEY: apiKey, AMITY_EU_SERVER_KEY: serverKey, AMITY_EU_VISITOR_SECRET: visitorSecret };
    await withGateway({ env: regionAt(url, { ...keys, VISITORS: "on" }), now: clock }, async ({ ask }) => {
      const open = async (deviceId: string) =>
        (await ask(sessionOperation, { input: { deviceId } })).body.data.createVisitorSession;
      const [first, again, other] = [await open("phone"), await open("phone"), await open("tablet")];
      expect(first).toMatchObject({ userType: "VISITOR", userId: expect.stringMatching(/^visitor-/) });
      expect([again.userId, other.userId === first.userId]).toEqual([first.userId, false]);
      expect(await verify(emulator, first.accessToken)).toBe(200);
    });
  });
});

test("a wrong visitor secret is told as the operator's fault", async () => {
  await withEmulator({ secureVisitorMode: true, visitorSecret: "canary-visitor-secret" }, async (emulator) => {
    const { url, apiKey, serverKey } = emulator;
    const keys = {
      AMITY_EU_API_KEY: apiKey,
      AMITY_EU_SERVER_KEY: serverKey,
      AMITY_EU_VISITOR_SECRET: "another-secret",
    };
    await withGateway({ env: regionAt(url, { ...keys, VISITORS: "on" }) }, async ({ ask, logged }) => {
      const answered = await ask(sessionOperation, { input: { deviceId: "phone" } });
      expect(errorOf(answered).extensions.code).toBe("UPSTREAM_AUTH_FAILED");
      expect(logged.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ level: "error", reason: "visitor signature refused", region: "EU" }),
      );
    });
  });
});

test("the embedded emulator signs with a secret of its own", async () => {
  await withGateway({ env: { VISITORS: "on" } }, async ({ ask }) => {
    for (const region of ["EU", "SG", "US"]) {
      const { body } = await ask(operation, { deviceId: "dev-1", region });
      expect(body.data.visitorSignature).toMatchObject({ deviceId: "dev-1", region });
      const opened = await ask(sessionOperation, { input: { deviceId: "dev-1", region } });
      expect(opened.body.data.createVisitorSession).toMatchObject({ userType: "VISITOR", region });
    }
  });
});
