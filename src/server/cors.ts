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

export const preflightAnswer: Answer = {
  status: 204,
  headers: {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, x-request-id",
    "access-control-max-age": "600",
  },
};
