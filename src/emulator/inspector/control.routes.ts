import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { AmityError } from "../errors.js";
import { maxMoveMs } from "../movable-clock.js";
import { namedUser, parse, userUpdate } from "../validation.js";
import type { World } from "../world.js";

/** One token, by its id, or all of a user's. */
const tokenChoice = z.union([z.strictObject({ id: z.string() }), z.strictObject({ userId: z.string() })], {
  error: "must have either id or userId.",
});

const timeStep = z.strictObject({ ms: z.int().min(1).max(maxMoveMs) });

const switched = z.strictObject({ enabled: z.boolean() });

/** What is done to the network by hand: to users, sessions, auth tokens, time, and secure mode. */
export function registerControlRoutes(app: FastifyInstance, world: World): void {
  const { network, clock, settings } = world;
  const path = "/__emulator";

  app.put(`${path}/users`, (request, reply) => {
    const { userId, createNewUserWhenNotFound, ...profile } = parse(userUpdate, request.body, "invalidParameters");
    if (!createNewUserWhenNotFound) network.users.mustFind(userId);
    return reply.send(network.users.save(userId, profile));
  });

  for (const [action, isGlobalBan] of [["ban", true] as const, ["unban", false] as const]) {
    app.post(`${path}/users/${action}`, (request, reply) => {
      network.users.setGlobalBan(parse(namedUser, request.body, "invalidParameters").userId, isGlobalBan);
      return reply.send({ success: true });
    });
  }

  const ends = [
    ["sessions/revoke", network.accessTokens, "was revoked by hand"],
    ["auth-tokens/expire", network.authTokens, "was ended by hand"],
  ] as const;
  for (const [action, tokens, why] of ends) {
    app.post(`${path}/${action}`, (request, reply) => {
      const choice = parse(tokenChoice, request.body, "invalidParameters");
      const isMeant =
        "id" in choice
          ? ({ id }: { id: string }) => id === choice.id
          : ({ userId }: { userId: string }) => userId === choice.userId;
      return reply.send({ ended: tokens.endWhere(isMeant, why) });
    });
  }

  app.post(`${path}/clock/advance`, (request, reply) => {
    const { ms } = parse(timeStep, request.body, "invalidParameters");
    if (!clock.advance(ms)) throw new AmityError("conflict", ["The clock may be moved by a century in all."]);
    return reply.send({ now: new Date(clock.now()).toISOString(), clockMovedMs: clock.movedMs });
  });

  app.put(`${path}/secure-mode`, (request, reply) => {
    const { enabled } = parse(switched, request.body, "invalidParameters");
    if (!enabled && settings.mtls) throw new AmityError("conflict", ["Mutual TLS needs secure mode."]);
    network.secureMode = enabled;
    return reply.send({ secureMode: enabled });
  });
}
