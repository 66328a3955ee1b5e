import type { FastifyInstance } from "fastify";
import type { Credentials } from "./credentials.js";
import type { Network } from "./network.js";
import { namedUser, parse, userList } from "./validation.js";

/** The query keys of an array: userIds, userIds[] (how Amity's TypeScript SDK 6.35.3 writes it) and userIds[0]. */
const userIdsKey = /^userIds(\[\d*\])?$/;

/** Looking users up (OpenAPI v3) and banning them from the network (OpenAPI v2). */
export function registerUserRoutes(app: FastifyInstance, network: Network, credentials: Credentials): void {
  app.get("/api/v3/users/list", (request, reply) => {
    credentials.caller(request);
    const { userIds } = parse(userList, { userIds: collectUserIds(request.query) }, "badRequest");
    return reply.send({ users: network.users.list(userIds), roles: [], files: [] });
  });

  for (const [action, isGlobalBan] of [["ban", true] as const, ["unban", false] as const]) {
    app.post(`/api/v2/users/${action}`, (request, reply) => {
      credentials.requireAdmin(request);
      const { userId } = parse(namedUser, request.body, "invalidParameters");
      network.users.setGlobalBan(userId, isGlobalBan);
      return reply.send({ success: true });
    });
  }
}

function collectUserIds(query: unknown): unknown[] {
  return Object.entries(query ?? {}).flatMap(([key, value]) => (userIdsKey.test(key) ? value : []));
}
