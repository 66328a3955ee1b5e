import { expect, test } from "@jest/globals";
import { userIdIn } from "../../../src/amity/access-token.js";

/** An access token like those that SDK 7.20 reads. */
const tokenOf = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

test.each<[string, string, string]>([
  ["the public id", tokenOf({ user: { userId: "internal", publicUserId: "alice" } }), "alice"],
  ["the only id", tokenOf({ user: { userId: "alice" } }), "alice"],
  ["an id in another script", tokenOf({ user: { publicUserId: "ゆき?>" } }), "ゆき?>"],
  ["the longest id", tokenOf({ user: { publicUserId: "x".repeat(100) } }), "x".repeat(100)],
])("an access token names %s", (_what, token, userId) => {
  expect(userIdIn(token)).toBe(userId);
});

test.each<[string, string]>([
  ["without a payload", "opaque"],
  ["of nothing", ""],
  ["whose payload is no JSON", "e30.%%%.c2ln"],
  ["whose payload is null", tokenOf(null)],
  ["without a user", tokenOf({})],
  ["whose user is null", tokenOf({ user: null })],
  ["whose user is a text", tokenOf({ user: "alice" })],
  ["whose ids are numbers", tokenOf({ user: { userId: 7, publicUserId: 8 } })],
  ["whose id is empty", tokenOf({ user: { publicUserId: "" } })],
  ["whose id is too long", tokenOf({ user: { publicUserId: "x".repeat(101) } })],
  ["whose id holds a control character", tokenOf({ user: { publicUserId: "a\u0000" } })],
])("an access token %s names nobody", (_what, token) => {
  expect(userIdIn(token)).toBeUndefined();
});
