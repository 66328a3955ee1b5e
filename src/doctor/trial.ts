import type { AmityClient } from "../amity/client.js";
import type { CallLimits } from "../amity/region-guard.js";
import type { RegionCode } from "../amity/regions.js";
import type { Config } from "../config/config.js";
import type { RegionConfig } from "../config/regions.js";
import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import { systemRandom } from "../system/random.js";
import { Reloads } from "../system/reloading-file.js";
import { silentLogger } from "../telemetry/logger.js";
import { Metrics } from "../telemetry/metrics.js";
import { connectUpstream } from "../upstream.js";

/** The region whose keys are tried, and for whom. */
export interface Trial {
  readonly config: Config;
  readonly regions: Readonly<Record<RegionCode, RegionConfig>>;
  readonly code: RegionCode;
  readonly userId: string;
  readonly clock: Clock;
}

/** Makes calls as the gateway would, with these of the region's keys in the place of its own. */
export async function asGateway<T>(
  { config, regions, code, clock }: Trial,
  keys: Partial<RegionConfig>,
  call: (amity: AmityClient, limits: () => CallLimits) => Promise<T>,
): Promise<T> {
  const tried = { ...regions, [code]: { ...regions[code], ...keys } };
  const amity = await connectUpstream({ ...config, regions: tried }, undefined, {
    clock,
    random: systemRandom,
    reloads: new Reloads(clock, () => {}),
    metrics: new Metrics(),
    logger: silentLogger,
  });
  try {
    return await call(amity, () => ({ deadline: clock.elapsed() + config.upstreamTimeoutMs }));
  } finally {
    amity.close();
  }
}

/** What a call gave, or why it gave nothing. */
export type Outcome<T> = { readonly value: T } | { readonly failure: AppError };

/** Lets a call fail. */
export async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { failure: error };
  }
}

/** A failure in words, with our code and Amity's answer. */
export function failureText(failure: AppError): string {
  const { status, code: amityCode } = failure.details.amity ?? {};
  const facts = [failure.code, status && `HTTP ${status}`, amityCode && `code ${amityCode}`].filter(Boolean).join(", ");
  return `${failure.message} (${facts})`;
}

/** What to do about a failure that is not about a key. `api`: the setting that chooses the route, where one does. */
export function adviceFor(code: ErrorCode, api?: "AMITY_TOKEN_API" | "AMITY_SESSION_API"): string {
  switch (code) {
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
      return ["Amity does not take this request: try another --user", ...(api ? [`the other ${api}`] : [])].join(
        ", or ",
      );
    case "UPSTREAM_BAD_RESPONSE":
      return `something other than Amity may answer: check the region's base URL, ${api ? `${api} ` : ""}and proxies`;
    default:
      return "try again; if it stays, look at the gateway's log";
  }
}
