import { expect, test } from "@jest/globals";
import { getNamedType, isInputObjectType } from "graphql";
import { RegionCode } from "../../../src/amity/regions.js";
import type { SessionApi } from "../../../src/amity/requests.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
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
