import type { Secret } from "../config/reader.js";
import type { AppError } from "../errors/app-error.js";
import { type Check, row } from "./check.js";
import { sourceOf } from "./keys.js";
import { adviceFor, asGateway, failureText, outcomeOf, type Trial } from "./trial.js";

/** What the region's server keys are good for. */
export interface Minted {
  readonly checks: readonly Check[];
  /** Of the first key that works. */
  readonly token: string | undefined;
}

/** One key's answer from Amity: a token, or a failure. */
interface Tried {
  readonly check: string;
  readonly secret: Secret;
  readonly token?: string;
  readonly failure?: AppError;
}

/** Mints an auth token with each of the region's server keys, just as the gateway would. It creates no user. */
export async function tryMinting(trial: Trial): Promise<Minted> {
  const { serverKey, serverKeySecondary } = trial.regions[trial.code];
  const tried = await Promise.all([
    ...(serverKey ? [tryKey(trial, "auth token", serverKey)] : []),
    ...(serverKeySecondary ? [tryKey(trial, "secondary auth token", serverKeySecondary)] : []),
  ]);
  const token = tried.map(({ token }) => token).find((token) => token !== undefined);
  return { checks: tried.map((one) => keyCheck(trial, one, token !== undefined)), token };
}

/** A client that knows one key cannot fall back to the other. */
async function tryKey(trial: Trial, check: string, secret: Secret): Promise<Tried> {
  const { code, userId } = trial;
  const keys = { serverKey: secret, serverKeySecondary: undefined };
  const outcome = await outcomeOf(
    asGateway(trial, keys, (amity, limits) => amity.mintAuthToken(code, userId, limits())),
  );
  return "value" in outcome ? { check, secret, token: outcome.value } : { check, secret, failure: outcome.failure };
}

function keyCheck({ code }: Trial, { check: name, secret, failure }: Tried, anyWorks: boolean): Check {
  const check = row(code, name);
  const source = sourceOf(secret);
  if (!failure) return check.ok(`minted with ${source}, and kept nowhere`);
  const detail = `${source}: ${failureText(failure)}`;
  if (failure.code === "USER_BANNED") return check.warn(detail, "the key works; name another user with --user");
  if (failure.code !== "UPSTREAM_AUTH_FAILED") return check.fail(detail, adviceFor(failure.code, "AMITY_TOKEN_API"));
  if (anyWorks) {
    return check.warn(detail, `the other key works, so the gateway does; finish the rotation and replace ${source}`);
  }
  return check.fail(
    detail,
    `one of: ${[
      `${source} is wrong or was rotated (copy it from Amity's console again)`,
      "secure mode is off for the network",
      "mutual TLS is on and no accepted client certificate was shown (AMITY_MTLS_CERT_FILE)",
    ].join("; ")}`,
  );
}
