import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Credentials } from "./credentials.js";
import { because } from "./errors.js";
import type { Network, OpenedSession } from "./network.js";
import type { Settings } from "./options.js";
import { rolesOf } from "./roles.js";
import { botBody, parse, revocation, type SessionVersion, sessionBody, visitorBody } from "./validation.js";

/** Registering, verifying and revoking sessions (OpenAPI v3, v4 and v5). */
export function registerSessionRoutes(
  app: FastifyInstance,
  network: Network,
  credentials: Credentials,
  { sessionTimes }: Settings,
): void {
  // Authorization is not looked at: Amity's TypeScript SDK 6.35.3 renews with an old or an empty one.
  const register = (version: SessionVersion, path: string, open: (body: unknown) => OpenedSession) => {
    app.post(`/api/${version}/${path}`, (request, reply) => {
      credentials.requireApiKey(request);
      const opened = open(request.body);
      const times = sessionTimes && { issuedAt: iso(opened.issuedAt), expiresAt: iso(opened.expiresAt) };
      return reply.send({ ...sessionAnswer(version, opened, network), ...times });
    });
  };
  for (const version of ["v3", "v4", "v5"] as const) {
    const schema = sessionBody(version);
    register(version, "sessions", (body) => network.openSession(parse(schema, body, "invalidParameters")));
  }
  register("v5", "sessions/visitor", (body) =>
    network.openAnonymousSession(parse(visitorBody, body, "invalidParameters"), "visitor"),
  );
  register("v5", "sessions/bot", (body) =>
    network.openAnonymousSession(parse(botBody, body, "invalidParameters"), "bot"),
  );

  app.get("/api/v3/sessions", (request, reply) => {
    if (credentials.caller(request).kind === "admin") {
      throw because("unauthorized", "The admin has no session to verify.");
    }
    return reply.send({ lastCachePurge: iso(network.lastCachePurge) });
  });

  const revoke = (request: FastifyRequest, reply: FastifyReply) => {
    const caller = credentials.caller(request);
    // Amity's documents put the userId in the path, in the query or in the body; isPublic goes with it.
    const source = Object.assign({}, request.body, request.query, request.params);
    const { userId, isPublic } = parse(revocation, source, "invalidParameters");
    if (userId === undefined) {
      if (caller.kind === "admin") throw because("sessionNotFound", "The admin must name a user.");
      network.accessTokens.end(caller.token, "was revoked");
    } else {
      if (caller.kind === "user") throw because("permissionDenied", "Only the admin ends others' sessions.");
      network.revokeUser(userId, isPublic);
    }
    return reply.send({ success: true });
  };
  app.delete("/api/v4/sessions", revoke);
  app.delete("/api/v4/sessions/users/:userId", revoke);
}

/** A refresh token came with v3 and v4 and is gone in v5, which names the kind of user instead (OpenAPI v3, v4, v5). */
function sessionAnswer(version: SessionVersion, opened: OpenedSession, network: Network): object {
  return {
    accessToken: opened.accessToken,
    ...(version === "v5" ? { userType: opened.userType } : { refreshToken: opened.refreshToken }),
    users: [opened.user],
    files: [],
    roles: rolesOf([opened.user], network.roles),
    lastCachePurge: iso(network.lastCachePurge),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
