import { getEventListeners } from "node:events";
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "@jest/globals";
import { chanceOf } from "../support/chance.js";
import { type TestClock, testClock } from "../support/clock.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { MoodyAmity, turns } from "../support/moody-amity.js";
import { listening } from "../support/sockets.js";
import { audience, bearer, claimsOf, makeKey, renamed, signToken } from "../support/tokens.js";
import { withUpstream } from "../support/upstream.js";

const seed = Number(process.env["SEED"] ?? 11);
const waves = 8;
const visitsInWave = 60;
/** No attempt ends by itself while the test runs. Milliseconds. */
const timeoutMs = 120_000;
const slots = 64;
const issuerName = "https://issuer.example/";

/** Waits for what must come: if it never does, the test runs out of its time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** Everything that can be told to stop, as long as `use` runs: the requests' signals and the flights'. */
async function watchingSignals(use: (signals: () => AbortSignal[]) => Promise<void>): Promise<void> {
  const made: WeakRef<AbortSignal>[] = [];
  const original = globalThis.AbortController;
  globalThis.AbortController = class extends original {
    constructor() {
      super();
      made.push(new WeakRef(this.signal));
    }
  };
  try {
    await use(() => made.flatMap((reference) => reference.deref() ?? []));
  } finally {
    globalThis.AbortController = original;
  }
}

interface Scene {
  readonly url: string;
  readonly clock: TestClock;
  readonly amity: MoodyAmity;
  readonly agent: Agent;
  readonly chance: () => number;
  /** The identity provider uses a key of this name from now on; nobody has fetched it yet. */
  readonly rotateTo: (kid: string) => void;
  readonly signIn: (userId: string) => Promise<{ authorization: string }>;
  readonly signals: () => AbortSignal[];
}

/** A gateway between callers whose keys are slow to come, and a moody Amity. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const chance = chanceOf(seed);
  const clock = testClock(Date.now());
  const amity = new MoodyAmity(chance);
  const madeKey = await makeKey("EdDSA", "key-0");
  let key = madeKey;
  const publish = (response: import("node:http").ServerResponse) =>
    void turns(chance() * 30).then(() => response.end(JSON.stringify({ keys: [key.jwk] })));
  await watchingSignals((signals) =>
    listening(amity.server, (port) =>
      withUpstream(publish, async (issuer) => {
        const env = regionAt(`http://127.0.0.1:${port}`, {
          AUTH_MODE: "jwt",
          AUTH_JWT_ISSUER: issuerName,
          AUTH_JWT_AUDIENCE: audience,
          AUTH_JWT_JWKS_URL: issuer.url,
          AUTH_JWKS_COOLDOWN_S: "1",
          RATE_LIMIT_USER: "0",
          SHED_EVENT_LOOP_DELAY_MS: "0",
          UPSTREAM_TIMEOUT_MS: String(timeoutMs),
          UPSTREAM_ATTEMPT_TIMEOUT_MS: String(timeoutMs),
        });
        const rotateTo = (kid: string) => {
          key = renamed(madeKey, kid);
        };
        const signIn = async (sub: string) =>
          bearer(await signToken(key, claimsOf(issuerName, clock.now(), { sub, exp: 4_000_000_000 })));
        const agent = new Agent({ keepAlive: true });
        await withGateway({ env, ...clock, random: chance }, ({ url }) =>
          use({ url, clock, amity, agent, chance, rotateTo, signIn, signals }),
        );
        agent.destroy();
      }),
    ),
  );
}

const operations = {
  token: () => ({ query: "{ authToken { token } }" }),
  session: () => ({ query: 'mutation { createSession(input: { deviceId: "d" }) { accessToken } }' }),
  nothing: () => ({ query: "{ regions { code } }" }),
};

interface Visit {
  readonly userId: string;
  readonly operation: keyof typeof operations;
  /** After so many turns the client goes away; undefined: it stays. */
  readonly leavesAfter: number | undefined;
  /** It goes away before it has said everything. */
  readonly breaksOff: boolean;
}

/** How a visit ended: `left`, the text that was answered, or an error's code. */
async function make({ url, agent, signIn }: Scene, visit: Visit): Promise<string> {
  const { userId, operation, leavesAfter, breaksOff } = visit;
  const body = JSON.stringify(operations[operation]());
  const headers = { "content-type": "application/json", "content-length": String(body.length) };
  const outgoing = request(url, { method: "POST", agent, headers: { ...headers, ...(await signIn(userId)) } });
  const ending = new Promise<string>((resolve, reject) => {
    outgoing.on("error", (error) => (outgoing.destroyed ? resolve("left") : reject(error)));
    outgoing.on("response", (response) => text(response).then(resolve, () => resolve("left")));
  });
  if (breaksOff) outgoing.write(body.slice(0, 10));
  else outgoing.end(body);
  if (leavesAfter === undefined) return outcomeOf(await ending);
  await turns(leavesAfter);
  outgoing.destroy();
  return outcomeOf(await ending);
}

function outcomeOf(ending: string): string {
  if (ending === "left") return ending;
  const { data, errors } = JSON.parse(ending);
  return errors?.[0].extensions.code ?? data.authToken?.token ?? data.createSession?.accessToken ?? "regions";
}

/** Half of the users ask for the same at the same time; every third client stays. */
function visitAtRandom(chance: () => number): Visit {
  const shares = chance() < 0.5;
  const kind = chance();
  const leaves = chance() < 0.66;
  return {
    userId: shares ? `shared-${Math.floor(chance() * 6)}` : `user-${Math.floor(chance() * 1e9)}`,
    operation: kind < 0.6 ? "token" : kind < 0.9 ? "session" : "nothing",
    leavesAfter: leaves ? Math.floor(chance() ** 2 * 100) : undefined,
    breaksOff: leaves && chance() < 0.1,
  };
}

/** What those who stayed may be told. */
const fair = /^(?:OVERLOADED|UPSTREAM_(?:UNAVAILABLE|TIMEOUT|BAD_RESPONSE))$/;

async function expectFair(visit: Visit, ending: Promise<string>): Promise<void> {
  const outcome = await ending;
  if (visit.leavesAfter !== undefined && outcome === "left") return;
  if (visit.operation === "nothing") expect(outcome).toBe("regions");
  else if (!fair.test(outcome)) expect(outcome).toMatch(new RegExp(`^(?:a token|access) of ${visit.userId}$`));
}

async function storm(scene: Scene): Promise<Promise<void>[]> {
  const { clock, chance, rotateTo } = scene;
  const endings: Promise<void>[] = [];
  for (let wave = 0; wave < waves; wave++) {
    clock.advance(1_000);
    rotateTo(`key-${wave}`);
    for (let i = 0; i < visitsInWave; i++) {
      const visit = visitAtRandom(chance);
      endings.push(expectFair(visit, make(scene, visit)));
      if (chance() < 0.3) await turns(chance() * 10);
      if (chance() < 0.1) clock.advance(chance() * 300);
    }
    await turns(60);
  }
  return endings;
}

test(`clients may leave at any moment, and nothing of them stays (seed ${seed})`, async () => {
  await withScene(async (scene) => {
    const { clock, amity, signals, agent } = scene;
    const before = openResources();
    const endings = await storm(scene);
    expect(amity.brokenOff.waiting).toBeGreaterThan(10);
    expect(amity.brokenOff.answering).toBeGreaterThan(3);

    // Nobody begins anything after its deadline: what Amity holds are the last attempts.
    amity.mood = "silent";
    for (let i = 0; i < 10; i++) {
      clock.advance(timeoutMs / 10);
      await turns(20);
    }
    const asked = amity.asked.length;
    amity.hangUp();
    await Promise.all(endings);
    // The circuit may have opened: its time passes.
    clock.advance(5_000);
    expect([amity.asked.length, amity.held.size, clock.pending()]).toEqual([asked, 0, 0]);
    expect(signals().flatMap((signal) => getEventListeners(signal, "abort"))).toEqual([]);

    await expectRoom(scene);
    agent.destroy();
    await expectForgotten(signals);
    amity.server.closeIdleConnections();
    await until(() => openResources() === before);
  });
}, 120_000);

/** Sockets and timers of this process, the test's own among them. */
function openResources(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCPSocket|Timeout/.test(kind)).length;
}

/** Every slot is free, and nobody waits for what was begun before. */
async function expectRoom(scene: Scene): Promise<void> {
  const { amity } = scene;
  const ask = (userId: string) => make(scene, { userId, operation: "token", leavesAfter: undefined, breaksOff: false });
  amity.mood = "kind";
  expect(await ask("first")).toBe("a token of first");
  amity.mood = "silent";
  const users = Array.from({ length: slots }, (_, i) => `shared-${i}`);
  const before = amity.asked.length;
  const asked = users.map(ask);
  await until(() => amity.asked.length === before + slots);
  expect(amity.asked.slice(before).sort()).toEqual([...users].sort());
  amity.answerAll();
  expect(await Promise.all(asked)).toEqual(users.map((user) => `a token of ${user}`));
}

/** Nothing holds a request or a flight any more. */
async function expectForgotten(signals: () => AbortSignal[]): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  for (let i = 0; i < 20 && signals().length > 0; i++) {
    await turns(10);
    collectGarbage();
  }
  expect(signals().length).toBe(0);
}
