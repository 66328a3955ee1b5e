import type { Secret } from "../config/reader.js";
import type { AppError } from "../errors/app-error.js";
import { type Check, row } from "./check.js";
import { sourceOf } from "./keys.js";
import { adviceFor, asGateway, failureText, outcomeOf, type Trial } from "./trial.js";

/**
 * Looks the user up, by the only route for the admin token that changes nothing, and so tells whether the token is
 * right. Whether there is such a user does not matter. None without an admin token.
 */
export async function lookupChecks(trial: Trial): Promise<Check[]> {
  const { code, userId, regions } = trial;
  const { adminToken } = regions[code];
  if (!adminToken) return [];
  const tried = await outcomeOf(asGateway(trial, {}, (amity, limits) => amity.listUsers(code, [userId], limits())));
  return [lookupCheck(trial, adminToken, "failure" in tried ? tried.failure : undefined)];
}

function lookupCheck({ code }: Trial, adminToken: Secret, failure: AppError | undefined): Check {
  const check = row(code, "user look-up");
  const source = sourceOf(adminToken);
  if (!failure) return check.ok(`asked for the user with ${source}`);
  const detail = `${source}: ${failureText(failure)}`;
  if (failure.code !== "UPSTREAM_AUTH_FAILED") return check.fail(detail, adviceFor(failure.code));
  const suspects = [
    `${source} has expired, was rotated, or is another network's (amity-graphql admin-token rotate, or Amity's console)`,
    "AMITY_ADMIN_AUTH names the other header",
    "mutual TLS is on and no accepted client certificate was shown (AMITY_MTLS_CERT_FILE)",
  ];
  return check.fail(detail, `one of: ${suspects.join("; ")}`);
}
