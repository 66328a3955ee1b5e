import type { FastifyInstance, FastifyRequest } from "fastify";

/** What a route of Amity's is for. A fault may choose one of them; certificates protect `token` and `admin`. */
export const routeKinds = [
  "token",
  "session",
  "verification",
  "visitor",
  "revocation",
  "user",
  "admin",
  "settings",
] as const;

/** One of routeKinds. */
export type RouteKind = (typeof routeKinds)[number];

/** Every route of Amity's that the emulator plays, with its kinds; `admin`: the network's admin alone may call it. */
const kindsOfRoutes: Readonly<Record<string, readonly RouteKind[]>> = {
  "GET /api/v3/authentication/token": ["token"],
  "POST /api/v4/authentication/token": ["token"],
  "POST /api/v3/sessions": ["session"],
  "POST /api/v4/sessions": ["session"],
  "POST /api/v5/sessions": ["session"],
  "POST /api/v5/sessions/visitor": ["session", "visitor"],
  "POST /api/v5/sessions/bot": ["session", "visitor"],
  "GET /api/v3/sessions": ["session", "verification"],
  "DELETE /api/v4/sessions": ["session", "revocation"],
  "DELETE /api/v4/sessions/users/:userId": ["session", "revocation", "admin"],
  "GET /api/v3/users": ["user"],
  "GET /api/v3/users/list": ["user"],
  "GET /api/v3/users/:userId": ["user"],
  "PUT /api/v3/users": ["user"],
  "PUT /api/v3/users/": ["user"],
  "DELETE /api/v4/users/:userId": ["user", "admin"],
  "POST /api/v2/users/ban": ["user", "admin"],
  "POST /api/v2/users/unban": ["user", "admin"],
  "PUT /api/v3/channels/:channelId/users/ban": [],
  "PUT /api/v3/channels/:channelId/users/unban": [],
  "POST /api/v1/admin-token": ["admin"],
  "GET /api/v3/roles": [],
  "GET /api/v3/network-settings": ["settings"],
  "PUT /api/v3/network-settings": ["settings", "admin"],
  "GET /api/v3/network-settings/chat": ["settings"],
  "GET /api/v3/network-settings/social": ["settings"],
  "GET /api/v3/network-settings/uikit": ["settings"],
  "GET /api/v3/network-settings/shareable-deep-links": ["settings"],
};

/** The kinds of the route that a request has met; none for what is not Amity's. */
export function kindsOf({ method, routeOptions: { url = "" } }: FastifyRequest): readonly RouteKind[] {
  return kindsOfRoutes[`${method} ${url}`] ?? [];
}

/** Makes it a mistake, found at the start, to register a route that the table above lacks. */
export function requireKnownRoutes(app: FastifyInstance): void {
  app.addHook("onRoute", ({ method, url }) => {
    for (const name of [method].flat()) {
      if (!(`${name} ${url}` in kindsOfRoutes)) throw new Error(`${name} ${url} has no kinds in route-kind.ts`);
    }
  });
}
