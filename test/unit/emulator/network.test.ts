import { describe, expect, test } from "@jest/globals";
import { randomIds } from "../../../src/emulator/ids.js";
import { Network, type NetworkRules } from "../../../src/emulator/network.js";
import { manualClock } from "../../support/emulator.js";

function createNetwork(differences: Partial<NetworkRules> = {}) {
  const { clock, advance } = manualClock();
  const rules: NetworkRules = {
    secureMode: false,
    singleUseAuthTokens: false,
    authTokenLifetimeMs: 1_000,
    accessTokenLifetimesMs: { secure: 10_000, unsecure: 10_000 },
    sameDevice: "keep",
    deletedUserSession: "200",
    secureVisitorMode: false,
    visitorSecret: "secret",
    ...differences,
  };
  const network = new Network(rules, { now: clock, ids: randomIds, signAccessToken: ({ user }) => user.refreshToken });
  const open = (userId: string, deviceId: string) => network.openSession({ userId, deviceId }).accessToken;
  const lives = (...tokens: string[]) => tokens.map((token) => network.accessTokens.find(token) !== undefined);
  return { network, open, lives, advance };
}

describe("device rebinding", () => {
  test("another user on the device ends the former one's tokens there", () => {
    const { open, lives } = createNetwork();
    const first = open("alice", "tablet");
    const second = open("alice", "tablet");
    open("bob", "tablet");
    expect(lives(first, second)).toEqual([false, false]);
  });

  test("tokens on the former user's other devices live on", () => {
    const { open, lives } = createNetwork();
    const phone = open("alice", "phone");
    open("alice", "tablet");
    open("bob", "tablet");
    expect(lives(phone)).toEqual([true]);
  });

  test("the same user again keeps older tokens alive", () => {
    const { open, lives } = createNetwork();
    const first = open("alice", "tablet");
    const second = open("alice", "tablet");
    expect(lives(first, second)).toEqual([true, true]);
  });

  test("the same user again ends them where the network revokes", () => {
    const { open, lives } = createNetwork({ sameDevice: "revoke" });
    const tokens = [open("alice", "tablet"), open("alice", "phone"), open("alice", "tablet")];
    expect(lives(...tokens)).toEqual([false, true, true]);
  });

  test("signing in on a device ends its visitor's token", () => {
    const { network, open, lives } = createNetwork();
    const visitor = network.openAnonymousSession({ deviceId: "tablet" }, "visitor").accessToken;
    open("alice", "tablet");
    expect(lives(visitor)).toEqual([false]);
  });

  test("a device that comes back ends the user between", () => {
    const { open, lives } = createNetwork();
    const before = open("alice", "tablet");
    const between = open("bob", "tablet");
    const after = open("alice", "tablet");
    expect(lives(before, between, after)).toEqual([false, false, true]);
  });

  test("a later session keeps the device bound", () => {
    const { open, lives, advance } = createNetwork();
    open("alice", "tablet");
    advance(9_000);
    const second = open("alice", "tablet");
    advance(9_000);
    open("bob", "tablet");
    expect(lives(second)).toEqual([false]);
  });
});

describe("users", () => {
  test("a session without profile leaves the user untouched", () => {
    const { network, advance } = createNetwork();
    const { updatedAt } = network.users.save("alice", { displayName: "Alice" });
    advance(1);
    expect(network.users.save("alice")).toMatchObject({ displayName: "Alice", updatedAt });
  });

  test("a repeated ban does not touch the user again", () => {
    const { network, advance } = createNetwork();
    network.users.save("alice");
    network.users.setGlobalBan("alice", true);
    const updatedAt = network.users.find("alice")?.updatedAt;
    advance(1);
    network.users.setGlobalBan("alice", true);
    expect(network.users.find("alice")?.updatedAt).toBe(updatedAt);
  });
});
