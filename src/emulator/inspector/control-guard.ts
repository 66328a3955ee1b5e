import type { FastifyInstance, FastifyRequest } from "fastify";
import { securityHeaders } from "../../server/security-headers.js";
import { namesLoopback } from "../../system/loopback.js";
import { bearer } from "../credentials.js";
import { AmityError } from "../errors.js";
import { isSame } from "../secrets.js";
import { decoded } from "./masking.js";

/** Below it is everything that Amity does not have. */
export const controlPath = "/__emulator";

/** Is it for a control route, or for one that there is not? */
export function isControl({ routeOptions, url }: FastifyRequest): boolean {
  const path = routeOptions?.url ?? decoded(url.split("?")[0] ?? "");
  return path === controlPath || path.startsWith(`${controlPath}/`);
}

/** On every answer: no page of another origin may read it, show it, or hold its window. */
const controlHeaders = {
  ...securityHeaders,
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/**
 * Keeps pages of other sites away from these routes: they are reached by a loopback Host alone (DNS rebinding), from
 * their own origin or from no page at all, and their bodies are JSON, which no form can send.
 */
export function keepSitesOut(app: FastifyInstance): void {
  app.removeContentTypeParser("text/plain");
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(controlHeaders);
    if (!namesLoopback(request.headers.host)) {
      throw new AmityError("forbidden", ["The Host header must name this machine: localhost, 127.0.0.1 or ::1."]);
    }
    if (isFromElsewhere(request)) {
      throw new AmityError("forbidden", ["Pages of other origins may not reach the emulator's control routes."]);
    }
  });
}

/** Lets these routes be used with the emulator's control key only. */
export function requireControlKey(app: FastifyInstance, controlKey: string): void {
  app.addHook("onRequest", async (request) => {
    if (isSame(bearer(request), controlKey)) return;
    throw new AmityError("unauthorized", ["Authorization must be Bearer and the emulator's control key."]);
  });
}

/** What the browser says of where a request comes from; who is no browser says nothing. Following a link is fine. */
function isFromElsewhere({ protocol, headers }: FastifyRequest): boolean {
  if (headers.origin !== undefined && headers.origin !== `${protocol}://${headers.host}`) return true;
  const site = headers["sec-fetch-site"] ?? "none";
  return site !== "none" && site !== "same-origin" && headers["sec-fetch-dest"] !== "document";
}
