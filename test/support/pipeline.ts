import { createAmityClient } from "../../src/amity/client.js";
import type { RegionSettings } from "../../src/amity/region.js";
import { RegionCode } from "../../src/amity/regions.js";
import { type AuthSettings, createAuthenticator } from "../../src/caller/authenticator.js";
import { RateLimits } from "../../src/caller/rate-limits.js";
import { AppError } from "../../src/errors/app-error.js";
import { createApollo } from "../../src/graphql/apollo.js";
import { RegionService } from "../../src/region/region.service.js";
import { createAccessLog } from "../../src/server/access-log.js";
import type { HttpRequest } from "../../src/server/messages.js";
import { Pipeline, type PipelineOptions } from "../../src/server/pipeline.js";
import { Readiness } from "../../src/server/readiness.js";
import type { Farewell } from "../../src/server/shutdown.js";
import { IssuedSessionService } from "../../src/session/issued-session.service.js";
import { SessionService } from "../../src/session/session.service.js";
import type { Clock } from "../../src/system/clock.js";
import { noProxy } from "../../src/system/forward-proxy.js";
import { Reloads } from "../../src/system/reloading-file.js";
import { Audit } from "../../src/telemetry/audit.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { TokenService } from "../../src/token/token.service.js";
import { TokenStore } from "../../src/token/token.store.js";
import { UserService } from "../../src/user/user.service.js";
import { VisitorService } from "../../src/visitor/visitor.service.js";
import { recordingLogger } from "./canary.js";
import { type TestClock, testClock } from "./clock.js";

/** Nothing waits that long: no call is made. */
const timeoutMs = 1_000;

export interface TestPipeline {
  readonly pipeline: Pipeline;
  readonly readiness: Readiness;
  readonly farewell: Farewell;
  readonly metrics: Metrics;
  readonly clock: TestClock;
  /** What was logged so far. */
  logged(): Record<string, unknown>[];
}

export interface PipelineSetup extends Partial<PipelineOptions> {
  readonly auth?: AuthSettings;
}

/** The pipeline without any server, in front of regions that are not configured. */
export async function withPipeline(setup: PipelineSetup, use: (test: TestPipeline) => Promise<void>): Promise<void> {
  const { auth = { mode: "none" }, ...options } = setup;
  const { logger, lines } = recordingLogger();
  const clock = testClock();
  const metrics = new Metrics();
  const audit = new Audit({ logger, metrics });
  const authenticator = createAuthenticator(auth, {
    clock,
    logger,
    reloads: new Reloads(clock, () => {}),
    metrics,
    proxyFor: noProxy,
  });
  const rateLimits = new RateLimits({ user: 0, service: 0, failedAuth: 0 });
  const apollo = createApollo({
    introspection: "on",
    production: false,
    authenticator,
    rateLimits,
    audit,
    logger,
    metrics,
  });
  const amity = unconfiguredAmity(clock);
  const readiness = new Readiness(async () => true, clock);
  const farewell: Farewell = { endsConnections: false };
  const pipeline = new Pipeline({
    apollo,
    services: {
      regions: new RegionService({ amity, defaultRegion: RegionCode.EU, hostFamily: "api" }),
      tokens: new TokenService({ amity, store: new TokenStore(0, clock), audit, clock, timeoutMs, onReuse: () => {} }),
      sessions: new SessionService({ amity, audit, clock, timeoutMs }),
      issuedSessions: new IssuedSessionService({ amity, audit, clock, timeoutMs, onUserRevoked: () => {} }),
      refusals: { rateLimits, logger, metrics },
      visitors: new VisitorService({ signer: undefined, audit }),
      users: new UserService({ amity, audit, clock, timeoutMs, userProfiles: false }),
    },
    readiness,
    farewell,
    routes: [],
    bodyLimitBytes: 1_000,
    corsOrigins: [],
    corsHeaders: [],
    localOnly: auth.mode === "none",
    accessLog: createAccessLog({ logger, metrics, userIds: "hash" }),
    overload: () => undefined,
    newId: () => "made-up",
    elapsed: clock.elapsed,
    logger,
    metrics,
    ...options,
  });
  await apollo.start();
  readiness.serve();
  try {
    await use({ pipeline, readiness, farewell, metrics, clock, logged: () => lines.map((line) => JSON.parse(line)) });
  } finally {
    await apollo.stop();
    amity.close();
  }
}

function unconfiguredAmity(clock: Clock) {
  const region: RegionSettings = { baseUrl: new URL("http://127.0.0.1:9"), serverKeys: [] };
  const ignore = () => {};
  return createAmityClient({
    regions: { [RegionCode.EU]: region, [RegionCode.SG]: region, [RegionCode.US]: region },
    mutualTls: { ca: undefined, pairs: [] },
    tokenApi: "v4",
    sessionApi: "v3",
    adminAuth: "bearer",
    attemptTimeoutMs: timeoutMs,
    clock,
    random: () => 0,
    observer: {
      onCall: ignore,
      onRetry: ignore,
      onHealth: ignore,
      onUnusableField: ignore,
      onKeyFallback: ignore,
    },
  });
}

/** A request for the root of this machine, as changed by `facts`; the text or bytes of `body` are there to be read. */
export function requestWith(facts: Partial<HttpRequest> & { body?: string | Uint8Array }): HttpRequest {
  const { body = "", headers, ...others } = facts;
  return {
    method: "GET",
    url: "/",
    headers: { host: "localhost", ...headers },
    httpVersion: "1.1",
    hostCount: 1,
    address: "192.0.2.1",
    signal: new AbortController().signal,
    hasLeft: false,
    async readBody(limitBytes) {
      const bytes = Buffer.from(body);
      if (bytes.length > limitBytes) throw new AppError("PAYLOAD_TOO_LARGE");
      return bytes;
    },
    ...others,
  };
}

/** An operation as a client would send it. */
export function operation(query: string, headers: HttpRequest["headers"] = {}): HttpRequest {
  return requestWith({
    method: "POST",
    url: "/graphql",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
}
