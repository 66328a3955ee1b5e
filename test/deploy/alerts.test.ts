import { once } from "node:events";
import { closeSync, openSync, write } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { systemClock } from "../../src/system/clock.js";
import { LogSink } from "../../src/telemetry/log-sink.js";
import { createLogger, lostLine } from "../../src/telemetry/logger.js";
import { callersAt, signedIn } from "../support/callers.js";
import { issue } from "../support/certificates.js";
import { testClock } from "../support/clock.js";
import { deferred } from "../support/deferred.js";
import { withEmulator } from "../support/emulator.js";
import { type GatewaySetup, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { withIssuer } from "../support/issuer.js";
import { withGatewayProcess } from "../support/process.js";
import { promtool, testWithPromtool } from "../support/promtool.js";
import { redisProgram, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { audience, bearer, claimsOf, forgeToken, makeKey, signToken } from "../support/tokens.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";
import { imageEnv, root, textOf, yamlOf } from "./files.js";
import { alerts, type Course, expectAlerts, rulesPath, type Scrape } from "./rules.js";

/** A fault of the real gateway's, and what its metrics said before and while it was there. */
type Fault = () => Promise<Course>;

const mint = '{ authToken(userId: "alice") { token } }';
const own = "{ authToken { token } }";
const openSession = 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { accessToken } }';
const token = always(200, '"token-1"');
const dayMs = 24 * 60 * 60 * 1_000;

async function scraped({ send }: TestGateway, now: () => number = Date.now): Promise<Scrape> {
  const { status, text } = await send("/metrics");
  expect(status).toBe(200);
  return { text, at: now() };
}

/** What a gateway says before and after `fault`. */
async function around(
  setup: GatewaySetup,
  fault: (gateway: TestGateway) => Promise<unknown>,
  now?: () => number,
): Promise<Course> {
  const scrapes: Scrape[] = [];
  await withGateway({ random: () => 0, ...setup }, async (gateway) => {
    scrapes.push(await scraped(gateway, now));
    await fault(gateway);
    scrapes.push(await scraped(gateway, now));
  });
  const [before, ...during] = scrapes;
  if (!before) throw new Error("nothing was scraped");
  return { before, during };
}

async function times(count: number, ask: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await ask();
}

/** So many operations while Amity answers so. */
function amity(answer: Answer, count = 1, query = mint, env: Record<string, string> = {}): Fault {
  return async () => {
    let course: Course | undefined;
    await withUpstream(answer, async ({ url }) => {
      course = await around({ env: regionAt(url, env) }, ({ ask }) => times(count, () => ask(query)));
    });
    return found(course);
  };
}

function found(course: Course | undefined): Course {
  if (!course) throw new Error("nothing was scraped");
  return course;
}

/** Each answer takes three seconds by the gateway's clock. */
async function slowAmity(): Promise<Course> {
  const clock = testClock();
  let course: Course | undefined;
  const slow: Answer = (response, request) => {
    clock.advance(3_000);
    token(response, request);
  };
  await withUpstream(slow, async ({ url }) => {
    course = await around({ env: regionAt(url), ...clock }, ({ ask }) => times(5, () => ask(mint)));
  });
  return found(course);
}

/** More calls than a region takes, and lets wait, at once. */
/** The clock stands still, so that no call looks slow on a machine that is. */
async function fullRegion(): Promise<Course> {
  const standing = Date.now();
  const held = new Set<ServerResponse>();
  let isBusy = true;
  const busy: Answer = (response, request) => (isBusy ? held.add(response) : token(response, request));
  let course: Course | undefined;
  await withUpstream(busy, async ({ url }) => {
    course = await around({ env: regionAt(url), now: () => standing }, async ({ ask }) => {
      let ended = 0;
      const enough = deferred<void>();
      const all = Array.from({ length: 250 }, async (_, i) => {
        await ask(`{ authToken(userId: "user-${i}") { token } }`);
        if (++ended === 40) enough.resolve();
      });
      await enough.promise;
      isBusy = false;
      for (const response of held) response.end('"token-1"');
      await Promise.all(all);
    });
  });
  return found(course);
}

/** A second server key is used, since Amity takes no other. */
const firstKeyRefused: Fault = amity(
  (response, request) =>
    (request.headers["x-server-key"] === "canary-server-key-2" ? token : always(401, ""))(response, request),
  1,
  mint,
  { AMITY_EU_SERVER_KEY_SECONDARY: "canary-server-key-2" },
);

/** The gateway's own randomness fails when a call is to be repeated. */
async function ownFault(): Promise<Course> {
  let course: Course | undefined;
  await withUpstream(always(503, ""), async ({ url }) => {
    const random = () => {
      throw new Error("no randomness");
    };
    course = await around({ env: regionAt(url), random }, async ({ ask }) => {
      await ask(mint);
      await times(50, () => ask("{ regions { code } }"));
    });
  });
  return found(course);
}

async function withFolder(use: (folder: string) => Promise<Course>): Promise<Course> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A client certificate of forty days comes so near to its end. */
function certificateAfter(days: number): Fault {
  return () =>
    withFolder(async (folder) => {
      const clock = testClock(Date.now());
      const at = (name: string) => join(folder, name);
      let course: Course | undefined;
      await withEmulator({ mtls: { certificateLifetimeMs: 40 * dayMs }, clock: clock.now }, async (emulator) => {
        const { cert, key } = await issue(emulator, "gateway");
        await writeFile(at("cert"), cert);
        await writeFile(at("key"), key);
        await writeFile(at("ca"), emulator.ca ?? "");
        const env = {
          AMITY_EU_BASE_URL: emulator.url,
          AMITY_EU_SERVER_KEY: emulator.serverKey,
          AMITY_MTLS_CERT_FILE: at("cert"),
          AMITY_MTLS_KEY_FILE: at("key"),
          AMITY_MTLS_CA_FILE: at("ca"),
        };
        const pass = async ({ send }: TestGateway) => {
          clock.advance(days * dayMs);
          // A look at the files that was under way took all that time: it is told as too late until it ends.
          while ((await send("/metrics")).text.includes('amity_files_kept_out{name="AMITY_MTLS_CERT_FILE"} 1'));
        };
        course = await around({ env, ...clock }, pass, clock.now);
      });
      return found(course);
    });
}

/** An admin token of forty days comes so near to its end. */
function adminTokenAfter(days: number): Fault {
  return () => {
    const clock = testClock(Date.now());
    const exp = Math.floor((clock.now() + 40 * dayMs) / 1_000);
    const adminToken = forgeToken({ alg: "HS256" }, { exp }, () => Buffer.alloc(32));
    const env = regionAt("http://127.0.0.1:9", { AMITY_EU_ADMIN_TOKEN: adminToken });
    return around({ env, ...clock }, async () => clock.advance(days * dayMs), clock.now);
  };
}

/** A gateway that knows its callers by an identity provider which fails, from the beginning on or after an hour. */
function providerFails(since: "ever" | "an hour"): Fault {
  return async () => {
    const [key, clock] = [await makeKey("EdDSA"), testClock(Date.now())];
    let course: Course | undefined;
    await withIssuer({ keys: [key] }, async (issuer) => {
      const env = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: issuer.url, AUTH_JWT_AUDIENCE: audience };
      const come = async ({ ask }: TestGateway) =>
        ask("{ regions { code } }", {}, bearer(await signToken(key, claimsOf(issuer.url, clock.now()))));
      const setup = { env: { ...regionAt("http://127.0.0.1:9"), ...env }, ...clock };
      if (since === "ever") {
        const working = await around(setup, come);
        issuer.fail("is down");
        const { during } = await around(setup, (gateway) => gateway.send("/readyz"));
        course = { before: working.during[0] ?? working.before, during };
        return;
      }
      await withGateway(setup, async (gateway) => {
        await come(gateway);
        const before = await scraped(gateway);
        issuer.fail("is down");
        clock.advance(60 * 60 * 1_000);
        await come(gateway);
        course = { before, during: [await scraped(gateway)] };
      });
    });
    return found(course);
  };
}

/** Callers come with tokens by another key than the gateway knows, from many addresses. */
async function otherTokens(): Promise<Course> {
  let course: Course | undefined;
  const limits = { RATE_LIMIT_FAILED_AUTH: "0" };
  await withUpstream(token, async ({ url }) => {
    const { authorization } = await signedIn("alice");
    course = await around(callersAt(url, limits), ({ ask }) =>
      times(60, () => ask(own, {}, { authorization: `${authorization}x` })),
    );
  });
  return found(course);
}

/** One user asks without end. */
async function tooManyRequests(): Promise<Course> {
  let course: Course | undefined;
  await withUpstream(token, async ({ url }) => {
    const alice = await signedIn("alice");
    course = await around(callersAt(url, { RATE_LIMIT_USER: "5" }), ({ ask }) => times(10, () => ask(own, {}, alice)));
  });
  return found(course);
}

/** A key file that was replaced by one of no use. */
const brokenFile: Fault = () =>
  withFolder(async (folder) => {
    const [path, clock] = [join(folder, "key"), testClock()];
    await writeFile(path, "canary-server-key");
    let course: Course | undefined;
    await withUpstream(token, async ({ url }) => {
      const env = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY_FILE: path };
      course = await around({ env, ...clock }, async ({ ask }) => {
        await writeFile(path, "");
        clock.advance(1_000);
        await ask(mint);
      });
    });
    return found(course);
  });

/** A log on a full disk; a known caller leaves lines of the audit, too. */
async function fullDisk(knownCaller: boolean): Promise<Course> {
  const descriptor = openSync("/dev/full", "w");
  const logSink = new LogSink({
    write: (bytes, done) => write(descriptor, bytes, 0, bytes.length, null, done),
    clock: systemClock,
    lostLine: (lines) => lostLine("json", lines),
    complain: () => {},
  });
  const logger = createLogger("info", "json", (line, isAudit) => logSink.write(line, isAudit));
  let course: Course | undefined;
  await withUpstream(token, async ({ url }) => {
    const alice = knownCaller ? await signedIn("alice") : {};
    // The disk is full from the first line on: what counts is what is lost on top.
    course = await around({ ...callersAt(url), logger, logSink }, async ({ ask, send }) => {
      await times(5, () => ask(own, {}, alice));
      while (Number(/^amity_log_lines_dropped_total (\d+)$/m.exec((await send("/metrics")).text)?.[1]) < 5);
    });
  });
  await logSink.close();
  closeSync(descriptor);
  return found(course);
}

/** Who takes the audit, without which nothing is handed out, has gone. */
const noAudit: Fault = () =>
  withFolder(async (folder) => {
    const path = join(folder, "audit.sock");
    const connections = new Set<Socket>();
    const collector = createServer((socket) => connections.add(socket.resume())).listen(path);
    await once(collector, "listening");
    let course: Course | undefined;
    await withUpstream(token, async ({ url }) => {
      const env = regionAt(url, { AUDIT_SOCKET: path, AUDIT_REQUIRED: "on" });
      course = await around({ env }, async (gateway) => {
        expect((await gateway.ask(mint)).body.errors).toBeUndefined();
        collector.close();
        for (const socket of connections) socket.destroy();
        await polled(async () => (await scraped(gateway)).text.includes('amity_audit_sink_up{sink="AUDIT_SOCKET"} 0'));
        await gateway.ask(mint);
      });
    });
    return found(course);
  });

/** A process that ends and is started again and again. */
async function restarts(): Promise<Course> {
  const scrapes: Scrape[] = [];
  const started = new Set<string>();
  while (started.size < 3) {
    await withGatewayProcess({}, async (url) => {
      const text = await (await fetch(new URL("/metrics", url))).text();
      scrapes.push({ text, at: Date.now() });
      started.add(/^process_start_time_seconds (\S+)$/m.exec(text)?.[1] ?? "");
    });
  }
  const [before, ...during] = scrapes;
  if (!before) throw new Error("nothing was scraped");
  return { before, during };
}

/** The gateway has stopped. `others`: that Prometheus still finds its target. */
async function stopped(): Promise<Course> {
  let before: Scrape | undefined;
  await withGateway({}, async (gateway) => {
    before = await scraped(gateway);
  });
  if (!before) throw new Error("nothing was scraped");
  return { before, during: [undefined] };
}

/** Redis has gone from under a gateway. */
async function withoutRedis(): Promise<Course> {
  let course: Course | undefined;
  await withRedis([], async (redis) => {
    const env = regionAt("http://127.0.0.1:9", { REDIS_URL: redis.url });
    await withGateway({ env }, async (gateway) => {
      const used = (flag: 0 | 1) => async () => {
        const scrape = await scraped(gateway);
        return scrape.text.includes(`amity_redis_used{mode="standalone"} ${flag}`) && scrape;
      };
      const before = await polled(used(1));
      await redis.kill();
      course = { before, during: [await polled(used(0))] };
    });
  });
  return found(course);
}

/** Asks until there is an answer. */
async function polled<T>(ask: () => Promise<T | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== false) return answer;
  }
}

const odd = { accessToken: "a", users: [{ userId: "alice", createdAt: 5 }] };

/** Each fault, and all alerts that then fire. */
const scenes: readonly (readonly [string, Fault, readonly string[]])[] = [
  ["a gateway that has stopped", stopped, ["Absent", "Down"]],
  ["a process that ends again and again", restarts, ["Restarts"]],
  ["an Amity that answers 500", amity(always(500, ""), 30), ["CallersFail", "RegionFails"]],
  ["an Amity that answers HTML", amity(always(200, "<html>"), 5), ["CallersFail"]],
  ["an Amity that takes three seconds", slowAmity, ["AmitySlow"]],
  ["an Amity whose rate is used up", amity(always(429, "")), ["AmityLimits", "CallersFail"]],
  ["an Amity that refuses the server key", amity(always(401, "")), ["CallersFail", "KeyRefused"]],
  ["an Amity that refuses the first of two server keys", firstKeyRefused, ["ServerKeyFallback"]],
  ["a session with an odd field", amity(likeAmity(odd), 1, openSession), ["OddAnswers"]],
  ["a client certificate of twenty days", certificateAfter(20), ["CertificateExpires"]],
  ["a client certificate of two days", certificateAfter(38), ["CertificateEnds", "CertificateExpires"]],
  ["an admin token of twenty days", adminTokenAfter(20), ["AdminTokenExpires"]],
  ["an admin token of two days", adminTokenAfter(38), ["AdminTokenEnds", "AdminTokenExpires"]],
  ["an identity provider that never answered", providerFails("ever"), ["CallerKeysMissing"]],
  ["an identity provider that fails for an hour", providerFails("an hour"), ["CallerKeysStale"]],
  ["tokens that all are refused", otherTokens, ["CredentialsRefused"]],
  ["a user who asks without end", tooManyRequests, ["CallersLimited"]],
  ["more calls than fit into a region", fullRegion, ["CallersFail", "Overloaded"]],
  ["a fault of the gateway's own", ownFault, ["InternalErrors"]],
  ["a key file that was emptied", brokenFile, ["FilesKeptOut"]],
  ["a log on a full disk", () => fullDisk(false), ["LogLost"]],
  ["an audit that nobody takes", noAudit, ["AuditStopped", "CallersFail"]],
  ["an audit on a full disk", () => fullDisk(true), ["AuditLost", "LogLost"]],
];

const redisAway = "AmityGraphqlRedisAway";

describe("alerts", () => {
  testWithPromtool("keep Prometheus' rules", () => promtool("check", "rules", root + rulesPath));

  testWithPromtool("are loaded by the configuration beside them, which scrapes the image's ADMIN_PORT", () => {
    const path = "deploy/prometheus/prometheus.yml";
    promtool("check", "config", root + path);
    const [{ rule_files: rules, scrape_configs: jobs }] = yamlOf(path);
    expect([rules, jobs[0].job_name]).toEqual([["alerts.yml"], "amity-graphql"]);
    const [{ targets }] = jobs[0].static_configs;
    for (const target of targets) expect(target.split(":")[1]).toBe(imageEnv()["ADMIN_PORT"]);
  });

  testWithPromtool.each(scenes)("tell of %s", async (_what, fault, names) => {
    expectAlerts(
      await fault(),
      names.map((name) => `AmityGraphql${name}`),
    );
  });

  describeWith(redisProgram)("with Redis", () => {
    testWithPromtool("tell that it is away", async () => {
      expectAlerts(await withoutRedis(), [redisAway]);
    });
  });

  test("have each their entry among the runbooks, which have no others", () => {
    const entries = [...textOf("docs/runbooks.md").matchAll(/^### (AmityGraphql\w+)$/gm)].map(([, name]) => name);
    expect(entries.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  test.each(alerts)("$alert says how bad it is, in words, and names its entry", ({ alert, labels, annotations }) => {
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\w+ \w+/),
      runbook_url: `docs/runbooks.md#${alert.toLowerCase()}`,
    });
  });

  test("have each fired at some fault", () => {
    const fired = scenes.flatMap(([, , names]) => names.map((name) => `AmityGraphql${name}`));
    expect([...new Set([...fired, redisAway])].sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });
});
