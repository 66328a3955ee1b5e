import type { FastifyInstance } from "fastify";
import type { AdminTokens } from "./admin-tokens.js";
import type { Credentials } from "./credentials.js";
import type { Network } from "./network.js";
import { namedUser, parse } from "./validation.js";

/** What the admin alone may do: ban from the network (OpenAPI v2), delete users (v4), replace the own token (v1). */
export function registerAdminRoutes(
  app: FastifyInstance,
  network: Network,
  adminTokens: AdminTokens,
  credentials: Credentials,
): void {
  for (const [action, isGlobalBan] of [["ban", true] as const, ["unban", false] as const]) {
    app.post(`/api/v2/users/${action}`, (request, reply) => {
      credentials.requireAdmin(request);
      const { userId } = parse(namedUser, request.body, "invalidParameters");
      network.users.setGlobalBan(userId, isGlobalBan);
      return reply.send({ success: true });
    });
  }

  app.delete("/api/v4/users/:userId", (request, reply) => {
    credentials.requireAdmin(request);
    network.deleteUser(parse(namedUser, request.params, "badRequest").userId);
    return reply.send({ success: true });
  });

  app.post("/api/v1/admin-token", (request, reply) => {
    credentials.requireAdmin(request);
    const { token, issuedAt, expiresAt } = adminTokens.replace();
    return reply.send({
      adminToken: token,
      issuedAt: new Date(issuedAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    });
  });
}
