import { RegionCode } from "../../src/amity/regions.js";
import { targetUserId } from "../../src/caller/access.js";
import { anybody } from "../../src/caller/caller.js";
import { AppError } from "../../src/errors/app-error.js";
import type { CancelSignal } from "../../src/system/cancellation.js";
import { Audit } from "../../src/telemetry/audit.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { RequestRecord } from "../../src/telemetry/request-record.js";
import type { SharedTokens, SharedUser } from "../../src/token/shared-tokens.js";
import { TokenService } from "../../src/token/token.service.js";
import { TokenStore } from "../../src/token/token.store.js";
import { recordingLogger } from "./canary.js";
import { testClock } from "./clock.js";
import { type Deferred, deferred } from "./deferred.js";
import { fakeAmity, type Script } from "./fake-amity.js";

/** Time for one root field. Milliseconds. */
export const timeoutMs = 10_000;

/** By default alice asks for her own token in the region EU. */
export interface Ask {
  readonly userId?: string;
  readonly region?: RegionCode;
  readonly subject?: string;
  readonly signal?: CancelSignal;
  readonly record?: RequestRecord;
}

/** A token service before a client that answers by the script, and perhaps beside other processes. */
export function serviceWith(script: Script, reuseMs = 0, shared?: SharedTokens) {
  const clock = testClock();
  const amity = fakeAmity(script);
  const { logger, lines } = recordingLogger();
  let reuses = 0;
  const service = new TokenService({
    amity,
    store: new TokenStore(reuseMs, clock),
    shared,
    audit: new Audit({ logger, metrics: new Metrics() }),
    clock,
    timeoutMs,
    onReuse: () => reuses++,
  });
  const issue = ({ userId = "alice", region = RegionCode.EU, ...asker }: Ask = {}) => {
    const { subject = `user:${userId}`, signal = new AbortController().signal } = asker;
    const { record = new RequestRecord("request-1", () => 0) } = asker;
    return service.issue({ region, userId: targetUserId(anybody, "userId", userId) }, { subject, signal, record });
  };
  /** The token's text, or the error's code. */
  const outcome = (ask?: Ask): Promise<string> =>
    issue(ask).then(
      ({ token }) => token,
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const forget = (user: SharedUser) => service.forget(user);
  const audited = () => lines.map((line) => JSON.parse(line));
  return { clock, amity, issue, outcome, forget, audited, reuses: () => reuses };
}

/** Mints token-1, token-2 and so on, until it is told to fail. */
export function counting() {
  let count = 0;
  let failure: unknown;
  return {
    mint: async () => {
      if (failure !== undefined) throw failure;
      return `token-${++count}`;
    },
    fail(error: unknown) {
      failure = error;
    },
  };
}

/** Mints that wait for the test. */
export function held() {
  const calls: Deferred<string>[] = [];
  const mint = () => {
    const call = deferred<string>();
    calls.push(call);
    return call.promise;
  };
  /** Ends all of them by token-0, token-1 and so on. */
  const release = () => {
    for (const [index, call] of calls.entries()) call.resolve(`token-${index}`);
  };
  return { calls, mint, release };
}

/** Lets all that is settled be heard. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));
