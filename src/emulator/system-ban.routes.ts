import type { FastifyInstance } from "fastify";
import type { Users } from "./users.js";
import { namedUser, parse } from "./validation.js";

/** Bans a user "from the system", which Amity's session routes know as an answer; no document says who does it how. */
export function registerSystemBanRoutes(app: FastifyInstance, users: Users): void {
  for (const [method, isBanned] of [["PUT", true] as const, ["DELETE", false] as const]) {
    app.route({
      method,
      url: "/__emulator/system-bans/:userId",
      handler: (request, reply) => {
        users.setSystemBan(parse(namedUser, request.params, "invalidParameters").userId, isBanned);
        return reply.send({ success: true });
      },
    });
  }
}
