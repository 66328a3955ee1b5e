import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { momentOf, refreshTime } from "../../../src/system/clock.js";
import { type StoreKey, TokenStore } from "../../../src/token/token.store.js";
import { testClock } from "../../support/clock.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const key: StoreKey = { region: RegionCode.EU, generation: "1", userId: "alice" };

/** A store for two minutes of reuse that holds a token just minted. */
function storeWithToken(reuseMs = 2 * minuteMs) {
  const clock = testClock();
  const store = new TokenStore(reuseMs, clock);
  const issuedAt = new Date(clock.now());
  const expiresAt = new Date(clock.now() + 10 * minuteMs);
  const refreshAfter = refreshTime(issuedAt, expiresAt);
  const token = { token: "token", userId: "alice", region: RegionCode.EU, issuedAt, expiresAt, refreshAfter };
  store.put(key, { token, askedAt: momentOf(clock), era: store.era });
  return { clock, store, token };
}

describe("a held token", () => {
  test("is handed out as it is while it is young", () => {
    const { clock, store, token } = storeWithToken();
    clock.advance(2 * minuteMs - 1);
    expect(store.fresh(key)).toEqual(token);
    clock.advance(1);
    expect(store.fresh(key)).toBeUndefined();
  });

  test("is usable while three minutes of its life are left", () => {
    const { clock, store, token } = storeWithToken();
    clock.advance(7 * minuteMs);
    expect(store.usable(key)).toEqual(token);
    clock.advance(1);
    expect(store.usable(key)).toBeUndefined();
  });

  test("that is no more usable is not fresh either", () => {
    const { clock, store } = storeWithToken(hourMs);
    clock.advance(7 * minuteMs + 1);
    expect(store.fresh(key)).toBeUndefined();
  });

  test.each<[string, Partial<StoreKey>]>([
    ["region", { region: RegionCode.US }],
    ["generation of keys", { generation: "2" }],
    ["user", { userId: "Alice" }],
  ])("is found for no other %s", (_what, change) => {
    const { store } = storeWithToken();
    expect([store.fresh({ ...key, ...change }), store.usable({ ...key, ...change })]).toEqual([undefined, undefined]);
  });

  test("is found for no key that looks alike when joined", () => {
    const { store } = storeWithToken();
    expect(store.usable({ ...key, generation: "1a", userId: "lice" })).toBeUndefined();
  });

  test("is found no more once its user is forgotten, and others' are", () => {
    const { store, token, clock } = storeWithToken();
    const others: StoreKey[] = [
      { ...key, region: RegionCode.US },
      { ...key, userId: "alice2" },
      { ...key, userId: 'alice"]' },
    ];
    const [second, ...kept] = [{ ...key, generation: "2" }, ...others];
    for (const one of [second, ...kept]) store.put(one, { token, askedAt: momentOf(clock), era: store.era });
    store.forget(key);
    expect([key, second].map((one) => store.usable(one))).toEqual([undefined, undefined]);
    expect(kept.map((one) => store.usable(one))).toEqual([token, token, token]);
  });

  test("that was asked for before its user was forgotten is not held", () => {
    const { store, token, clock } = storeWithToken();
    const { era } = store;
    store.forget(key);
    store.put(key, { token, askedAt: momentOf(clock), era });
    expect(store.usable(key)).toBeUndefined();
    store.put(key, { token, askedAt: momentOf(clock), era: store.era });
    expect(store.usable(key)).toEqual(token);
  });

  test("is found no more once everybody is forgotten, nor held when asked for before", () => {
    const { store, token, clock } = storeWithToken();
    const { era } = store;
    const keys = [key, { ...key, region: RegionCode.US }, { ...key, userId: "bob" }];
    for (const one of keys) store.put(one, { token, askedAt: momentOf(clock), era });
    store.forgetAll();
    expect(keys.map((one) => store.usable(one))).toEqual([undefined, undefined, undefined]);
    store.put(key, { token, askedAt: momentOf(clock), era });
    expect(store.usable(key)).toBeUndefined();
    store.put(key, { token, askedAt: momentOf(clock), era: store.era });
    expect(store.usable(key)).toEqual(token);
  });

  test("asked for before its user, and then everybody, was forgotten is not held", () => {
    const { store, token, clock } = storeWithToken();
    const { era } = store;
    store.forget(key);
    store.forgetAll();
    store.put(key, { token, askedAt: momentOf(clock), era });
    expect(store.usable(key)).toBeUndefined();
  });

  test.each([
    [60_000, 0, true],
    [60_000, -1, false],
    [0, 0, false],
  ])("of a reuse for %i ms, asked for in the era %i from now, is said to be held: %p", (reuseMs, eras, isHeld) => {
    const { store, token, clock } = storeWithToken(reuseMs);
    store.forgetAll();
    const isKept = store.put(key, { token, askedAt: momentOf(clock), era: store.era + eras });
    expect([isKept, store.usable(key) !== undefined]).toEqual([isHeld, isHeld]);
  });

  test("makes room for the 10,001st, the one that was not used for longest first", () => {
    const { clock, store, token } = storeWithToken();
    const others = Array.from({ length: 10_000 }, (_, index) => ({ ...key, userId: `user-${index}` }));
    const put = (other: StoreKey) => store.put(other, { token, askedAt: momentOf(clock), era: store.era });
    others.slice(0, 9_999).forEach(put);
    expect(store.usable(key)).toEqual(token);
    others.slice(9_999).forEach(put);
    expect(others.filter((other) => store.usable(other) === undefined)).toEqual(others.slice(0, 1));
    expect(store.usable(key)).toEqual(token);
  });

  test("is not held where reuse is off", () => {
    const { store } = storeWithToken(0);
    expect(store.usable(key)).toBeUndefined();
  });

  test.each([1, 60_000, hourMs, 24 * hourMs])("dies in time although the clock was set back by %i ms", (backMs) => {
    const { clock, store } = storeWithToken();
    clock.setWall(-backMs);
    clock.advance(2 * minuteMs - 1);
    expect(store.fresh(key)?.token).toBe("token");
    clock.advance(1);
    expect(store.fresh(key)).toBeUndefined();
    clock.advance(5 * minuteMs);
    expect(store.usable(key)?.token).toBe("token");
    clock.advance(1);
    expect(store.usable(key)).toBeUndefined();
  });

  test("tells no more life than it has after the clock was set back", () => {
    const { clock, store } = storeWithToken();
    clock.advance(minuteMs);
    clock.setWall(-hourMs);
    const held = store.fresh(key);
    const at = (time: Date | undefined) => Number(time) - clock.now();
    expect([at(held?.issuedAt), at(held?.refreshAfter), at(held?.expiresAt)]).toEqual([
      -minuteMs,
      7 * minuteMs,
      9 * minuteMs,
    ]);
  });

  test("keeps its times when the clock drifts", () => {
    const { clock, store, token } = storeWithToken();
    clock.advance(minuteMs);
    clock.setWall(-999);
    expect(store.fresh(key)).toEqual(token);
  });

  test("keeps its times when the clock came back", () => {
    const { clock, store, token } = storeWithToken();
    clock.setWall(-hourMs);
    clock.advance(minuteMs);
    clock.setWall(hourMs);
    expect(store.fresh(key)).toEqual(token);
  });

  test("is dead when the machine slept through its life", () => {
    const { clock, store } = storeWithToken();
    clock.setWall(7 * minuteMs + 1);
    expect([store.fresh(key), store.usable(key)]).toEqual([undefined, undefined]);
  });
});
