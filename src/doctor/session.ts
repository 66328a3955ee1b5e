import { randomUUID } from "node:crypto";
import { limits, textProblem } from "../amity/input-rules.js";
import { regionTable } from "../amity/regions.js";
import type { AmitySession } from "../amity/session-wire.js";
import type { Secret } from "../config/reader.js";
import type { AppError } from "../errors/app-error.js";
import { type Check, row } from "./check.js";
import { sourceOf } from "./keys.js";
import { adviceFor, asGateway, failureText, type Outcome, outcomeOf, type Trial } from "./trial.js";

/** What came of a session that was to be opened, and ended again. */
interface Tried {
  readonly opened: Outcome<AmitySession>;
  /** Did it live until it was ended? Absent when it was not opened. */
  readonly ended?: Outcome<boolean>;
}

/**
 * Registers a session for the user as the gateway would, which alone tells whether the API key is right, on a device of
 * its own, so that it ends nobody else's; and ends it. `token`: an auth token of the gateway's own making, if there is
 * one. None without an API key.
 */
export async function sessionChecks(trial: Trial, token: string | undefined): Promise<Check[]> {
  const { code, userId, regions } = trial;
  const { apiKey, serverKey } = regions[code];
  if (!apiKey) return [];
  const check = row(code, "session");
  if (serverKey && token === undefined)
    return [check.warn("not tried: there is no auth token for it", "mend what the rows on auth tokens say")];
  if (textProblem(userId, limits.sessionUserId) !== undefined) {
    const rule = `Amity's session routes take ids of at most ${limits.sessionUserId} characters`;
    return [check.warn(`not tried: ${rule}`, "name another user with --user")];
  }
  const deviceId = `amity-graphql-doctor-${randomUUID()}`;
  const tried = await tryKey(trial, deviceId, token);
  return [sessionCheck(trial, apiKey, deviceId, tried)];
}

function tryKey(trial: Trial, deviceId: string, token: string | undefined): Promise<Tried> {
  const { code, userId } = trial;
  return asGateway(trial, {}, async (amity, callLimits) => {
    const opened = await outcomeOf(amity.createSession(code, { userId, deviceId }, callLimits(), token));
    if ("failure" in opened) return { opened };
    return { opened, ended: await outcomeOf(amity.revokeSession(code, opened.value.accessToken, callLimits())) };
  });
}

function sessionCheck(trial: Trial, apiKey: Secret, deviceId: string, { opened, ended }: Tried): Check {
  const check = row(trial.code, "session");
  const source = sourceOf(apiKey);
  if ("failure" in opened) return notOpened(trial, source, deviceId, opened.failure);
  const detail = `registered with ${source} for the user on a device of its own (${deviceId})`;
  if (ended && "value" in ended && ended.value) return check.ok(`${detail}, and ended`);
  const why = ended && "failure" in ended ? failureText(ended.failure) : "Amity says that it did not live";
  return check.warn(
    `${detail}, and not ended: ${why}`,
    "the API key works; end the user's sessions by amity-graphql session revoke-all, or leave this one to expire",
  );
}

function notOpened({ code, regions }: Trial, source: string, deviceId: string, failure: AppError): Check {
  const check = row(code, "session");
  const detail = `${source}: ${failureText(failure)}`;
  if (failure.code === "USER_BANNED") return check.warn(detail, "the key works; name another user with --user");
  if (failure.code !== "UPSTREAM_AUTH_FAILED") {
    const advice = adviceFor(failure.code, "AMITY_SESSION_API");
    return check.fail(detail, `${advice}; a session may have been opened all the same (${deviceId})`);
  }
  const network = `the network in ${regionTable[code].name}`;
  const region = `${source} is another region's key, which Amity answers with 403: check AMITY_REGION and that it is that of ${network}`;
  const wrong = `${source} is wrong, or another network's than the server key (copy both from Amity's console again)`;
  const unsecure = `${network} is in secure mode, and AMITY_${code}_SERVER_KEY is not set`;
  const suspects = failure.details.amity?.status === 403 ? [region, wrong] : [wrong, region];
  const all = regions[code].serverKey ? suspects : [unsecure, ...suspects];
  return check.fail(detail, `no user's fault, but one of: ${all.join("; ")}`);
}
