import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "@jest/globals";
import { Cancellation } from "../../src/system/cancellation.js";
import { chanceOf } from "../support/chance.js";
import { type TestClock, testClock } from "../support/clock.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { MoodyAmity, turns } from "../support/moody-amity.js";
import { listening } from "../support/sockets.js";
import { audience, bearer, claimsOf, makeKey, renamed, signToken } from "../support/tokens.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const seed = Number(process.env["SEED"] ?? 11);
const waves = 6;
const visitsInWave = 80;
/** No attempt ends by itself while the test runs. Milliseconds. */
const timeoutMs = 120_000;
const slots = 64;
const issuerName = "https://issuer.example/";

/** Waits for what must come: if it never does, the test runs out of its time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/**
 * Waits while time goes by. On a busy machine a connection may take longer than the gateway waits for one, and it tries
 * again a little later.
 */
async function patiently<T>(clock: TestClock, awaited: Promise<T>): Promise<T> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  awaited.then(end, end);
  while (!isOver) {
    await turns(20);
    clock.advance(1);
  }
  return awaited;
}

/** What can be told to stop, and who still listens to that. */
interface Signals {
  /** Those that nobody has collected. */
  readonly kept: () => number;
  readonly listeners: () => number;
}

/** Everything that somebody listened to, as long as `use` runs: the requests' signals and the flights'. */
async function watchingSignals(use: (signals: Signals) => Promise<void>): Promise<void> {
  const { addEventListener, removeEventListener, abort } = Cancellation.prototype;
  const heard = new WeakMap<Cancellation, Set<() => void>>();
  const made: WeakRef<Cancellation>[] = [];
  Object.assign(Cancellation.prototype, {
    addEventListener(this: Cancellation, type: "abort", listener: () => void) {
      if (!heard.has(this)) made.push(new WeakRef(this));
      heard.set(this, (heard.get(this) ?? new Set()).add(listener));
      addEventListener.call(this, type, listener);
    },
    removeEventListener(this: Cancellation, type: "abort", listener: () => void) {
      heard.get(this)?.delete(listener);
      removeEventListener.call(this, type, listener);
    },
    abort(this: Cancellation) {
      heard.get(this)?.clear();
      abort.call(this);
    },
  });
  const signals = () => made.flatMap((reference) => reference.deref() ?? []);
  try {
    await use({
      kept: () => signals().length,
      listeners: () => signals().reduce((sum, signal) => sum + (heard.get(signal)?.size ?? 0), 0),
    });
    expect(made.length).toBeGreaterThan(waves * visitsInWave * 0.5);
  } finally {
    Object.assign(Cancellation.prototype, { addEventListener, removeEventListener, abort });
  }
}

interface Scene {
  readonly url: string;
  readonly clock: TestClock;
  readonly amity: MoodyAmity;
  readonly agent: Agent;
  readonly chance: () => number;
  /** The identity provider uses a key of this name from now on; nobody has fetched it yet. */
  readonly rotateTo: (kid: string) => unknown;
  readonly signIn: (userId: string) => Promise<{ authorization: string }>;
  readonly signals: Signals;
}

/** A gateway between callers whose keys are slow to come, and a moody Amity. */
async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const chance = chanceOf(seed);
  const clock = testClock(Date.now());
  const amity = new MoodyAmity(chance, clock);
  const madeKey = await makeKey("EdDSA", "key");
  const keys = [madeKey];
  const publish: Answer = async (response) => {
    await turns(chance() * 30);
    response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  };
  await watchingSignals((signals) =>
    listening(amity.server, (port) =>
      withUpstream(publish, async (issuer) => {
        const env = regionAt(`http://127.0.0.1:${port}`, {
          AUTH_MODE: "jwt",
          AUTH_JWT_ISSUER: issuerName,
          AUTH_JWT_AUDIENCE: audience,
          AUTH_JWT_JWKS_URL: issuer.url,
          AUTH_JWKS_COOLDOWN_S: "1",
          AUTH_JWKS_TIMEOUT_MS: "60000",
          RATE_LIMIT_USER: "0",
          SHED_EVENT_LOOP_DELAY_MS: "0",
          UPSTREAM_TIMEOUT_MS: String(timeoutMs),
          UPSTREAM_ATTEMPT_TIMEOUT_MS: String(timeoutMs),
        });
        const rotateTo = (kid: string) => keys.push(renamed(madeKey, kid));
        const signIn = async (sub: string) => {
          const claims = claimsOf(issuerName, clock.now(), { sub, exp: 4_000_000_000 });
          return bearer(await signToken(keys.at(-1) ?? madeKey, claims));
        };
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
  token: "{ authToken { token } }",
  session: 'mutation { createSession(input: { deviceId: "d" }) { accessToken } }',
  nothing: "{ regions { code } }",
};

interface Visit {
  readonly userId: string;
  readonly operation: keyof typeof operations;
  /** When the client goes away: before it has said all, some turns after it has, or after Amity heard of it. */
  readonly leaves: "never" | "in the middle" | "at any time" | "when Amity is asked";
}

/** How a visit ended: `left`, the text that was answered, or an error's code. */
async function make({ url, agent, amity, chance, signIn }: Scene, visit: Visit): Promise<string> {
  const { userId, operation, leaves } = visit;
  const body = JSON.stringify({ query: operations[operation] });
  const headers = { "content-type": "application/json", "content-length": String(body.length) };
  const outgoing = request(url, { method: "POST", agent, headers: { ...headers, ...(await signIn(userId)) } });
  const ending = new Promise<string>((resolve, reject) => {
    outgoing.on("error", (error) => (outgoing.destroyed ? resolve("left") : reject(error)));
    outgoing.on("response", (response) => text(response).then(resolve, () => resolve("left")));
  });
  // It is heard below.
  ending.catch(() => {});
  if (leaves === "in the middle") outgoing.write(body.slice(0, 10));
  else outgoing.end(body);
  if (leaves === "never") return outcomeOf(await ending);
  if (leaves === "when Amity is asked") await Promise.race([amity.hears(userId), ending]);
  await turns(chance() * (leaves === "at any time" ? 100 : 60));
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
  const leaving = chance();
  return {
    userId: shares ? `shared-${Math.floor(chance() * 6)}` : `user-${Math.floor(chance() * 1e9)}`,
    operation: kind < 0.6 ? "token" : kind < 0.9 ? "session" : "nothing",
    leaves:
      leaving < 0.3 ? "never" : leaving < 0.4 ? "in the middle" : leaving < 0.7 ? "at any time" : "when Amity is asked",
  };
}

/** What those who stayed may be told. */
const fair = /^(?:OVERLOADED|UPSTREAM_(?:UNAVAILABLE|TIMEOUT|BAD_RESPONSE))$/;

async function expectFair(visit: Visit, ending: Promise<string>): Promise<void> {
  const outcome = await ending;
  if (visit.leaves !== "never" && outcome === "left") return;
  if (visit.operation === "nothing") expect(outcome).toBe("regions");
  else if (!fair.test(outcome)) expect(outcome).toMatch(new RegExp(`^(?:a token|access) of ${visit.userId}$`));
}

/** In every third wave all slots are taken, so that whoever comes has to wait for one. */
async function storm(scene: Scene): Promise<Promise<unknown>[]> {
  const { clock, chance, rotateTo, amity } = scene;
  const endings: Promise<unknown>[] = [];
  for (let wave = 0; wave < waves; wave++) {
    // The identity provider may be asked again, and a circuit that opened may be tried.
    clock.advance(5_000);
    rotateTo(`key-${wave}`);
    if (wave % 3 === 1) endings.push(...(await takeSlots(scene, `wave-${wave}`)));
    for (let i = 0; i < visitsInWave; i++) {
      const visit = visitAtRandom(chance);
      endings.push(expectFair(visit, make(scene, visit)));
      if (chance() < 0.3) await turns(chance() * 10);
      if (chance() < 0.1) clock.advance(chance() * 300);
    }
    await turns(100);
    if (wave % 3 === 1) amity.hangUp();
    amity.mood = "changing";
  }
  // They are heard at the end.
  for (const ending of endings) ending.catch(() => {});
  return endings;
}

/** Clients that leave while Amity holds their calls, or while they wait to repeat them, take their calls with them. */
async function comeAndGo(scene: Scene): Promise<void> {
  const { amity, clock } = scene;
  for (const mood of ["silent", "busy"] as const) {
    // There are repetitions to take again.
    clock.advance(10_000);
    await close(scene, `before-${mood}`);
    amity.mood = mood;
    const before = [amity.held.size, clock.pending()];
    const users = Array.from({ length: 9 }, (_, i) => `${mood}-${i}`);
    const visits = users.map((userId) => make(scene, { userId, operation: "token", leaves: "when Amity is asked" }));
    await patiently(clock, Promise.all(visits));
    await until(() => isDeepStrictEqual([amity.held.size, clock.pending()], before));
  }
}

/** Closes the circuit, if it should be open, or in a trial that Amity does not answer. */
async function close(scene: Scene, userId: string): Promise<void> {
  const { amity, clock } = scene;
  amity.mood = "kind";
  const ask = () => patiently(clock, make(scene, { userId, operation: "token", leaves: "never" }));
  while ((await ask()) !== `a token of ${userId}`) {
    amity.hangUp();
    clock.advance(5_000);
  }
}

/** Amity falls silent, and every slot is taken by a user of its own. Whoever could not connect is replaced. */
async function takeSlots(scene: Scene, name: string): Promise<Promise<void>[]> {
  const { amity, clock } = scene;
  const endings: Promise<void>[] = [];
  await close(scene, name);
  amity.mood = "silent";
  const take = () => {
    const visit: Visit = { userId: `${name}-${endings.length}`, operation: "token", leaves: "never" };
    const ending = expectFair(visit, make(scene, visit));
    endings.push(ending);
    const replace = () => amity.mood === "silent" && amity.held.size < slots && take();
    // It is heard at the end.
    ending.then(replace, () => {});
  };
  for (let i = 0; i < slots; i++) take();
  await patiently(
    clock,
    until(() => amity.held.size >= slots),
  );
  return endings;
}

test(`clients may leave at any moment, and nothing of them stays (seed ${seed})`, async () => {
  await withScene(async (scene) => {
    const { clock, amity, signals, agent } = scene;
    const before = openResources();
    const lasting = clock.pending();
    const endings = await storm(scene);
    expect(Object.values(amity.brokenOff).filter((times) => times === 0)).toEqual([]);

    await comeAndGo(scene);

    // The deadlines pass while Amity answers nobody, and whoever still waits for it is told.
    amity.mood = "silent";
    for (let i = 0; i < 10; i++) {
      clock.advance(timeoutMs / 10);
      await turns(20);
    }
    amity.mood = "kind";
    amity.hangUp();
    await Promise.all(endings);
    // The circuit may have opened: its time passes.
    clock.advance(5_000);
    await until(() => amity.held.size === 0);
    expect([longestTry(amity) < timeoutMs, clock.pending()]).toEqual([true, lasting]);
    expect(signals.listeners()).toBe(0);

    // Every slot is free, and nobody waits for what was begun before.
    const taken = await takeSlots(scene, "shared");
    amity.mood = "kind";
    amity.answerAll();
    await Promise.all(taken);
    agent.destroy();
    await expectForgotten(signals);
    amity.server.closeIdleConnections();
    await until(() => openResources() <= before);
  });
}, 120_000);

/** How long Amity was asked for a user of whom one client alone asked. Milliseconds. */
function longestTry({ asked }: MoodyAmity): number {
  const firstAt = new Map<string, number>();
  const tries = asked.map(({ userId, at }) => {
    if (!firstAt.has(userId)) firstAt.set(userId, at);
    return userId.startsWith("shared") ? 0 : at - (firstAt.get(userId) ?? at);
  });
  return Math.max(...tries);
}

/** Sockets and timers of this process, the test's own among them. */
function openResources(): number {
  return process.getActiveResourcesInfo().filter((kind) => /TCPSocket|Timeout/.test(kind)).length;
}

/** V8 itself may hold the last of them, as it does while it measures coverage. A leak would hold hundreds. */
const mostHeldByEngine = 4;

/** Nothing holds a request or a flight any more. */
async function expectForgotten({ kept }: Signals): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  for (let i = 0; i < 20 && kept() > 0; i++) {
    await turns(10);
    collectGarbage();
  }
  expect(kept()).toBeLessThanOrEqual(mostHeldByEngine);
}
