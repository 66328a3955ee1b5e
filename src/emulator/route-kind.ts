import type { FastifyRequest } from "fastify";

/** What a route of Amity's is for, as far as certificates and faults care. */
export type RouteKind = "token" | "session" | "other";

/** The kind of the route that a request has met. */
export function routeKind({ routeOptions: { url = "" } }: FastifyRequest): RouteKind {
  if (url.endsWith("/authentication/token")) return "token";
  return /\/sessions(?:\/|$)/.test(url) ? "session" : "other";
}
