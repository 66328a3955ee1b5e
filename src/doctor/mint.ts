import type { RegionCode } from "../amity/regions.js";
import type { Config } from "../config/config.js";
import type { Secret } from "../config/reader.js";
import type { RegionConfig } from "../config/regions.js";
import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import { systemRandom } from "../system/random.js";
import { Reloads } from "../system/reloading-file.js";
import { silentLogger } from "../telemetry/logger.js";
import { Metrics } from "../telemetry/metrics.js";
import { connectUpstream } from "../upstream.js";
import { type Check, row } from "./check.js";
import { sourceOf } from "./keys.js";

/** The region whose keys are tried, and for whom. */
export interface Trial {
  readonly config: Config;
  readonly regions: Readonly<Record<RegionCode, RegionConfig>>;
  readonly code: RegionCode;
  readonly userId: string;
  readonly clock: Clock;
}

/** One key's answer from Amity; no failure: it gave a token, which nobody keeps. */
interface Outcome {
  readonly check: string;
  readonly secret: Secret;
  readonly failure: AppError | undefined;
}

/** Mints an auth token with each of the region's server keys, just as the gateway would. It creates no user. */
export async function mintChecks(trial: Trial): Promise<Check[]> {
  const { serverKey, serverKeySecondary } = trial.regions[trial.code];
  const outcomes = await Promise.all([
    ...(serverKey ? [tryKey(trial, "auth token", serverKey)] : []),
    ...(serverKeySecondary ? [tryKey(trial, "secondary auth token", serverKeySecondary)] : []),
  ]);
  const anyWorks = outcomes.some(({ failure }) => !failure);
  return outcomes.map((outcome) => outcomeCheck(trial, outcome, anyWorks));
}

/** A client that knows one key cannot fall back to the other. */
async function tryKey(
  { config, regions, code, userId, clock }: Trial,
  check: string,
  secret: Secret,
): Promise<Outcome> {
  const region = { ...regions[code], serverKey: secret, serverKeySecondary: undefined };
  const amity = await connectUpstream({ ...config, regions: { ...regions, [code]: region } }, undefined, {
    clock,
    random: systemRandom,
    reloads: new Reloads(clock, () => {}),
    metrics: new Metrics(),
    logger: silentLogger,
  });
  try {
    await amity.mintAuthToken(code, userId, { deadline: clock.elapsed() + config.upstreamTimeoutMs });
    return { check, secret, failure: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { check, secret, failure: error };
  } finally {
    amity.close();
  }
}

function outcomeCheck({ code }: Trial, { check: name, secret, failure }: Outcome, anyWorks: boolean): Check {
  const check = row(code, name);
  const source = sourceOf(secret);
  if (!failure) return check.ok(`minted with ${source}, and thrown away`);
  const { status, code: amityCode } = failure.details.amity ?? {};
  const facts = [failure.code, status && `HTTP ${status}`, amityCode && `code ${amityCode}`].filter(Boolean).join(", ");
  const detail = `${source}: ${failure.message} (${facts})`;
  if (failure.code === "USER_BANNED") return check.warn(detail, "the key works; name another user with --user");
  if (failure.code === "UPSTREAM_AUTH_FAILED" && anyWorks) {
    return check.warn(detail, `the other key works, so the gateway does; finish the rotation and replace ${source}`);
  }
  return check.fail(detail, adviceFor(failure.code, source));
}

function adviceFor(code: ErrorCode, source: string): string {
  switch (code) {
    case "UPSTREAM_AUTH_FAILED":
      return `one of: ${[
        `${source} is wrong or was rotated (copy it from Amity's console again)`,
        "secure mode is off for the network",
        "mutual TLS is on and no accepted client certificate was shown (AMITY_MTLS_CERT_FILE)",
      ].join("; ")}`;
    case "UPSTREAM_UNAVAILABLE":
      return [
        "see the rows on DNS, connection and certificates; if they are fine, Amity has an outage",
        "or mutual TLS is on and it breaks off without a client certificate (AMITY_MTLS_CERT_FILE)",
      ].join(", ");
    case "UPSTREAM_TIMEOUT":
      return [
        "try again; if it stays, look for a slow network or proxy",
        "or raise UPSTREAM_ATTEMPT_TIMEOUT_MS and UPSTREAM_TIMEOUT_MS",
      ].join(", ");
    case "UPSTREAM_RATE_LIMITED":
      return "wait a minute and try again";
    case "UPSTREAM_REJECTED":
      return "Amity does not take this request: try another --user, or the other AMITY_TOKEN_API";
    case "UPSTREAM_BAD_RESPONSE":
      return "something other than Amity may answer: check the region's base URL, AMITY_TOKEN_API and proxies";
    default:
      return "try again; if it stays, look at the gateway's log";
  }
}
