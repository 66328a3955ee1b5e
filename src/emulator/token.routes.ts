import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Credentials } from "./credentials.js";
import { type AmityErrorName, because } from "./errors.js";
import type { Network } from "./network.js";
import type { Settings } from "./options.js";
import { namedUser, parse, tokenQueryV3 } from "./validation.js";

/** The two routes that mint an auth token for a backend (OpenAPI v3 and v4). */
export function registerTokenRoutes(
  app: FastifyInstance,
  network: Network,
  credentials: Credentials,
  { v3KeyError }: Settings,
): void {
  const authorize = (request: FastifyRequest, keyRefusal: AmityErrorName) => {
    credentials.requireServerKey(request, keyRefusal);
    if (!network.secureMode) throw because("forbidden", "Secure mode is off.");
  };

  app.get("/api/v3/authentication/token", (request, reply) => {
    authorize(request, v3KeyError === "401" ? "textUnauthorized" : "forbidden");
    const { userId } = parse(tokenQueryV3, request.query, "invalidParametersV3");
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(network.mintAuthToken(userId)));
  });

  app.post("/api/v4/authentication/token", (request, reply) => {
    authorize(request, "textUnauthorized");
    const { userId } = parse(namedUser, request.body, "invalidParameters");
    return reply.type("text/plain; charset=utf-8").send(JSON.stringify(network.mintAuthToken(userId)));
  });
}
