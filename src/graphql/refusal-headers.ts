import type { Authenticator } from "../caller/authenticator.js";
import type { PublicError } from "../errors/format-error.js";

/** For errors that carry no time of their own. Seconds. */
const defaultRetryAfter = 1;

/** Whoever sent an expired token may know that another one helps; of any other refusal nobody is told why. */
const credentialErrors = {
  none: "",
  refused: ' error="invalid_token"',
  expired: ' error="invalid_token", error_description="The access token expired"',
} as const;

/** The headers that go with a refusal: how to authenticate (RFC 6750, section 3) and when to come back. */
export function refusalHeaders(
  errors: readonly PublicError[],
  scheme: Authenticator["scheme"],
  credential: "none" | "refused" | "expired",
): [string, string][] {
  const find = (...codes: string[]) => errors.find(({ extensions }) => codes.includes(extensions.code));
  const retry = find("RATE_LIMITED", "OVERLOADED", "AUTH_UNAVAILABLE", "AUDIT_UNAVAILABLE");
  const headers: [string, string][] = [];
  if (find("UNAUTHENTICATED")) {
    headers.push(["www-authenticate", scheme + credentialErrors[credential]]);
  } else if (find("FORBIDDEN")) {
    headers.push(["www-authenticate", `${scheme} error="insufficient_scope"`]);
  }
  if (retry) headers.push(["retry-after", String(retry.extensions.retryAfterSeconds ?? defaultRetryAfter)]);
  return headers;
}
