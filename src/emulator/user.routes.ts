import type { FastifyInstance } from "fastify";
import type { Caller, Credentials } from "./credentials.js";
import { AmityError, because } from "./errors.js";
import type { Network } from "./network.js";
import { arrayIn, pageOf } from "./paging.js";
import { rolesOf } from "./roles.js";
import { searchUsers } from "./user-search.js";
import type { User } from "./users.js";
import { oneUser, parse, userList, userQuery, userUpdate } from "./validation.js";

/** Looking users up and changing them (OpenAPI v3). */
export function registerUserRoutes(app: FastifyInstance, network: Network, credentials: Credentials): void {
  const { users, roles } = network;
  const bodyOf = (shown: readonly User[]) => ({ users: shown, roles: rolesOf(shown, roles), files: [] });

  app.get("/api/v3/users", (request, reply) => {
    credentials.caller(request);
    const searchBy = arrayIn(request.query, "searchBy");
    const query = parse(userQuery, Object.assign({}, request.query, { searchBy }), "badRequest");
    const { page, paging } = pageOf(searchUsers(users.all(), query), request.query);
    return reply.send({ ...bodyOf(page), paging });
  });

  app.get("/api/v3/users/list", (request, reply) => {
    credentials.caller(request);
    const { userIds } = parse(userList, { userIds: arrayIn(request.query, "userIds") }, "badRequest");
    return reply.send(bodyOf(users.list(userIds)));
  });

  app.get("/api/v3/users/:userId", (request, reply) => {
    credentials.caller(request);
    const { userId, type } = parse(oneUser, Object.assign({}, request.query, request.params), "badRequest");
    return reply.send(bodyOf([users.mustFind(userId, { isPublic: type === "public", refusal: "noSuchUser" })]));
  });

  // Amity's SDKs 6.35.3 and 7.20.0 write a slash at the end.
  for (const path of ["/api/v3/users", "/api/v3/users/"]) {
    app.put(path, (request, reply) => {
      const caller = credentials.caller(request);
      const { userId, createNewUserWhenNotFound, ...profile } = parse(userUpdate, request.body, "badRequest");
      requireRightToChange(caller, userId, profile.roles !== undefined);
      if (!createNewUserWhenNotFound) users.mustFind(userId, { refusal: "noSuchUser" });
      return reply.send(bodyOf([users.save(userId, profile)]));
    });
  }
}

/**
 * Users change themselves, and the admin alone gives roles (OpenAPI v3, update a user); visitors and bots change
 * nothing (docs.social.plus, visitor mode). Refuses with forbidden, visitorDenied or botDenied.
 */
function requireRightToChange(caller: Caller, userId: string, isGivingRoles: boolean): void {
  if (caller.kind === "admin") return;
  if (caller.userType !== "signed-in") throw new AmityError(`${caller.userType}Denied`);
  if (isGivingRoles) throw because("forbidden", "Only the admin gives roles.");
  if (caller.userId !== userId) throw because("forbidden", "Users may change themselves only.");
}
