import { describe, expect, test } from "@jest/globals";
import { getNamedType, isInputObjectType } from "graphql";
import { RegionCode } from "../../../src/amity/regions.js";
import type { SessionApi } from "../../../src/amity/requests.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { DeviceKind } from "../../../src/session/session.input.js";
import { checkSession, type SessionOrder } from "../../../src/session/session.rules.js";

const types = buildGraphQLSchema().getTypeMap();

/** The number before these words in an input field's description. */
function documentedLength(type: string, field: string, words = "characters"): number {
  const input = getNamedType(types[type]);
  const description = isInputObjectType(input) ? input.getFields()[field]?.description : undefined;
  return Number(new RegExp(`(\\d+) ${words}`).exec(description ?? "")?.[1]);
}

const inDevice = (field: string, api: SessionApi, words?: string) =>
  [`deviceInfo.${field}`, api, documentedLength("DeviceInfoInput", field, words)] as const;
const inSession = (field: string) => [field, "v4", documentedLength("CreateSessionInput", field)] as const;

test.each<readonly [path: string, api: SessionApi, most: number]>([
  inSession("userId"),
  inSession("deviceId"),
  inSession("displayName"),
  inSession("profileHandle"),
  inDevice("model", "v4"),
  inDevice("model", "v5", "on Amity's v5 route"),
  inDevice("sdkVersion", "v4"),
])("%s on the %s route takes the %i characters that its description names", (path, api, most) => {
  const orderOf = (length: number): SessionOrder => {
    const [field = "", inner] = path.split(".");
    const text = "x".repeat(length);
    const userId = targetUserId(anybody, "userId", field === "userId" ? text : "alice");
    const order = { deviceId: "phone", region: RegionCode.EU, displayName: undefined, userId };
    return { ...order, [field]: inner ? { [inner]: text } : text };
  };
  expect(() => checkSession(orderOf(most), api)).not.toThrow();
  expect(() => checkSession(orderOf(most + 1), api)).toThrow(`${path} must have at most ${most} characters`);
});

function orderWith(more: object = {}, id = "alice"): SessionOrder {
  const userId = targetUserId(anybody, "userId", id);
  return { deviceId: "phone", region: RegionCode.EU, displayName: undefined, userId, ...more };
}

const apis: readonly SessionApi[] = ["v3", "v4", "v5"];

describe("an order", () => {
  test.each(apis)("is sent as it is on the %s route", (api) => {
    const deviceInfo = { kind: DeviceKind.IOS, model: " iPhone ", sdkVersion: "7.0" };
    const order = orderWith({ deviceInfo, displayName: " Al ", authToken: "token" }, " alice ");
    expect(checkSession(order, api)).toEqual({
      userId: " alice ",
      deviceId: "phone",
      deviceInfo: { kind: "ios", model: " iPhone ", sdkVersion: "7.0" },
      displayName: " Al ",
      profileHandle: undefined,
      authToken: "token",
    });
  });

  test.each(apis)("on the %s route leaves out what is absent or null", (api) => {
    const order = orderWith({ deviceInfo: { kind: null, model: null }, profileHandle: null, authToken: null });
    expect(JSON.parse(JSON.stringify(checkSession(order, api)))).toEqual({
      userId: "alice",
      deviceId: "phone",
      deviceInfo: {},
    });
    expect(checkSession(orderWith({ deviceInfo: null }), api).deviceInfo).toBeUndefined();
  });

  test.each([
    [{ model: "m" }, { model: "m" }],
    [{ sdkVersion: "1" }, { sdkVersion: "1" }],
    [{ kind: DeviceKind.WEB }, { kind: "web" }],
  ])("may tell of its device %j alone", (deviceInfo, sent) => {
    expect(checkSession(orderWith({ deviceInfo }), "v3").deviceInfo).toEqual(sent);
  });

  test.each<[SessionApi, boolean]>([
    ["v3", false],
    ["v4", true],
    ["v5", true],
  ])("may have a profile handle on the %s route: %p", (api, may) => {
    const order = orderWith({ profileHandle: "ally" });
    if (may) expect(checkSession(order, api).profileHandle).toBe("ally");
    else expect(() => checkSession(order, api)).toThrow("input.profileHandle is not supported");
  });

  test.each(["ADMIN_bob", "DELETED_bob", "ADMIN_"])("for %s is refused by v5 alone", (id) => {
    expect(() => checkSession(orderWith({}, id), "v5")).toThrow("input.userId must not begin with ADMIN_ or DELETED_");
    for (const api of ["v3", "v4"] as const) expect(checkSession(orderWith({}, id), api).userId).toBe(id);
  });

  test.each(["admin_bob", "Admin_bob", "bob_ADMIN_", "ADMIN", " ADMIN_bob"])("for %j is taken by v5", (id) => {
    expect(checkSession(orderWith({}, id), "v5").userId).toBe(id);
  });

  test("takes an auth token of 8,192 characters and no longer one", () => {
    expect(() => checkSession(orderWith({ authToken: "t".repeat(8_192) }), "v3")).not.toThrow();
    expect(() => checkSession(orderWith({ authToken: "t".repeat(8_193) }), "v3")).toThrow("input.authToken must have");
  });

  test.each(["deviceId", "displayName", "profileHandle", "authToken"])(
    "with an empty %s is refused by name",
    (name) => {
      expect(() => checkSession(orderWith({ [name]: "" }), "v4")).toThrow(`input.${name} must not be empty`);
    },
  );
});
