import type { Answer, HttpRequest } from "./messages.js";

type Headers = Readonly<Record<string, string>>;

/**
 * Lets pages of the listed origins, compared exactly, send operations and read answers: the headers that say so, for
 * each origin. Nothing is reflected, there is no wildcard, and cookies are not used. Any other origin gets no header:
 * browsers then refuse by themselves.
 */
export function corsPermissions(origins: readonly string[]): ReadonlyMap<string, Headers> {
  return new Map(origins.map((origin) => [origin, permissionFor(origin)]));
}

function permissionFor(origin: string): Headers {
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after, www-authenticate, x-request-id",
    // The answer is meant for another site's page.
    "cross-origin-resource-policy": "cross-origin",
  };
}

/** Does a browser ask what a page may send, before it sends it? */
export function isPreflight({ method, headers }: HttpRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** What pages may send besides what every page may: ours, and what tracing and GraphQL clients add by themselves. */
const usualHeaders = [
  "authorization",
  "content-type",
  "x-request-id",
  // W3C Trace Context and Baggage, and what came before them.
  "traceparent",
  "tracestate",
  "baggage",
  "sentry-trace",
  "b3",
  "x-datadog-origin",
  "x-datadog-parent-id",
  "x-datadog-sampling-priority",
  "x-datadog-trace-id",
  // Apollo's clients.
  "apollo-require-preflight",
  "apollographql-client-name",
  "apollographql-client-version",
  "x-apollo-operation-id",
  "x-apollo-operation-name",
  "x-apollo-operation-type",
];

/** The answer to a listed origin's preflight. `more`: names of headers that pages may send besides the usual ones. */
export function preflightAnswerer(more: readonly string[]): (request: HttpRequest) => Answer {
  const headers = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": [...new Set([...usualHeaders, ...more])].join(", "),
    "access-control-max-age": "600",
  };
  const answer = { status: 204, headers };
  // A public page asks so before it reaches into a private network (Private Network Access).
  const privateAnswer = { status: 204, headers: { ...headers, "access-control-allow-private-network": "true" } };
  return (request) => (request.headers["access-control-request-private-network"] === "true" ? privateAnswer : answer);
}
