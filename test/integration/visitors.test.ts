import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { call, manualClock, withEmulator } from "../support/emulator.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";

const operation = readFileSync(new URL("../../schema/operations/visitor-signature.graphql", import.meta.url), "utf8");

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

test("the embedded emulator signs with a secret of its own", async () => {
  await withGateway({ env: { VISITORS: "on" } }, async ({ ask }) => {
    for (const region of ["EU", "SG", "US"]) {
      const { body } = await ask(operation, { deviceId: "dev-1", region });
      expect(body.data.visitorSignature).toMatchObject({ deviceId: "dev-1", region });
    }
  });
});
