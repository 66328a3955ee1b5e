import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { JWK } from "jose";
import { Bulkhead } from "../../src/amity/bulkhead.js";
import { Circuit } from "../../src/amity/circuit.js";
import { type CertificatePair, replacePair } from "../../src/amity/client-certificate.js";
import { RetryBudget } from "../../src/amity/retry-budget.js";
import { ServerKeys } from "../../src/amity/server-keys.js";
import { Transports } from "../../src/amity/transports.js";
import { createJwksSource } from "../../src/caller/jwks.js";
import { RateLimits } from "../../src/caller/rate-limits.js";
import { VisitorLimits } from "../../src/caller/visitor-limits.js";
import { Readiness } from "../../src/server/readiness.js";
import { noProxy } from "../../src/system/forward-proxy.js";
import { fixed, Reloads } from "../../src/system/reloading-file.js";
import { LogSink, type WriteBytes } from "../../src/telemetry/log-sink.js";
import { testSink } from "../support/audit.js";
import { type TestClock, testClock } from "../support/clock.js";
import { type Issuer, withIssuer } from "../support/issuer.js";
import { turns } from "../support/moody-amity.js";
import { makeKey } from "../support/tokens.js";

/** Each visitor from another. */
let addresses = 0;
const waits = new Promise<never>(() => {});
const current = await makeKey("EdDSA", "current");
const next = await makeKey("EdDSA", "next");

/** Something that was open, and is shut. */
interface Shut {
  /** For how long. Milliseconds. */
  readonly lastsMs: number;
  /** Is it open again? Whoever asks changes nothing. */
  readonly isOpen: () => boolean | Promise<boolean>;
  /** Lets time go by; by default on the test's clock. */
  readonly pass?: (ms: number) => void;
}

type Scene = (clock: TestClock, use: (shut: Shut) => Promise<void>) => Promise<void>;

const cooldownMs = 10_000;

/** Keys whose provider fails until it is told otherwise. */
async function withKeys(
  clock: TestClock,
  published: readonly JWK[],
  use: (keys: {
    issuer: Issuer;
    warmUp: () => Promise<boolean>;
    isFound: (kid: string) => Promise<boolean>;
  }) => Promise<void>,
): Promise<void> {
  await withIssuer({ keys: published }, async (issuer) => {
    const { getKey, warmUp } = createJwksSource({
      location: { jwksUrl: new URL(issuer.keysUrl) },
      cacheMs: 600_000,
      staleMaxMs: 600_000,
      cooldownMs,
      timeoutMs: 600_000,
      proxyFor: noProxy,
      clock,
      onFailure() {},
      onOddEntries() {},
    });
    const isFound = (kid: string) =>
      Promise.resolve(getKey({ alg: "EdDSA", kid })).then(
        () => true,
        () => false,
      );
    await use({ issuer, warmUp, isFound });
  });
}

/** Files that hold what `read` gives. */
function watched(clock: TestClock, read: () => Promise<string>) {
  const parse = ([text = ""]: readonly string[]) => {
    if (text !== "good") throw new Error("not good");
    return text;
  };
  return new Reloads(clock, () => {}, read).watch({ name: "KEYS", paths: ["keys"], parse, first: "first" });
}

/** Counts until there is no more, and again. */
function refusing(count: (limits: RateLimits, visitors: VisitorLimits) => Promise<void>): Scene {
  return async (_clock, use) => {
    jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance"] });
    const limits = new RateLimits({ user: 1, service: 1, failedAuth: 1 });
    const visitors = new VisitorLimits({ address: 2, device: 1 });
    const isOpen = () =>
      count(limits, visitors).then(
        () => true,
        () => false,
      );
    await isOpen();
    await use({ lastsMs: 60_000, isOpen, pass: (ms) => jest.advanceTimersByTime(ms) });
  };
}

afterEach(() => {
  jest.useRealTimers();
});

/** Everything that shuts, by the name that the comment on its code gives it. */
const scenes: Readonly<Record<string, Scene>> = {
  async "a region's circuit"(clock, use) {
    const circuit = new Circuit(clock, () => {});
    for (let i = 0; i < 20; i++) circuit.enter().end("failure");
    await use({ lastsMs: 5_000, isOpen: () => circuit.health !== "unavailable" });
  },

  async "places in a region's queue"(clock, use) {
    const bulkhead = new Bulkhead(clock);
    const patience = { deadline: Number.POSITIVE_INFINITY };
    let refused = 0;
    for (let i = 0; i < 64 + 128; i++) bulkhead.run(patience, () => waits).catch(() => refused++);
    const isOpen = async () => {
      const gone = new AbortController();
      const asked = bulkhead.run({ ...patience, signal: gone.signal }, async () => {});
      const code = asked.then(
        () => "in",
        (error) => error.code,
      );
      gone.abort();
      return (await code) === "CANCELLED";
    };
    await use({ lastsMs: 500, isOpen });
    expect(refused).toBe(128);
  },

  async "a region's retries"(clock, use) {
    const budget = new RetryBudget(clock);
    while (budget.tryTake());
    await use({ lastsMs: 10_000, isOpen: () => budget.tryTake() });
  },

  async "the first server key"(clock, use) {
    const keys = new ServerKeys([fixed("first"), fixed("second")], clock);
    keys.remember("second", { afterRefusal: true });
    await use({ lastsMs: 60_000, isOpen: async () => (await keys.current())[0] === "first" });
  },

  async "a client certificate before its time"(clock, use) {
    const pair = (startsInMs: number, endsInMs: number): CertificatePair => {
      return { cert: "", key: "", notBefore: clock.now() + startsInMs, notAfter: clock.now() + endsInMs };
    };
    const pairs = replacePair([pair(-1, 9_000_000)], pair(4_000, 90_000_000), clock.now());
    const transports = new Transports(
      new URL("http://127.0.0.1:9"),
      { ca: undefined, pairs: [fixed(pairs)] },
      clock.now,
    );
    const old = await transports.protected();
    await use({ lastsMs: 4_000, isOpen: async () => (await transports.protected()) !== old });
    transports.close();
  },

  async "files that were refused"(clock, use) {
    let text = "bad";
    const files = watched(clock, async () => text);
    await files.reload();
    text = "good";
    await use({ lastsMs: 1_000, isOpen: async () => (await files.current()) === "good" });
  },

  async "requests before files that hang"(clock, use) {
    const files = watched(clock, () => waits);
    clock.advance(1_000);
    let isAnswered = false;
    void files.current().then(() => {
      isAnswered = true;
    });
    await use({ lastsMs: 100, isOpen: () => isAnswered });
  },

  async "callers before keys were ever loaded"(clock, use) {
    await withKeys(clock, [current.jwk], async ({ issuer, warmUp }) => {
      issuer.fail("is down");
      let isReady = false;
      const readiness = new Readiness(async () => {
        isReady = await warmUp();
        return isReady;
      }, clock);
      readiness.serve();
      while (clock.pending() === 0) await setImmediate();
      issuer.fail(undefined);
      await use({ lastsMs: cooldownMs, isOpen: () => isReady });
      readiness.drain();
    });
  },

  async "callers before keys too old"(clock, use) {
    await withKeys(clock, [current.jwk], async ({ issuer, isFound }) => {
      await isFound("current");
      issuer.fail("is down");
      clock.advance(1_200_000);
      await isFound("current");
      issuer.fail(undefined);
      await use({ lastsMs: cooldownMs, isOpen: () => isFound("current") });
    });
  },

  async "callers with a new key"(clock, use) {
    await withKeys(clock, [current.jwk], async ({ issuer, isFound }) => {
      await isFound("next");
      issuer.publish(current, next);
      await use({ lastsMs: cooldownMs, isOpen: () => isFound("next") });
    });
  },

  async "callers with an odd key"(clock, use) {
    await withKeys(clock, [current.jwk, { ...next.jwk, x: "odd" }], async ({ issuer, isFound }) => {
      await isFound("next");
      issuer.publish(current, next);
      await use({ lastsMs: cooldownMs, isOpen: () => isFound("next") });
    });
  },

  async "a log that could not be written"(clock, use) {
    let isFull = true;
    let written = "";
    const write: WriteBytes = (bytes, done) => {
      if (isFull) return done(Object.assign(new Error(), { code: "ENOSPC" }), 0);
      written += Buffer.from(bytes).toString();
      done(null, bytes.length);
    };
    const sink = new LogSink({ write, clock, lostLine: () => "lost\n", complain() {} });
    sink.write("first\n");
    isFull = false;
    await use({ lastsMs: 1_000, isOpen: () => written === "lost\n" });
  },

  async "a sink of the audit"(clock, use) {
    const { outlet, sink, take } = await testSink({ clock });
    outlet.full = { reason: "ENOSPC", after: 0 };
    void take("a");
    await turns(10);
    clock.advance(0);
    await turns(10);
    outlet.full = undefined;
    await use({ lastsMs: 500, isOpen: () => sink.failure === undefined });
  },

  "a caller's rate": refusing((limits) =>
    limits.count(
      { kind: "user", subject: "user:alice", userId: "alice", mayActFor: () => false, mayChange: () => false },
      1,
    ),
  ),

  "refused credentials of an address": refusing((limits) => limits.countRefusal("192.0.2.1")),

  "visitors of an address": refusing((_limits, visitors) => visitors.count("192.0.2.1", [undefined, undefined])),

  "visitors of a device": refusing((_limits, visitors) => visitors.count(`192.0.2.${++addresses}`, ["device"])),
};

/** Time goes by in steps, between which whatever was begun goes on. */
async function passTime(shut: Shut, clock: TestClock, ms: number): Promise<void> {
  const { pass = clock.advance } = shut;
  for (let left = ms; left > 0; left -= 1_000) {
    pass(Math.min(left, 1_000));
    await turns(10);
  }
}

describe("what is shut opens again by itself, with time alone", () => {
  test.each(Object.entries(scenes))("%s", async (_name, scene) => {
    const clock = testClock();
    await scene(clock, async (shut) => {
      expect(await shut.isOpen()).toBe(false);
      await passTime(shut, clock, shut.lastsMs - 1);
      expect(await shut.isOpen()).toBe(false);
      await passTime(shut, clock, 1);
      while (!(await shut.isOpen())) await setImmediate();
    });
  });
});

const root = fileURLToPath(new URL("../../src/", import.meta.url));
/** What serves requests; the emulator's faults, the frontend's part and single commands shut nobody out. */
const serving =
  /^(?:amity|audit|caller|graphql|server|session|shared|system|telemetry|token|region|user|visitor)\/.*\.ts$|^[\w-]+\.ts$/;
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => serving.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8").replaceAll(/\s*\n \* /g, " ") }));

const namesIn = ({ text }: { text: string }) =>
  [...text.matchAll(/What it shuts opens again by itself: ([^.]+)\./g)].flatMap(([, names = ""]) => names.split(", "));

/** A private field that changes or collects, or a look at a clock. */
const keepsState =
  /^ {2}#\w+(?:: [^=(]+)?(?: =|;)|^ {2}readonly #\w+ = new (?:Map|Set|LRUCache)\b|\belapsed\(|\bafter\(|setInterval|setTimeout|new RateLimiter/m;

/** What keeps state all the same, and why nobody stays outside by it. */
const shutsNothing: Readonly<Record<string, string>> = {
  "amity/admin-token-life.ts": "tells, and reads again what it does not know",
  "amity/expiry.ts": "tells",
  "amity/http.ts": "one exchange at a time, and deadlines",
  "amity/pools.ts": "connections, which are made anew",
  "amity/recent-counts.ts": "numbers, for those who decide",
  "amity/region-guard.ts": "deadlines of calls; its parts say what they shut",
  "amity/region.ts": "measures calls",
  "audit/chain-writer.ts": "what the file holds: a part of a line is told of, and the chain goes on",
  "audit/file-outlet.ts": "the open file; its sink opens it again",
  "audit/line-queue.ts": "lines that wait; its sink empties it",
  "audit/patience.ts": "one wait, within its limit",
  "audit/socket-outlet.ts": "the open socket; its sink opens it again",
  "audit/standing.ts": "what its sink was told last",
  "audit/timers.ts": "waits, which end with the process",
  "audit/verify.ts": "one reading, for whoever asked",
  "audit/watch.ts": "looks again each second",
  "caller/authenticator.ts": "an age, for the metrics",
  "caller/key-set.ts": "never changes: another set takes its place",
  "caller/verified-tokens.ts": "where in doubt, a token is verified anew",
  "graphql/document-size.ts": "one document",
  "server/broken-request.ts": "ends one connection",
  "server/connections.ts": "makes room at once for whoever comes in",
  "server/node-request.ts": "one request",
  "server/readiness.ts": "tries again each second until keys are there; draining ends with the process",
  "server/shedding.ts": "goes by the machine's load, which no clock stands for: its own tests have it",
  "server/shutdown.ts": "the end of the process",
  "session/issued-session.service.ts": "deadlines of calls",
  "session/session.service.ts": "deadlines of calls",
  "shared/answer-in-time.ts": "one wait, within its limit",
  "shared/comeback.ts": "a few looks more of the link's, which test/redis has",
  "shared/counters.ts": "the library's windows, which end by themselves",
  "shared/evictions.ts": "sends again what was not sent, with each look of the link; an unread message only forgets",
  "shared/link.ts": "goes by another machine, which no clock stands for: test/redis has it",
  "shared/revocations.ts": "forgets each when its tokens are dead",
  "shared/tokens.ts": "where in doubt, a token is minted anew",
  "shared/trial.ts": "the doctor's, each step within its limit",
  "system/cancellation.ts": "who waits for one piece of work",
  "system/clock.ts": "the clocks",
  "system/in-time.ts": "one wait, within its limit",
  "system/tunnel.ts": "one connection at a time, within its limit",
  "telemetry/metrics.ts": "numbers, for those who read them",
  "telemetry/redis-metrics.ts": "numbers, for those who read them",
  "telemetry/open-telemetry.ts": "has it said that traces fail; it tries at each span",
  "telemetry/registry.ts": "numbers, for those who read them",
  "telemetry/request-record.ts": "what happened to one request",
  "token/single-flight.ts": "forgets each piece of work when it ends",
  "token/token.store.ts": "forgets tokens as they die",
  "upstream.ts": "ages, for the metrics",
  "user/user.service.ts": "what one request looks up, gone with it",
};

describe("the code", () => {
  test("names everything that is tested here, and nothing else", () => {
    expect(files.flatMap(namesIn).sort()).toEqual(Object.keys(scenes).sort());
  });

  test("says of whatever keeps state what it shuts, or has a reason here", () => {
    const silent = files.filter((file) => keepsState.test(file.text) && namesIn(file).length === 0);
    expect(silent.map(({ name }) => name).sort()).toEqual(Object.keys(shutsNothing).sort());
  });
});
