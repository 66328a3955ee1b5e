import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { CallLimits } from "../../../src/amity/region-guard.js";
import { RegionCode } from "../../../src/amity/regions.js";
import { type AmityUser, parseUsers } from "../../../src/amity/user-wire.js";
import { changedUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { UserService } from "../../../src/user/user.service.js";
import { createUserProfileLoader, type UserKey } from "../../../src/user/user-profile.loader.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { deferred } from "../../support/deferred.js";
import { fakeAmity, type Script } from "../../support/fake-amity.js";

const timeoutMs = 10_000;
const { EU, US } = RegionCode;

function usersOf(...users: object[]): AmityUser[] {
  return parseUsers(JSON.stringify({ users }), () => {});
}

/** A service before a client that answers by the script. */
function serviceWith(script: Script, userProfiles = true) {
  const clock = testClock();
  const asked: [RegionCode, readonly string[], CallLimits][] = [];
  const { listUsers = async () => [], ...others } = script;
  const amity = fakeAmity({
    ...others,
    listUsers(...call) {
      asked.push(call);
      return listUsers(...call);
    },
  });
  const { logger, lines } = recordingLogger();
  const audit = new Audit({ logger, metrics: new Metrics() });
  const service = new UserService({ amity, audit, clock, timeoutMs, userProfiles });
  const asker = {
    subject: "user:alice",
    signal: new AbortController().signal,
    record: new RequestRecord("request-1", () => 0),
  };
  const loader = createUserProfileLoader((keys) => service.load(keys, asker));
  const audited = () => lines.map((line) => JSON.parse(line));
  return { service, asker, loader, asked, clock, audited };
}

const keysOf = (count: number, region = EU): UserKey[] =>
  Array.from({ length: count }, (_, index) => ({ region, userId: `u${index}` }));

/** As texts, so that an error is told by its code. */
function named(results: readonly (object | null)[]): unknown[] {
  return results.map((result) => {
    if (result instanceof AppError) return result.code;
    return result && "userId" in result ? result.userId : result;
  });
}

describe("users who are looked up", () => {
  test("come in the order of their ids, with null for the unknown", async () => {
    const { service, asker } = serviceWith({
      listUsers: async () => usersOf({ userId: "u2" }, { userId: "u0" }, { userId: "stranger" }),
    });
    expect(named(await service.load(keysOf(3), asker))).toEqual(["u0", null, "u2"]);
  });

  test("are asked for in one call for each region, within its time", async () => {
    const { service, asker, asked, clock } = serviceWith({});
    const limits = { deadline: clock.elapsed() + timeoutMs, signal: asker.signal, record: asker.record };
    await service.load([...keysOf(2), ...keysOf(1, US)], asker);
    expect(asked).toEqual([
      [EU, ["u0", "u1"], limits],
      [US, ["u0"], limits],
    ]);
    expect(asked[0]?.[2].signal).toBe(asker.signal);
  });

  test("of one id in two regions are two", async () => {
    const listUsers = async (region: RegionCode) => usersOf({ userId: "u0", displayName: `of ${region}` });
    const { service, asker } = serviceWith({ listUsers });
    expect(await service.load([...keysOf(1, US), ...keysOf(1)], asker)).toMatchObject([
      { displayName: "of US", region: "US" },
      { displayName: "of EU", region: "EU" },
    ]);
  });

  test("fail with their own list alone", async () => {
    const listUsers = async (region: RegionCode) => {
      if (region === US) throw new AppError("UPSTREAM_TIMEOUT");
      return usersOf({ userId: "u0" });
    };
    const { service, asker } = serviceWith({ listUsers });
    const results = await service.load([...keysOf(2), ...keysOf(2, US)], asker);
    expect(named(results)).toEqual(["u0", null, "UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT"]);
  });

  test("are shown with nothing that is no directory's", async () => {
    const shown = { userId: "u0", displayName: "U", profileHandle: "u", description: "d", isBrand: true };
    const hidden = { metadata: { a: 1 }, roles: ["admin"], permissions: ["p"], flagCount: 3, isGlobalBan: true };
    const { service, asker } = serviceWith({ listUsers: async () => usersOf({ ...shown, ...hidden }) });
    const [profile] = await service.load(keysOf(1), asker);
    expect(JSON.parse(JSON.stringify(profile))).toEqual({ ...shown, isDeleted: false, region: "EU" });
  });

  test("take at most four calls at once", async () => {
    const held = deferred<AmityUser[]>();
    let isHeld = true;
    const { service, asker, asked } = serviceWith({ listUsers: () => (isHeld ? held.promise : Promise.resolve([])) });
    const loaded = service.load(keysOf(900), asker);
    await setImmediate();
    expect(asked).toHaveLength(4);
    isHeld = false;
    held.resolve([]);
    expect(await loaded).toHaveLength(900);
    expect(asked.map(([, userIds]) => userIds.length)).toEqual(Array.from({ length: 9 }, () => 100));
  });
});

describe("a look-up", () => {
  test("of one user is audited as it ended", async () => {
    const { service, asker, loader, audited } = serviceWith({ listUsers: async () => usersOf({ userId: "bob" }) });
    expect(await service.find({ region: US, userId: "bob" }, loader, asker)).toMatchObject({ userId: "bob" });
    const fixed = { level: "info", message: "audit", audit: true, by: "user:alice", requestId: "request-1" };
    expect(audited()).toEqual([{ ...fixed, operation: "user", userId: "bob", region: "US", outcome: "read" }]);
  });

  test("of several users is audited with all of them", async () => {
    const { service, asker, loader, audited } = serviceWith({});
    expect(await service.findAll({ region: EU, userIds: ["b", "a", "b"] }, loader, asker)).toEqual([null, null, null]);
    const entry = { operation: "users", userIds: ["b", "a", "b"], by: "user:alice", outcome: "read" };
    expect(audited()).toEqual([expect.objectContaining(entry)]);
  });

  test.each(["user", "users"] as const)("by %s is refused without a trace while it is off", async (field) => {
    const { service, asker, loader, asked, audited } = serviceWith({}, false);
    const found =
      field === "user"
        ? service.find({ region: EU, userId: "bob" }, loader, asker)
        : service.findAll({ region: EU, userIds: ["bob"] }, loader, asker);
    await expect(found).rejects.toMatchObject({ code: "USER_PROFILES_NOT_ENABLED" });
    expect([asked, audited()]).toEqual([[], []]);
  });

  test.each<[string, readonly string[], string]>([
    ["an id that is none", ["a", "b\u0000"], "userIds.1 must "],
    ["more than a hundred ids", keysOf(101).map(({ userId }) => userId), "userIds must have at most 100 entries"],
  ])("of %s is refused before any call", async (_what, userIds, message) => {
    const { service, asker, loader, asked, audited } = serviceWith({});
    const found = service.findAll({ region: EU, userIds }, loader, asker);
    await expect(found).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringContaining(message) });
    expect(asked).toEqual([]);
    expect(audited()).toEqual([expect.objectContaining({ operation: "users", outcome: "BAD_USER_INPUT" })]);
  });

  test("of one id that is none is refused before any call", async () => {
    const { service, asker, loader, asked } = serviceWith({});
    const found = service.find({ region: EU, userId: "b\u0000" }, loader, asker);
    await expect(found).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: expect.stringMatching(/^userId must /),
    });
    expect(asked).toEqual([]);
  });
});

describe("a change of a user", () => {
  const orderWith = (more: object = {}) => {
    const userId = changedUserId(anybody, "input.userId", "bob", { roles: false });
    return { region: US, userId, ...more };
  };

  test("reaches Amity as it was given, within its time", async () => {
    const asked: unknown[] = [];
    const [bob = never()] = usersOf({ userId: "bob" });
    const updateUser: Script["updateUser"] = async (...call) => {
      asked.push(call);
      return bob;
    };
    const { service, asker, clock, audited } = serviceWith({ updateUser });
    const limits = { deadline: clock.elapsed() + timeoutMs, signal: asker.signal, record: asker.record };
    expect(await service.upsert(orderWith({ displayName: " B " }), asker)).toBe(bob);
    expect(asked).toEqual([[US, expect.objectContaining({ userId: "bob", displayName: " B " }), limits]]);
    expect(audited()).toEqual([
      expect.objectContaining({ operation: "upsertUser", by: "user:alice", userId: "bob", outcome: "written" }),
    ]);
  });

  test("that Amity would not take is refused and audited", async () => {
    const { service, asker, audited } = serviceWith({});
    const changed = service.upsert(orderWith({ displayName: "" }), asker);
    await expect(changed).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    expect(audited()).toEqual([expect.objectContaining({ operation: "upsertUser", outcome: "BAD_USER_INPUT" })]);
  });
});

function never(): never {
  throw new Error("a user was given");
}
