import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Context, createContext, type Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { negotiateMediaType } from "../graphql/media-type.js";
import { rememberCaller } from "./access-log.js";
import { addRouteGuard } from "./guards.js";
import { graphqlPath } from "./paths.js";
import type { Readiness } from "./readiness.js";
import { parseRequestBody } from "./request-body.js";

export interface RouteOptions {
  readonly apollo: ApolloServer<Context>;
  readonly services: Services;
  readonly readiness: Readiness;
  readonly explorer: boolean;
}

export function addRoutes(server: FastifyInstance, { apollo, services, readiness, explorer }: RouteOptions): void {
  addRouteGuard(server);

  server.post(graphqlPath, async (request, reply) => {
    const mediaType = negotiateMediaType(request.headers.accept);
    if (mediaType === undefined) throw new AppError("NOT_ACCEPTABLE");
    const body = parseRequestBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    const context = contextOf(services, request, mediaType);
    // Apollo reads no other header, so no other (a credential, say) is in its hands.
    const headers = new HeaderMap([
      ["content-type", "application/json"],
      ["accept", mediaType],
    ]);
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "POST", headers, body, search: "" },
      context: async () => context,
    });
    rememberCaller(request, context.identity.caller);
    return sendAnswer(reply, answer);
  });

  server.get(graphqlPath, async (request, reply) => {
    if (!explorer || !asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
    const headers = new HeaderMap([["accept", "text/html"]]);
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "GET", headers, body: undefined, search: "" },
      context: async () => contextOf(services, request, "text/html"),
    });
    // The page carries a policy of its own, with nonces.
    return sendAnswer(reply.removeHeader("content-security-policy"), answer);
  });

  server.get("/livez", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (_request, reply) => {
    const status = await readiness.status();
    if (status !== "ready") reply.status(503);
    return { status };
  });
}

function contextOf(services: Services, request: FastifyRequest, mediaType: string): Context {
  const { id: requestId, ip: address, headers } = request;
  return createContext(services, { requestId, mediaType, authorization: headers.authorization, address });
}

function asksForPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "");
}

function sendAnswer(reply: FastifyReply, { status, headers, body }: HTTPGraphQLResponse): FastifyReply {
  if (body.kind !== "complete") throw new Error("incremental delivery is off");
  return reply
    .status(status ?? 200)
    .headers(Object.fromEntries(headers))
    .send(body.string);
}
