import "reflect-metadata";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { SessionState } from "../../src/amity/access-token.js";
import { Bulkhead } from "../../src/amity/bulkhead.js";
import { Circuit } from "../../src/amity/circuit.js";
import { type AmityClient, createAmityClient } from "../../src/amity/client.js";
import { RegionGuard } from "../../src/amity/region-guard.js";
import { RegionCode } from "../../src/amity/regions.js";
import { RetryBudget } from "../../src/amity/retry-budget.js";
import { ServerKeys } from "../../src/amity/server-keys.js";
import { parseSession } from "../../src/amity/session-wire.js";
import { parseUser } from "../../src/amity/user-wire.js";
import { changedUserId, targetUserId } from "../../src/caller/access.js";
import { createApiKey, parseApiKeys, verifyApiKey } from "../../src/caller/api-keys.js";
import { anybody } from "../../src/caller/caller.js";
import { createJwksSource } from "../../src/caller/jwks.js";
import { RateLimits } from "../../src/caller/rate-limits.js";
import { AppError } from "../../src/errors/app-error.js";
import { SessionService } from "../../src/session/session.service.js";
import { noProxy } from "../../src/system/forward-proxy.js";
import { fixed, Reloads } from "../../src/system/reloading-file.js";
import { Audit } from "../../src/telemetry/audit.js";
import { silentLogger } from "../../src/telemetry/logger.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { RequestRecord } from "../../src/telemetry/request-record.js";
import { TokenService } from "../../src/token/token.service.js";
import { TokenStore } from "../../src/token/token.store.js";
import { UserService } from "../../src/user/user.service.js";
import { type TestClock, testClock } from "../support/clock.js";
import { type Issuer, withIssuer } from "../support/issuer.js";
import { makeKey } from "../support/tokens.js";
import { withUpstream } from "../support/upstream.js";

const hourMs = 3_600_000;

/** What happens to the wall clock in the middle of a scene. */
const disturbances: [string, number][] = [
  ["stays right", 0],
  ["is set back by an hour", -hourMs],
  ["jumps ahead by an hour", hourMs],
];

/** One user of the clocks: what it does as time goes by, `disturb` being called where the wall clock is set. */
interface Scene {
  readonly play: (clock: TestClock, disturb: () => void) => Promise<unknown>;
  readonly seen: unknown;
}

const scenes: Readonly<Record<string, Scene>> = {
  "the retry budget": {
    async play(clock, disturb) {
      const budget = new RetryBudget(clock);
      for (let i = 0; i < 3; i++) budget.tryTake();
      disturb();
      clock.advance(9_999);
      const before = budget.tryTake();
      clock.advance(1);
      return [before, budget.tryTake()];
    },
    seen: [false, true],
  },
  "a circuit's window": {
    async play(clock, disturb) {
      const heard: string[] = [];
      const circuit = new Circuit(clock, (health) => heard.push(health));
      for (let i = 0; i < 19; i++) circuit.enter().end("failure");
      disturb();
      clock.advance(10_000);
      for (let i = 0; i < 19; i++) circuit.enter().end("failure");
      disturb();
      clock.advance(9_999);
      circuit.enter().end("failure");
      return heard;
    },
    seen: ["unavailable"],
  },
  "an open circuit": {
    async play(clock, disturb) {
      const circuit = new Circuit(clock, () => {});
      for (let i = 0; i < 20; i++) circuit.enter().end("failure");
      disturb();
      clock.advance(4_999);
      const before = circuit.health;
      clock.advance(1);
      return [before, circuit.health];
    },
    seen: ["unavailable", "degraded"],
  },
  "a wait for a slot": {
    async play(clock, disturb) {
      const bulkhead = new Bulkhead(clock);
      const patience = { deadline: clock.elapsed() + 10_000 };
      for (let i = 0; i < 64; i++) void bulkhead.run(patience, () => new Promise(() => {}));
      let code: unknown;
      bulkhead
        .run(patience, async () => {})
        .catch((error) => {
          code = error.code;
        });
      disturb();
      clock.advance(499);
      await setImmediate();
      const before = code;
      clock.advance(1);
      await setImmediate();
      return [before, code];
    },
    seen: [undefined, "OVERLOADED"],
  },
  "a call's deadline": {
    async play(clock, disturb) {
      const options = { attemptTimeoutMs: 5_000, clock, random: () => 0, onRetry() {}, onHealth() {} };
      const times: number[] = [];
      const deadline = clock.elapsed() + 8_000;
      const run = new RegionGuard(options).run({ operation: "mintAuthToken", deadline }, async (terms) => {
        times.push(terms.timeoutMs);
        clock.advance(4_000);
        disturb();
        return { status: 503, headers: {}, text: "" };
      });
      await run.catch(() => {});
      return times;
    },
    seen: [5_000, 4_000],
  },
  "the server key that worked last": {
    async play(clock, disturb) {
      const keys = new ServerKeys([fixed("first"), fixed("second")], clock);
      keys.remember("second", { afterRefusal: true });
      disturb();
      clock.advance(59_999);
      const [before] = await keys.current();
      clock.advance(1);
      return [before, (await keys.current())[0]];
    },
    seen: ["second", "first"],
  },
  "a watched file": {
    async play(clock, disturb) {
      const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "file");
      await writeFile(path, "new");
      const parse = ([text = ""]: readonly string[]) => text;
      const source = new Reloads(clock, () => {}).watch({ name: "FILE", paths: [path], parse, first: "old" });
      disturb();
      clock.advance(999);
      const before = await source.current();
      clock.advance(1);
      return [before, await source.current()];
    },
    seen: ["old", "new"],
  },
  "a service key that was taken out of its file": {
    async play(clock, disturb) {
      const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "keys");
      await writeFile(path, "[]");
      const { credential, entry } = createApiKey({ id: "billing", scopes: [] });
      const parse = ([text = ""]: readonly string[]) => parseApiKeys(text);
      const first = parseApiKeys(JSON.stringify([entry]));
      const keys = new Reloads(clock, () => {}).watch({ name: "KEYS", paths: [path], parse, first });
      disturb();
      clock.advance(1_000);
      const current = await keys.current();
      return outcomeOf(async () => verifyApiKey(current, credential, "mint", clock.now));
    },
    seen: "InvalidCredential",
  },
  "published keys in use": {
    play: (clock, disturb) =>
      withKeys(clock, async ({ issuer, find }) => {
        await find("known");
        disturb();
        clock.advance(299_999);
        await find("known");
        const before = issuer.fetches;
        clock.advance(300_001);
        await find("known");
        return [before, issuer.fetches];
      }),
    seen: [1, 2],
  },
  "published keys of an outage": {
    play: (clock, disturb) =>
      withKeys(clock, async ({ issuer, find }) => {
        await find("known");
        issuer.fail("is down");
        disturb();
        clock.advance(4_199_999);
        const before = await outcomeOf(() => find("known"));
        clock.advance(1);
        return [before, await outcomeOf(() => find("known"))];
      }),
    seen: ["done", "AUTH_UNAVAILABLE"],
  },
  "a fetch for an unknown key": {
    play: (clock, disturb) =>
      withKeys(clock, async ({ issuer, find }) => {
        await find("known");
        disturb();
        clock.advance(9_999);
        await outcomeOf(() => find("unknown"));
        const before = issuer.fetches;
        clock.advance(1);
        await outcomeOf(() => find("unknown"));
        return [before, issuer.fetches];
      }),
    seen: [1, 2],
  },
  "a call to Amity that is measured": {
    async play(clock, disturb) {
      const measured: unknown[] = [];
      const answer: Parameters<typeof withUpstream>[0] = (response) => {
        clock.advance(1_500);
        disturb();
        response.end('"a token of alice"');
      };
      await withUpstream(answer, async ({ url }) => {
        const amity = clientAt(url, clock, (seconds) => measured.push(seconds));
        await amity.mintAuthToken(RegionCode.EU, "alice", { deadline: clock.elapsed() + 10_000 });
        amity.close();
      });
      return measured;
    },
    seen: [1.5],
  },
  "the deadline of a token": {
    async play(clock, disturb) {
      const left: number[] = [];
      const amity = amityThat(async (deadline) => {
        disturb();
        clock.advance(1_000);
        left.push(deadline - clock.elapsed());
      });
      const tokens = new TokenService({ ...toolsFor(amity, clock), store: new TokenStore(0, clock), onReuse() {} });
      await tokens.issue({ region: RegionCode.EU, userId: alice }, asker());
      return left;
    },
    seen: [9_000],
  },
  "the deadline of a session": {
    async play(clock, disturb) {
      const left: number[] = [];
      const amity = amityThat(async (deadline) => {
        disturb();
        clock.advance(1_000);
        left.push(deadline - clock.elapsed());
      });
      const order = { region: RegionCode.EU, userId: alice, deviceId: "d", displayName: undefined };
      await new SessionService(toolsFor(amity, clock)).create(order, asker());
      return left;
    },
    seen: [9_000, 8_000],
  },
  "the deadlines of what is about users": {
    async play(clock, disturb) {
      const left: number[] = [];
      const amity = amityThat(async (deadline) => {
        disturb();
        clock.advance(1_000);
        left.push(deadline - clock.elapsed());
      });
      const users = new UserService({ ...toolsFor(amity, clock), userProfiles: true });
      await users.load([{ region: RegionCode.EU, userId: "bob" }], asker());
      const bob = changedUserId(anybody, "input.userId", "bob", { roles: false });
      await users.upsert({ region: RegionCode.EU, userId: bob }, asker());
      return left;
    },
    seen: [9_000, 9_000],
  },
};

const alice = targetUserId(anybody, "userId", "alice");

const asker = () => ({
  subject: "user:alice",
  signal: new AbortController().signal,
  record: new RequestRecord("1", () => 0),
});

function toolsFor(amity: AmityClient, clock: TestClock) {
  const audit = new Audit({ logger: silentLogger, metrics: new Metrics() });
  return { amity, clock, audit, timeoutMs: 10_000 };
}

async function outcomeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "done";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error instanceof Error && error.constructor.name);
  }
}

async function withKeys(
  clock: TestClock,
  use: (scene: { issuer: Issuer; find: (kid: string) => Promise<unknown> }) => Promise<unknown>,
): Promise<unknown> {
  const key = await makeKey("EdDSA", "known");
  let seen: unknown;
  await withIssuer({ keys: [key] }, async (issuer) => {
    const source = createJwksSource({
      location: { jwksUrl: new URL(issuer.keysUrl) },
      cacheMs: 600_000,
      staleMaxMs: 3_600_000,
      cooldownMs: 10_000,
      timeoutMs: 3_000,
      proxyFor: noProxy,
      clock,
      onFailure() {},
      onOddEntries() {},
    });
    const find = async (kid: string) => source.getKey({ alg: "EdDSA", kid });
    seen = await use({ issuer, find });
  });
  return seen;
}

function clientAt(url: string, clock: TestClock, onSeconds: (seconds: number) => void): AmityClient {
  const region = { baseUrl: new URL(url), serverKeys: [fixed("key")] };
  return createAmityClient({
    regions: { EU: region, SG: region, US: region },
    mutualTls: { ca: undefined, pairs: [] },
    tokenApi: "v4",
    sessionApi: "v3",
    adminAuth: "bearer",
    attemptTimeoutMs: 5_000,
    clock,
    random: () => 0,
    observer: {
      onCall: (_region, _operation, _outcome, seconds) => onSeconds(seconds),
      onRetry() {},
      onHealth() {},
      onUnusableField() {},
      onKeyFallback() {},
    },
  });
}

/** An Amity that looks at each call's deadline. */
function amityThat(look: (deadline: number) => Promise<void>): AmityClient {
  return {
    sessionApi: "v3",
    state: () => ({ hasApiKey: true, hasServerKey: true, hasClientCertificate: false, health: "available" }),
    keyGeneration: async () => "1",
    async mintAuthToken(_region, _userId, { deadline }) {
      await look(deadline);
      return "token";
    },
    async createSession(_region, _request, { deadline }) {
      await look(deadline);
      return parseSession(JSON.stringify({ accessToken: "access", users: [{ userId: "alice" }] }), "alice", () => {});
    },
    async verifySession(_region, _token, { deadline }) {
      await look(deadline);
      return SessionState.ACTIVE;
    },
    async revokeSession(_region, _token, { deadline }) {
      await look(deadline);
      return true;
    },
    async revokeUserSessions(_region, _userId, { deadline }) {
      await look(deadline);
      return true;
    },
    async listUsers(_region, _userIds, { deadline }) {
      await look(deadline);
      return [];
    },
    async updateUser(_region, update, { deadline }) {
      await look(deadline);
      return parseUser(JSON.stringify({ users: [update] }), update.userId, () => {});
    },
    createVisitorSession: () => Promise.reject(new Error("not expected")),
    rotateAdminToken: () => Promise.reject(new Error("not expected")),
    close() {},
  };
}

describe.each(disturbances)("while the wall clock %s", (_what, byMs) => {
  test.each(Object.entries(scenes))("%s goes by the monotonic clock", async (_name, { play, seen }) => {
    const clock = testClock();
    expect(await play(clock, () => clock.setWall(byMs))).toEqual(seen);
  });
});

test("a service key expires by the wall clock", async () => {
  const clock = testClock();
  const expires = new Date(clock.now() + hourMs).toISOString();
  const { credential, entry } = createApiKey({ id: "billing", scopes: [], expires });
  const keys = parseApiKeys(JSON.stringify([entry]));
  const verify = () => outcomeOf(async () => verifyApiKey(keys, credential, "mint", clock.now));
  expect(await verify()).toBe("done");
  clock.setWall(hourMs);
  expect(await verify()).toBe("InvalidCredential");
});

test("a rate limit asks for no more than its minute after the wall clock was set back", async () => {
  const limits = new RateLimits({ user: 1, service: 1, failedAuth: 1 });
  await limits.countRefusal("192.0.2.1");
  const wall = Date.now();
  const setBack = jest.spyOn(Date, "now").mockReturnValue(wall - hourMs);
  try {
    const refusal = limits.countRefusal("192.0.2.1");
    await expect(refusal).rejects.toMatchObject({ code: "RATE_LIMITED", details: { retryAfterSeconds: 60 } });
  } finally {
    setBack.mockRestore();
  }
});
