import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { AppError } from "../../../src/errors/app-error.js";
import { momentOf } from "../../../src/system/clock.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { datedToken } from "../../../src/token/dated-token.js";
import type { SharedPlace, SharedTokens, SharedUser } from "../../../src/token/shared-tokens.js";
import type { StoreKey } from "../../../src/token/token.store.js";
import { testClock } from "../../support/clock.js";
import { deferred } from "../../support/deferred.js";
import { type Ask, counting, held, serviceWith, timeoutMs, turn } from "../../support/token-service.js";

const minuteMs = 60_000;
const reuseMs = 2 * minuteMs;
const alice: SharedUser = { region: RegionCode.EU, userId: "alice" };

type Found = SharedPlace["found"];

/** What the service knows of other processes, which have the tokens that `have` gives: none by default. */
class Others implements SharedTokens {
  readonly asked: StoreKey[] = [];
  readonly kept: [key: StoreKey, minted: object][] = [];
  readonly told: SharedUser[] = [];
  readonly #listeners: ((user: SharedUser | undefined) => void)[] = [];

  constructor(private readonly have: (key: StoreKey) => Promise<Found> = async () => undefined) {}

  async find(key: StoreKey): Promise<SharedPlace> {
    this.asked.push(key);
    const found = await this.have(key);
    return { ...(found && { found }), keep: (minted) => void this.kept.push([key, minted]) };
  }

  forget(user: SharedUser): void {
    this.told.push(user);
  }

  onForgotten(listener: (user: SharedUser | undefined) => void): void {
    this.#listeners.push(listener);
  }

  /** One of them says that the user is forgotten; undefined: it may have been anybody. */
  say(user: SharedUser | undefined): void {
    for (const listener of this.#listeners) listener(user);
  }
}

/** Another process's token, asked for when the test's clock began. */
async function theirs({ region, userId }: SharedUser): Promise<Found> {
  const askedAt = momentOf(testClock());
  return { token: datedToken({ token: "theirs", region, userId }, askedAt.now), askedAt };
}

type Forget = (service: ReturnType<typeof serviceWith>, others: Others) => void;

const waysToForget: [where: string, forget: Forget][] = [
  ["here", ({ forget }) => forget(alice)],
  ["by another process", (_service, others) => others.say(alice)],
];
const waysToForgetAll: typeof waysToForget = [
  ...waysToForget,
  ["perhaps, as another process says", (_service, others) => others.say(undefined)],
];

describe("a token that another process minted", () => {
  test("is handed out in place of a new one, as a reuse", async () => {
    const others = new Others(theirs);
    const { amity, outcome, reuses } = serviceWith(counting(), reuseMs, others);
    const record = new RequestRecord("request-1", () => 0);
    expect(await outcome({ record })).toBe("theirs");
    expect([reuses(), record.facts, amity.mints, others.kept]).toEqual([1, { reused: 1 }, [], []]);
  });

  test("is looked for by region, generation of keys and user", async () => {
    const others = new Others();
    const { outcome } = serviceWith({ ...counting(), generation: () => "7" }, reuseMs, others);
    await outcome({ region: RegionCode.US, userId: "bob" });
    expect(others.asked).toEqual([{ region: RegionCode.US, generation: "7", userId: "bob" }]);
  });

  test("is held here for what is left of its reuse", async () => {
    const others = new Others(theirs);
    const { clock, outcome } = serviceWith({}, reuseMs, others);
    const looks: number[] = [];
    for (const passed of [minuteMs, minuteMs - 1, 1]) {
      clock.advance(passed);
      expect(await outcome()).toBe("theirs");
      looks.push(others.asked.length);
    }
    expect(looks).toEqual([1, 1, 2]);
  });

  test("serves all who ask for it at the same time", async () => {
    const place = deferred<Found>();
    const others = new Others(() => place.promise);
    const { outcome, reuses } = serviceWith({}, reuseMs, others);
    const records = [new RequestRecord("request-1", () => 0), new RequestRecord("request-2", () => 0)];
    const asked = records.map((record) => outcome({ record }));
    await turn();
    place.resolve(await theirs(alice));
    expect([await Promise.all(asked), others.asked.length, reuses()]).toEqual([["theirs", "theirs"], 1, 2]);
    expect(records.map(({ facts }) => facts)).toEqual([{ reused: 1 }, { reused: 1, shared: 1 }]);
  });

  test.each(waysToForgetAll)("is not held when its user is forgotten meanwhile %s", async (_where, forget) => {
    const place = deferred<Found>();
    const others: Others = new Others(() => (others.asked.length === 1 ? place.promise : Promise.resolve(undefined)));
    const service = serviceWith(counting(), reuseMs, others);
    const first = service.outcome();
    await turn();
    forget(service, others);
    place.resolve(await theirs(alice));
    expect([await first, await service.outcome()]).toEqual(["theirs", "token-1"]);
  });
});

describe("a token that is minted here", () => {
  test("is given to others, as old as the question for it", async () => {
    const others: Others = new Others(async () => {
      clock.advance(1_000);
      return undefined;
    });
    const mint = async () => {
      clock.advance(2_000);
      return "token-1";
    };
    const { clock, amity, issue } = serviceWith({ mint, generation: () => "1" }, reuseMs, others);
    const askedAt = momentOf(clock);
    const token = await issue();
    expect([token.issuedAt, amity.mints[0]?.deadline]).toEqual([new Date(askedAt.now), askedAt.elapsed + timeoutMs]);
    expect(others.kept).toEqual([
      [
        { ...alice, generation: "1" },
        { token, askedAt },
      ],
    ]);
  });

  test("is given to nobody where reuse is off", async () => {
    const others = new Others();
    const { outcome } = serviceWith(counting(), 0, others);
    expect([await outcome(), others.kept]).toEqual(["token-1", []]);
  });

  test.each(waysToForgetAll)("is given to nobody when its user is forgotten meanwhile %s", async (_where, forget) => {
    const { mint, release } = held();
    const others = new Others();
    const service = serviceWith({ mint }, reuseMs, others);
    const asked = service.outcome();
    await turn();
    forget(service, others);
    release();
    expect([await asked, others.kept]).toEqual(["token-0", []]);
  });
});

describe("a user who is forgotten", () => {
  test("is told to others, and what they say is not told again", () => {
    const others = new Others();
    const { forget } = serviceWith(counting(), reuseMs, others);
    others.say({ ...alice, userId: "bob" });
    others.say(undefined);
    forget(alice);
    expect(others.told).toEqual([alice]);
  });

  test.each(waysToForget)("%s gets a new token, and nobody else does", async (_where, forget) => {
    const others = new Others();
    const service = serviceWith(counting(), reuseMs, others);
    const asks: Ask[] = [{}, { region: RegionCode.US }, { userId: "bob" }, { userId: "alice2" }];
    const tokens = async () => {
      const issued: string[] = [];
      for (const ask of asks) issued.push(await service.outcome(ask));
      return issued;
    };
    expect(await tokens()).toEqual(["token-1", "token-2", "token-3", "token-4"]);
    forget(service, others);
    expect(await tokens()).toEqual(["token-5", "token-2", "token-3", "token-4"]);
  });

  test("and may be anybody means that all get new tokens", async () => {
    const others = new Others();
    const { outcome } = serviceWith(counting(), reuseMs, others);
    expect([await outcome(), await outcome({ userId: "bob" })]).toEqual(["token-1", "token-2"]);
    others.say(undefined);
    expect([await outcome(), await outcome({ userId: "bob" })]).toEqual(["token-3", "token-4"]);
  });

  test.each(waysToForgetAll)("%s has no older token in an outage either", async (_where, forget) => {
    const minting = counting();
    const others = new Others();
    const service = serviceWith(minting, reuseMs, others);
    await service.outcome();
    forget(service, others);
    minting.fail(new AppError("UPSTREAM_UNAVAILABLE"));
    expect(await service.outcome()).toBe("UPSTREAM_UNAVAILABLE");
  });

  test.each(waysToForgetAll)("%s joins no mint of before, which goes on", async (_where, forget) => {
    const { mint, release } = held();
    const others = new Others();
    const service = serviceWith({ mint }, 0, others);
    const before = service.outcome();
    await turn();
    forget(service, others);
    const after = service.outcome();
    await turn();
    release();
    expect([await before, await after]).toEqual(["token-0", "token-1"]);
  });

  test.each<Ask>([
    { region: RegionCode.US },
    { userId: "Alice" },
    { userId: "malice" },
    { userId: "alice2" },
    { userId: '"alice"]' },
    { userId: '["EU","alice"]' },
  ])("leaves the mint of %j to be joined", async (ask) => {
    const { calls, mint, release } = held();
    const { outcome, forget } = serviceWith({ mint });
    const before = outcome(ask);
    await turn();
    forget(alice);
    const after = outcome(ask);
    await turn();
    release();
    expect([await before, await after, calls.length]).toEqual(["token-0", "token-0", 1]);
  });
});
