import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import { bearer, call, signIn, withEmulator } from "../support/emulator.js";

const root = "/api/v3/network-settings";

function changeSettings(emulator: Emulator, body: object, token = emulator.adminToken) {
  return call(emulator, `PUT ${root}`, { headers: bearer(token), body });
}

describe("network settings", () => {
  test.each([
    ["/chat", { enabled: true, messagePreview: { enabled: false, isIncludeDeleted: false } }],
    ["/social", { enabled: true, socialNetworkSetting: { enabled: true, globalFeed: { showMyPost: true } } }],
    ["/uikit", { config: {} }],
    ["/shareable-deep-links", { domain: expect.any(String), patterns: { users: "/users/{userId}" } }],
    ["", { videoStreaming: { enabled: true }, chat: { enabled: true }, moderation: { isWhitelistEnabled: false } }],
  ])("%s is shown to every live token", async (page, body) => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const [shown, refused] = [
        await call(emulator, `GET ${root}${page}`, { headers }),
        await call(emulator, `GET ${root}${page}`),
      ];
      expect([shown, refused]).toMatchObject([{ status: 200, json: body }, { status: 401 }]);
    });
  });

  test("what the admin changes shows on every page, and the rest stays", async () => {
    await withEmulator({}, async (emulator) => {
      const changed = await changeSettings(emulator, { socialEnabled: false, tierHandler: "gold" });
      const headers = bearer(emulator.adminToken);
      const social = await call(emulator, `GET ${root}/social`, { headers });
      const off = { enabled: false };
      expect(changed.json).toMatchObject({ social: off, chat: { enabled: true }, tierHandler: "gold" });
      expect(social.json).toMatchObject({ ...off, socialNetworkSetting: off });
    });
  });

  test.each([{ chatEnabled: "yes" }, { tierHandler: "x".repeat(201) }, []])("refuses %j", async (body) => {
    await withEmulator({}, async (emulator) => {
      expect(await changeSettings(emulator, body)).toMatchObject({ status: 400, json: { code: 400_000 } });
    });
  });

  test("are the admin's to change", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await changeSettings(emulator, { chatEnabled: false }, await signIn(emulator, "alice"));
      expect(answer).toMatchObject({ status: 403, json: { code: 400_301 } });
    });
  });
});

describe("roles", () => {
  const idsOf = (json: Readonly<Record<string, unknown>>) =>
    (json["roles"] as { roleId: string }[]).map(({ roleId }) => roleId);

  test.each([
    ["", ["channel-moderator", "community-moderator", "super-moderator", "global-admin"]],
    ["?sortBy=firstCreated&options[limit]=1", ["global-admin"]],
    ["?keyword=c&sortBy=displayName", ["channel-moderator", "community-moderator"]],
  ])("are listed by '%s'", async (query, ids) => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const { status, json } = await call(emulator, `GET /api/v3/roles${query}`, { headers });
      expect([status, idsOf(json)]).toEqual([200, ids]);
    });
  });

  test("have permissions and pages", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const first = await call(emulator, "GET /api/v3/roles?options[limit]=3", { headers });
      const { next } = first.json["paging"] as { next: string };
      const second = await call(emulator, `GET /api/v3/roles?options[token]=${encodeURIComponent(next)}`, { headers });
      expect(first.json["roles"]).toContainEqual(
        expect.objectContaining({ roleId: "channel-moderator", permissions: expect.arrayContaining(["EDIT_MESSAGE"]) }),
      );
      expect(idsOf(second.json)).toEqual(["global-admin"]);
      expect(second.json["paging"]).toEqual({ previous: expect.any(String) });
    });
  });
});
