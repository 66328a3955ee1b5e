import { AmityAuthError } from "./errors.js";
import type { AuthTokenQuery, RegionCode } from "./generated/operations.js";
import type { Platform } from "./platform.js";
import { within } from "./waiting.js";

/** A token for Amity's SDK, and for how long it is good: RFC 3339 date-times by the gateway's clock. */
export type AuthToken = AuthTokenQuery["authToken"];

/** schema/operations/auth-token.graphql without what a server does not need. */
export const query =
  "query AuthToken($userId:ID$region:RegionCode){authToken(userId:$userId region:$region){token userId region issuedAt expiresAt refreshAfter}}";

/** Everything that makes one token differ from another. */
export interface Question {
  /** The Authorization header. */
  readonly credential: string | undefined;
  readonly userId: string | undefined;
  readonly region: RegionCode | undefined;
}

export interface Gateway {
  readonly endpoint: string | URL;
  readonly fetch: Platform["fetch"];
  readonly timeoutMs: number;
}

/** Asks the gateway once. Rejects with AmityAuthError only. */
export async function requestToken(gateway: Gateway, question: Question, cancel: AbortController): Promise<AuthToken> {
  const late = () => new AmityAuthError("NETWORK", "NETWORK: the gateway did not answer in time", { retryable: true });
  const timeout = { ms: gateway.timeoutMs, error: late };
  try {
    // Not left to a signal: not every fetch heeds one.
    return await within({ timeout }, exchange(gateway, question, cancel.signal));
  } finally {
    cancel.abort();
  }
}

async function exchange({ endpoint, fetch }: Gateway, question: Question, signal: AbortSignal): Promise<AuthToken> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpoint, { ...post(question), signal });
    text = await response.text();
  } catch {
    // The error is not passed on: some name the header that they could not send.
    throw new AmityAuthError("NETWORK", "NETWORK: the gateway cannot be reached", { retryable: true });
  }
  const body = parse(text);
  const token = at(body, "data", "authToken");
  const isWanted = isAuthToken(token) && (question.userId === undefined || question.userId === token.userId);
  if (!isWanted || at(body, "errors") !== undefined) throw refusal(response, body);
  return Object.freeze(token);
}

function post({ credential, userId, region }: Question): RequestInit {
  return {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...(credential && { authorization: credential }),
    },
    // JSON has no undefined: a variable that is not given is left out.
    body: JSON.stringify({ query, variables: { userId, region } }),
    // The credential is for this address and no other.
    redirect: "manual",
  };
}

function refusal({ status, headers }: Response, body: unknown): AmityAuthError {
  const extensions = at(body, "errors", 0, "extensions");
  const isId = /^[\w-]{1,64}$/;
  const details = {
    retryAfterSeconds: seconds(at(extensions, "retryAfterSeconds")) ?? seconds(headers.get("retry-after")),
    requestId: textLike(isId, at(extensions, "requestId")) ?? textLike(isId, headers.get("x-request-id")),
  };
  const code = textLike(/^[A-Z][A-Z_]{1,63}$/, at(extensions, "code"));
  if (code) {
    const retryable = at(extensions, "retryable") === true;
    return new AmityAuthError(code, `${code}: the gateway gave no token`, { ...details, retryable });
  }
  // A proxy in front of the gateway, most likely: by its status it may be better soon.
  const retryable = status >= 500 || status === 429;
  const message = `BAD_RESPONSE: status ${status}, and not an answer of the gateway`;
  return new AmityAuthError("BAD_RESPONSE", message, { ...details, retryable });
}

function isAuthToken(value: unknown): value is AuthToken {
  const isText = (name: string) => textLike(/./, at(value, name)) !== undefined;
  const isTime = (name: string) => isText(name) && !Number.isNaN(Date.parse(String(at(value, name))));
  return ["token", "userId", "region"].every(isText) && ["issuedAt", "expiresAt", "refreshAfter"].every(isTime);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is at this path, if there is such a path. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce((inner: unknown, key) => Object(inner)[key], value);
}

function textLike(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

/** A number, or a header with one. Retry-After may also be a date, by another clock than ours: that is left alone. */
function seconds(value: unknown): number | undefined {
  return textLike(/^\d{1,9}(\.\d+)?$/, String(value)) === undefined ? undefined : Number(value);
}
