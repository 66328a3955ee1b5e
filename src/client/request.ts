import { AmityAuthError } from "./errors.js";
import { isAnswer, type Operation } from "./operations.js";
import type { Platform } from "./platform.js";
import { at, parse, seconds, textLike } from "./unknown.js";
import { within } from "./waiting.js";

export interface Gateway {
  readonly endpoint: string | URL;
  readonly fetch: Platform["fetch"];
  readonly timeoutMs: number;
}

export interface Request<Result, Variables> {
  readonly operation: Operation<Result, Variables>;
  readonly variables: Variables;
  /** The Authorization header. */
  readonly credential: string | undefined;
}

export interface Answer<Result> {
  readonly result: Result;
  /** Another for each answer of the gateway, where a proxy lets it through. */
  readonly requestId: string | undefined;
}

/** Asks the gateway once. Rejects with AmityAuthError only. */
export async function send<Result, Variables>(
  gateway: Gateway,
  request: Request<Result, Variables>,
  cancel: AbortController,
): Promise<Answer<Result>> {
  const late = () => new AmityAuthError("NETWORK", "NETWORK: the gateway did not answer in time", { retryable: true });
  const timeout = { ms: gateway.timeoutMs, error: late };
  try {
    // Not left to a signal: not every fetch heeds one.
    return await within({ timeout }, exchange(gateway, request, cancel.signal));
  } finally {
    cancel.abort();
  }
}

async function exchange<Result, Variables>(
  { endpoint, fetch }: Gateway,
  request: Request<Result, Variables>,
  signal: AbortSignal,
): Promise<Answer<Result>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpoint, { ...post(request), signal });
    text = await response.text();
  } catch {
    // The error is not passed on: some name the header that they could not send.
    throw new AmityAuthError("NETWORK", "NETWORK: the gateway cannot be reached", { retryable: true });
  }
  const { operation, variables } = request;
  const body = parse(text);
  const result = at(body, "data", operation.field);
  if (!isAnswer(operation, variables, result) || at(body, "errors") !== undefined) throw refusal(response, body);
  return { result: Object.freeze(result), requestId: requestIdOf(response) };
}

function post<Result, Variables>({ operation: { query }, variables, credential }: Request<Result, Variables>) {
  return {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...(credential && { authorization: credential }),
    },
    // JSON has no undefined: a variable that is not given is left out.
    body: JSON.stringify({ query, variables }),
    // The credential is for this address and no other.
    redirect: "manual",
  } as const;
}

function refusal(response: Response, body: unknown): AmityAuthError {
  const { status, headers } = response;
  const extensions = at(body, "errors", 0, "extensions");
  const details = {
    retryAfterSeconds: seconds(at(extensions, "retryAfterSeconds")) ?? seconds(headers.get("retry-after")),
    requestId: textLike(anId, at(extensions, "requestId")) ?? requestIdOf(response),
  };
  const code = textLike(/^[A-Z][A-Z_]{1,63}$/, at(extensions, "code"));
  if (code) {
    const retryable = at(extensions, "retryable") === true;
    return new AmityAuthError(code, `${code}: refused by the gateway`, { ...details, retryable });
  }
  // A proxy in front of the gateway, most likely: by its status it may be better soon.
  const retryable = status >= 500 || status === 429;
  const message = `BAD_RESPONSE: status ${status}, and not an answer of the gateway`;
  return new AmityAuthError("BAD_RESPONSE", message, { ...details, retryable });
}

const anId = /^[\w-]{1,64}$/;

function requestIdOf({ headers }: Response): string | undefined {
  return textLike(anId, headers.get("x-request-id"));
}
