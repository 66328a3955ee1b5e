import type { Authenticator } from "../caller/authenticator.js";
import type { PublicError } from "../errors/format-error.js";

/** For errors that carry no time of their own. Seconds. */
const defaultRetryAfter = 1;

/** The headers that go with a refusal: how to authenticate (RFC 6750, section 3) and when to come back. */
export function refusalHeaders(
  errors: readonly PublicError[],
  scheme: Authenticator["scheme"],
  hadCredential: boolean,
): [string, string][] {
  const find = (...codes: string[]) => errors.find(({ extensions }) => codes.includes(extensions.code));
  const retry = find("RATE_LIMITED", "OVERLOADED", "AUTH_UNAVAILABLE");
  const headers: [string, string][] = [];
  if (find("UNAUTHENTICATED")) {
    headers.push(["www-authenticate", hadCredential ? `${scheme} error="invalid_token"` : scheme]);
  } else if (find("FORBIDDEN")) {
    headers.push(["www-authenticate", `${scheme} error="insufficient_scope"`]);
  }
  if (retry) headers.push(["retry-after", String(retry.extensions.retryAfterSeconds ?? defaultRetryAfter)]);
  return headers;
}
