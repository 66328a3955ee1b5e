import type { FastifyInstance } from "fastify";
import type { Credentials } from "./credentials.js";

/** The one network setting that Amity's TypeScript SDK 6.35.3 reads at login; without it the login fails. */
export function registerSettingsRoutes(app: FastifyInstance, credentials: Credentials): void {
  app.get("/api/v3/network-settings/chat", (request, reply) => {
    credentials.caller(request);
    return reply.send({ messagePreview: { enabled: false } });
  });
}
