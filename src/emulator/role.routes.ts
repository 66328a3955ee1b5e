import type { FastifyInstance } from "fastify";
import type { Credentials } from "./credentials.js";
import type { Network } from "./network.js";
import { pageOf } from "./paging.js";
import type { Role } from "./roles.js";
import { parse, roleQuery } from "./validation.js";

/**
 * Lists the network's roles (OpenAPI v3). That document shows them as `data`; Amity's SDKs 6.35.3 and 7.20.0 read
 * `roles` and `paging`, and say that a keyword is the beginning of a display name.
 */
export function registerRoleRoutes(app: FastifyInstance, { roles }: Network, credentials: Credentials): void {
  app.get("/api/v3/roles", (request, reply) => {
    credentials.caller(request);
    const { keyword, sortBy } = parse(roleQuery, request.query, "badRequest");
    const beginning = keyword.toLowerCase();
    const found = roles.filter(({ displayName }) => displayName.toLowerCase().startsWith(beginning));
    const { page, paging } = pageOf(inOrder(found, sortBy), request.query);
    return reply.send({ roles: page, paging });
  });
}

function inOrder(roles: readonly Role[], order: "firstCreated" | "lastCreated" | "displayName"): Role[] {
  if (order === "displayName") return roles.toSorted((one, other) => (one.displayName < other.displayName ? -1 : 1));
  return order === "firstCreated" ? [...roles] : roles.toReversed();
}
