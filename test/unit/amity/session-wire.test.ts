import { describe, expect, test } from "@jest/globals";
import { parseSession, unusableFields } from "../../../src/amity/session-wire.js";
import { DateTimeScalar } from "../../../src/scalars.js";
import { chanceOf } from "../../support/chance.js";

const minimal = { accessToken: "access", users: [{ userId: "alice" }] };

/** A session as it is read, and the fields that were of no use. */
function parseBody(body: string, userId = "alice") {
  const unusable: string[] = [];
  const session = parseSession(body, userId, (field) => unusable.push(field));
  return { session, unusable };
}

const parse = (change: object) => parseBody(JSON.stringify({ ...minimal, ...change }));

const badResponse = expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" });

const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

describe("a session", () => {
  test("needs no more than a token and user", () => {
    expect(parse({})).toEqual({
      unusable: [],
      session: {
        accessToken: "access",
        files: [],
        roles: [],
        users: [expect.objectContaining({ userId: "alice", roles: [], flagCount: 0, isGlobalBan: false })],
        user: expect.objectContaining({ userId: "alice" }),
      },
    });
  });

  test.each([
    ["without an access token", { accessToken: undefined }],
    ["with an empty access token", { accessToken: "" }],
    ["with a numeric access token", { accessToken: 1 }],
    ["without users", { users: undefined }],
    ["with users that are none", { users: { userId: "alice" } }],
    ["for somebody else", { users: [{ userId: "bob" }] }],
    ["for the user in another case", { users: [{ userId: "Alice" }] }],
    ["for a number that reads like the user", { users: [{ userId: ["alice"] }] }],
  ])("%s is a bad response", (_what, change) => {
    expect(() => parse(change)).toThrow(badResponse);
  });

  test.each(["", "null", "[]", "1", '"text"', "<html>", '{"accessToken":'])("is never read from %j", (body) => {
    expect(() => parseBody(body)).toThrow(badResponse);
  });

  test("reads the misspelt expiredAt as expiresAt", () => {
    const { session } = parse({ expiredAt: "2026-01-02T03:04:05.678Z" });
    expect(session.expiresAt).toEqual(new Date("2026-01-02T03:04:05.678Z"));
  });

  test.each([
    ["2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"],
    ["soon", "2020-01-01T00:00:00Z"],
  ])("with the end %j beside the misspelt one ends at %s", (expiresAt, end) => {
    expect(parse({ expiredAt: "2020-01-01T00:00:00Z", expiresAt }).session.expiresAt).toEqual(new Date(end));
  });

  test("reads times of any offset", () => {
    const { session } = parse({ expiresAt: "2026-01-02T05:04:05+02:00" });
    expect(session.expiresAt).toEqual(new Date("2026-01-02T03:04:05Z"));
  });

  test("of a visitor is that of the first user", () => {
    const users = [{ userId: "visitor-1" }, { userId: "visitor-2" }];
    const { user } = parseSession(JSON.stringify({ accessToken: "access", users }), undefined, () => {});
    expect(user.userId).toBe("visitor-1");
  });

  test.each<[string, object]>([
    ["", { reason: "not a session" }],
    ["<html>", { reason: "HTML page" }],
    ["{}", { reason: "not a session", log: { problem: "accessToken" } }],
    ['{"accessToken":"a","users":[{"userId":"bob"}]}', { reason: "another user" }],
  ])("that is none, such as %j, is logged as what it is", (body, why) => {
    const refusalOf = () => {
      try {
        return parseBody(body);
      } catch (error) {
        return error;
      }
    };
    expect(refusalOf()).toMatchObject(why);
  });

  test("keeps values that Amity adds to lists", () => {
    const { session } = parse({
      users: [{ userId: "alice", roles: ["new-role"], permissions: ["FLY"] }],
      roles: [{ roleId: "new-role", permissions: ["FLY"] }],
      files: [{ fileId: "f", type: "hologram", accessType: "moon" }],
    });
    expect(session.user).toMatchObject({ roles: ["new-role"], permissions: ["FLY"] });
    expect(session.roles[0]?.permissions).toEqual(["FLY"]);
    expect(session.files[0]).toMatchObject({ type: "hologram", accessType: "moon" });
  });

  test.each([[["a"]], [[1, 2]], ["abc"], [false]])("keeps a hash flag's hash %j of any type", (hash) => {
    const { session } = parse({ users: [{ userId: "alice", hashFlag: { bits: 1, hashes: 2, hash } }] });
    expect(session.user.hashFlag).toEqual({ bits: 1, hashes: 2, hash });
  });

  test.each([[17], ["17"]])("keeps a file size %j of either type", (size) => {
    expect(parse({ files: [{ fileId: "f", attributes: { size } }] }).session.files[0]?.attributes).toEqual({ size });
  });

  test.each([0, -1, 2 ** 31 - 1, -(2 ** 31)])("keeps a count of %i, which GraphQL can carry", (flagCount) => {
    expect(parse({ users: [{ userId: "alice", flagCount }] }).session.user.flagCount).toBe(flagCount);
  });

  test("reads a null optional field as absent", () => {
    const empty = { refreshToken: null, files: null, roles: null, users: [{ userId: "alice", hashFlag: null }] };
    const { session, unusable } = parse(empty);
    expect(session).toMatchObject({ refreshToken: undefined, files: [], roles: [], user: { hashFlag: undefined } });
    expect(unusable).toEqual([]);
  });

  test("leaves the prototype of objects alone", () => {
    const body =
      '{"accessToken":"a","__proto__":{"files":1},"users":[{"userId":"alice","metadata":{"__proto__":{"x":1}}}]}';
    const { session } = parseBody(body);
    expect([({} as { x?: number }).x, session.files]).toEqual([undefined, []]);
  });
});

const user = (more: object) => ({ users: [{ userId: "alice", ...more }] });

describe("a field of no use", () => {
  test.each<[string, object, object]>([
    ["session.expiresAt", { expiresAt: "tomorrow" }, { expiresAt: undefined }],
    ["session.expiresAt", { expiresAt: 1_700_000_000 }, { expiresAt: undefined }],
    ["session.expiresAt", { expiresAt: "2026-02-30T00:00:00Z" }, { expiresAt: undefined }],
    ["session.issuedAt", { issuedAt: {} }, { issuedAt: undefined }],
    ["session.issuedAt", { issuedAt: ["2026-01-02T00:00:00Z"] }, { issuedAt: undefined }],
    ["session.refreshToken", { refreshToken: 7 }, { refreshToken: undefined }],
    ["session.userType", { userType: ["visitor"] }, { userType: undefined }],
    ["session.lastCachePurge", { lastCachePurge: false }, { lastCachePurge: undefined }],
    ["session.files", { files: "none" }, { files: [] }],
    ["session.roles", { roles: { roleId: "r" } }, { roles: [] }],
    ["users.isDeleted", user({ isDeleted: "no" }), { user: { isDeleted: false } }],
    ["users.isGlobalBan", user({ isGlobalBan: 1 }), { user: { isGlobalBan: false } }],
    ["users.displayName", user({ displayName: { en: "Alice" } }), { user: { displayName: undefined } }],
    ["users.metadata", user({ metadata: [] }), { user: { metadata: undefined } }],
    ["users.metadata", user({ metadata: "{}" }), { user: { metadata: undefined } }],
    ["users.metadata", user({ metadata: nested(65) }), { user: { metadata: undefined } }],
    ["users.metadata", user({ metadata: { flat: 1, deep: nested(64) } }), { user: { metadata: undefined } }],
    ["users.flagCount", user({ flagCount: 2 ** 31 }), { user: { flagCount: 0 } }],
    ["users.flagCount", user({ flagCount: -(2 ** 31) - 1 }), { user: { flagCount: 0 } }],
    ["users.flagCount", user({ flagCount: "3" }), { user: { flagCount: 0 } }],
    ["users.roles", user({ roles: "admin" }), { user: { roles: [] } }],
    ["users.roles", user({ roles: ["a", 1, null, "b"] }), { user: { roles: ["a", "b"] } }],
    ["users.permissions", user({ permissions: { FLY: true } }), { user: { permissions: [] } }],
    ["users.hashFlag", user({ hashFlag: "x" }), { user: { hashFlag: undefined } }],
    ["users.hashFlag.bits", user({ hashFlag: { bits: 1.5, hashes: 2 } }), { user: { hashFlag: { hashes: 2 } } }],
    ["users.hashFlag.hash", user({ hashFlag: { hash: nested(65) } }), { user: { hashFlag: { hash: undefined } } }],
    ["users.createdAt", user({ createdAt: "2026-01-01" }), { user: { createdAt: undefined } }],
    [
      "files.createdAt",
      { files: [{ fileId: "f", createdAt: -1 }] },
      { files: [{ fileId: "f", createdAt: undefined }] },
    ],
    ["files.attributes", { files: [{ fileId: "f", attributes: 1 }] }, { files: [{ attributes: undefined }] }],
    ["roles.permissions", { roles: [{ roleId: "r", permissions: 1 }] }, { roles: [{ permissions: [] }] }],
  ])("is left empty and told: %s of %j", (field, change, expected) => {
    const { session, unusable } = parse(change);
    expect(session).toMatchObject(expected);
    expect(unusable).toEqual([field]);
  });

  test.each<[string, object, object]>([
    ["users.userId", { users: [1, null, "x", [], {}, { userId: 1 }, { userId: "alice" }] }, { users: ["alice"] }],
    ["files.fileId", { files: [null, { fileUrl: "u" }, { fileId: "f" }] }, { files: ["f"] }],
    ["roles.roleId", { roles: [{ roleId: null }, { roleId: "r" }] }, { roles: ["r"] }],
  ])("that is the id leaves the whole entry out: %s", (field, change, expected) => {
    const { session, unusable } = parse(change);
    const ids = {
      users: session.users.map(({ userId }) => userId),
      files: session.files.map(({ fileId }) => fileId),
      roles: session.roles.map(({ roleId }) => roleId),
    };
    expect(ids).toMatchObject(expected);
    expect(unusable).toEqual([field]);
  });

  test("is told once, however often it stands there", () => {
    const files = Array.from({ length: 100 }, (_, i) => ({ fileId: `f${i}`, createdAt: "odd" }));
    expect(parse({ files }).unusable).toEqual(["files.createdAt"]);
  });

  test.each([
    ["after", "2026-01-03T00:00:00Z"],
    ["at", "2026-01-02T00:00:00Z"],
  ])("is a beginning %s the end", (_where, issuedAt) => {
    const { session, unusable } = parse({ issuedAt, expiresAt: "2026-01-02T00:00:00Z" });
    expect([session.issuedAt, session.expiresAt]).toEqual([undefined, new Date("2026-01-02T00:00:00Z")]);
    expect(unusable).toEqual(["session.issuedAt"]);
  });

  test.each([
    [1_000, []],
    [1_001, ["roles.roleId"]],
  ])("is what a list of %i has beyond a thousand entries", (length, told) => {
    const roles = Array.from({ length }, (_, i) => ({ roleId: `r${i}` }));
    const { session, unusable } = parse({ roles });
    expect([session.roles.length, unusable]).toEqual([1_000, told]);
  });

  test("is not data of 64 levels", () => {
    expect(parse(user({ metadata: nested(64) })).unusable).toEqual([]);
  });
});

const whole = {
  accessToken: "access",
  refreshToken: "refresh",
  issuedAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-02T00:00:00.000Z",
  userType: "signed-in",
  users: [
    {
      userId: "alice",
      _id: "internal",
      path: "network/user/internal",
      displayName: "Alice",
      profileHandle: "ally",
      description: "A user",
      avatarFileId: "f",
      avatarCustomUrl: "https://files.example/a",
      metadata: { tier: 1 },
      roles: ["moderator"],
      permissions: ["BAN_USER"],
      flagCount: 2,
      hashFlag: { bits: 1, hashes: 2, hash: "AA==" },
      isGlobalBan: true,
      isBrand: true,
      isDeleted: true,
      createdAt: "2026-01-01T00:00:01.000Z",
      updatedAt: "2026-01-01T00:00:02.000Z",
      deletedAt: "2026-01-01T00:00:03.000Z",
    },
  ],
  files: [
    {
      fileId: "f",
      fileUrl: "https://files.example/f",
      type: "image",
      accessType: "public",
      altText: "A picture",
      createdAt: "2026-01-01T00:00:04.000Z",
      updatedAt: "2026-01-01T00:00:05.000Z",
      attributes: { size: "17" },
    },
  ],
  roles: [
    {
      roleId: "moderator",
      displayName: "Moderator",
      permissions: ["BAN_USER"],
      isDeleted: true,
      createdAt: "2026-01-01T00:00:06.000Z",
      updatedAt: "2026-01-01T00:00:07.000Z",
    },
  ],
  lastCachePurge: "2026-01-01T00:00:08.000Z",
};

test("a whole session comes back with nothing lost", () => {
  const { session, unusable } = parseBody(JSON.stringify(whole));
  expect(JSON.parse(JSON.stringify(session))).toEqual({ ...whole, user: whole.users[0] });
  expect(session.expiresAt).toEqual(new Date(whole.expiresAt));
  expect(unusable).toEqual([]);
});

test("every name that can be told is known beforehand", () => {
  /** The same with all but ids and the objects themselves of no use. */
  const spoil = (value: object): object =>
    Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        if (/^(?:accessToken|\w+Id)$/.test(name) && name !== "avatarFileId") return [name, inner];
        if (name === "hashFlag") return [name, { bits: "x", hashes: "x", hash: nested(65) }];
        if (["users", "files", "roles"].includes(name) && typeof inner[0] === "object")
          return [name, [...inner.map(spoil), {}]];
        return [
          name,
          /^(?:metadata|attributes)$/.test(name) ? "x" : /^(?:roles|permissions)$/.test(name) ? [1] : { odd: 1 },
        ];
      }),
    );
  const told = [
    spoil({ ...whole, expiredAt: "" }),
    { ...whole, files: 1, roles: 1, users: [{ ...whole.users[0], hashFlag: 1 }] },
  ].flatMap((session) => parseBody(JSON.stringify(session)).unusable);
  // Without either of these there is no session at all.
  const needed = ["session.accessToken", "session.users"];
  expect([...new Set([...told, ...needed])].sort()).toEqual([...unusableFields].sort());
});

const someJson = [
  "",
  "x",
  0,
  -1,
  1.5,
  2 ** 40,
  true,
  false,
  null,
  [],
  [null],
  ["a"],
  {},
  { a: [1] },
  "2026-01-01T00:00:00Z",
];

/** Every field that is named anywhere, with any value. */
function randomSession(chance: () => number): object {
  const any = () => someJson[Math.floor(chance() * someJson.length)];
  const fieldsOf = (names: string) =>
    Object.fromEntries(names.split(" ").flatMap((name) => (chance() < 0.5 ? [[name, any()]] : [])));
  const dates = "createdAt updatedAt deletedAt";
  return {
    ...fieldsOf("refreshToken issuedAt expiresAt expiredAt userType lastCachePurge files roles"),
    ...(chance() < 0.5 && { files: [any(), { fileId: "f", ...fieldsOf(`fileUrl type altText attributes ${dates}`) }] }),
    ...(chance() < 0.5 && {
      roles: [any(), { roleId: "r", ...fieldsOf(`displayName permissions isDeleted ${dates}`) }],
    }),
    accessToken: "access",
    users: [
      any(),
      {
        userId: "alice",
        hashFlag: fieldsOf("bits hashes hash"),
        ...fieldsOf(`_id metadata roles isBrand flagCount ${dates}`),
      },
    ],
  };
}

test("a session is read, whatever its other fields hold", () => {
  const chance = chanceOf(15);
  for (let i = 0; i < 500; i++) {
    const { session } = parseBody(JSON.stringify(randomSession(chance)));
    const { user, users, files, roles, issuedAt, expiresAt } = session;
    expect([session.accessToken, user.userId, users]).toEqual(["access", "alice", expect.arrayContaining([user])]);
    for (const { createdAt, updatedAt } of [user, ...files, ...roles]) {
      for (const date of [createdAt, updatedAt, issuedAt, expiresAt]) if (date) DateTimeScalar.serialize(date);
    }
    for (const texts of [user.roles, ...roles.map(({ permissions }) => permissions)]) {
      expect(texts.filter((text) => typeof text !== "string")).toEqual([]);
    }
    expect([typeof user.isBrand, Number.isInteger(user.flagCount)]).toEqual(["boolean", true]);
    expect([typeof (user.metadata ?? {}), Array.isArray(user.metadata)]).toEqual(["object", false]);
    if (issuedAt && expiresAt) expect(issuedAt < expiresAt).toBe(true);
  }
});
