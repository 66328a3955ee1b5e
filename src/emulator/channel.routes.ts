import type { FastifyInstance } from "fastify";
import type { Credentials } from "./credentials.js";
import type { Users } from "./users.js";
import { channelMembers, parse } from "./validation.js";

/**
 * Banning users from a channel, and no longer (OpenAPI v3). Such a ban touches no session (docs.social.plus Security
 * page), and there is nothing else here that it could touch: any channel will do, and the admin alone moderates it.
 */
export function registerChannelRoutes(app: FastifyInstance, users: Users, credentials: Credentials): void {
  for (const [action, isBanned] of [["ban", true] as const, ["unban", false] as const]) {
    app.put<{ Params: { channelId: string } }>(`/api/v3/channels/:channelId/users/${action}`, (request, reply) => {
      credentials.requireAdmin(request);
      const { userIds } = parse(channelMembers, request.body, "badRequest");
      const members = userIds.map((userId) => users.mustFind(userId, { refusal: "routeNotFound" }));
      const { channelId } = request.params;
      const membership = isBanned ? "banned" : "none";
      return reply.send({
        channels: [{ channelId }],
        channelUsers: members.map(({ userId }) => ({ channelId, userId, membership, isBanned })),
        messagePreviews: [],
        messageFeedsInfo: [],
        users: members,
        files: [],
      });
    });
  }
}
