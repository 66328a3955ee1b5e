import { describe, expect, test } from "@jest/globals";
import { AmityError } from "../../../src/emulator/errors.js";
import {
  namedUser,
  parse,
  type SessionVersion,
  sessionBody,
  tokenQueryV3,
  userList,
} from "../../../src/emulator/validation.js";

const emoji = "😀"; // one code point, two UTF-16 units, four UTF-8 bytes
const versions = ["v3", "v4", "v5"] as const;

function detail(run: () => unknown): readonly string[] | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof AmityError) return error.detail;
    throw error;
  }
  return undefined;
}

function sessionDetail(version: SessionVersion, fields: object) {
  const body = { userId: "alice", deviceId: "phone", ...fields };
  return detail(() => parse(sessionBody(version), body, "invalidParameters"));
}

const limits: [field: string, max: number, build: (value: string) => object][] = [
  ["userId", 50, (userId) => ({ userId })],
  ["deviceId", 150, (deviceId) => ({ deviceId })],
  ["displayName", 100, (displayName) => ({ displayName })],
  ["authToken", 100, (authToken) => ({ authToken })],
  ["deviceInfo.sdkVersion", 30, (sdkVersion) => ({ deviceInfo: { sdkVersion } })],
];

describe("session body", () => {
  describe.each(versions)("in %s", (version) => {
    test.each(limits)("takes %s of exactly %d code points", (_field, max, build) => {
      expect(sessionDetail(version, build(emoji.repeat(max)))).toBeUndefined();
    });

    test.each(limits)("refuses %s of more than %d code points", (field, max, build) => {
      expect(sessionDetail(version, build("x".repeat(max + 1)))).toEqual([
        `The '${field}' field length must be less than or equal to ${max} characters long.`,
      ]);
    });

    test.each(["userId", "deviceId", "authToken"])("refuses an empty %s", (field) => {
      expect(sessionDetail(version, { [field]: "" })).toEqual([
        `The '${field}' field length must be greater than or equal to 1 characters long.`,
      ]);
    });

    test("refuses a device kind outside the enum", () => {
      expect(sessionDetail(version, { deviceInfo: { kind: "IOS" } })).toEqual([
        "The 'deviceInfo.kind' field does not match any of the allowed values.",
      ]);
    });

    test("ignores keys it does not know", () => {
      const parsed = parse(sessionBody(version), { userId: "a", deviceId: "d", extra: 1 }, "invalidParameters");
      expect(parsed).not.toHaveProperty("extra");
    });
  });

  test.each([
    ["v3", 100],
    ["v4", 100],
    ["v5", 300],
  ] as const)("limits the device model in %s to %d", (version, max) => {
    expect(sessionDetail(version, { deviceInfo: { model: "x".repeat(max) } })).toBeUndefined();
    expect(sessionDetail(version, { deviceInfo: { model: "x".repeat(max + 1) } })).toHaveLength(1);
  });

  test("limits profileHandle where the version knows it", () => {
    const profileHandle = "x".repeat(101);
    expect(versions.map((version) => sessionDetail(version, { profileHandle })?.length)).toEqual([undefined, 1, 1]);
  });

  test.each(["ADMIN_1", "DELETED_1"])("refuses userId %s in v5 only", (userId) => {
    expect(versions.map((version) => sessionDetail(version, { userId })?.length)).toEqual([undefined, undefined, 1]);
  });

  test("names every bad field but no value", () => {
    const found = sessionDetail("v5", { userId: undefined, deviceId: 7, deviceInfo: "secret" });
    expect(found).toEqual([
      "The 'userId' field is required.",
      "The 'deviceId' field must be a string.",
      "The 'deviceInfo' field must be an Object.",
    ]);
  });

  test.each([undefined, null, "text", []])("refuses a body that is %j", (body) => {
    expect(detail(() => parse(sessionBody("v3"), body, "invalidParameters"))).toEqual([
      "The 'body' field must be an Object.",
    ]);
  });
});

describe("token parameters", () => {
  test("v3 takes twice the userId that v4 takes", () => {
    const lengths = [50, 51, 100, 101];
    const accepted = (schema: typeof namedUser) =>
      lengths.filter(
        (length) => detail(() => parse(schema, { userId: emoji.repeat(length) }, "invalidParameters")) === undefined,
      );
    expect([accepted(tokenQueryV3), accepted(namedUser)]).toEqual([[50, 51, 100], [50]]);
  });
});

describe("user list", () => {
  test.each([
    ["none", [], "The 'userIds' field is required."],
    ["101", Array(101).fill("a"), "The 'userIds' field must contain less than or equal to 100 items."],
    [
      "one too long",
      ["x".repeat(901)],
      "The 'userIds.0' field length must be less than or equal to 900 characters long.",
    ],
  ])("refuses %s", (_title, userIds, sentence) => {
    expect(detail(() => parse(userList, { userIds }, "badRequest"))).toEqual([sentence]);
  });
});
