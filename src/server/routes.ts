import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../config/config.js";
import { type Context, createContext, type Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { negotiateMediaType } from "../graphql/media-type.js";
import { rememberCaller } from "./access-log.js";
import { addRouteGuard } from "./guards.js";
import { asksForPage, graphqlPath } from "./paths.js";
import { parseRequestBody } from "./request-body.js";

/** Beside the policy in Apollo's page, with its hosts and nonces: what that leaves open. */
const sandboxPolicy = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface RouteOptions {
  readonly apollo: ApolloServer<Context>;
  readonly services: Services;
  /** `sandbox` is Apollo's page at the endpoint. */
  readonly explorer: Config["explorer"];
}

export function addRoutes(server: FastifyInstance, { apollo, services, explorer }: RouteOptions): void {
  addRouteGuard(server);

  server.post(graphqlPath, async (request, reply) => {
    const mediaType = negotiateMediaType(request.headers.accept);
    if (mediaType === undefined) throw new AppError("NOT_ACCEPTABLE");
    const body = parseRequestBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    const context = contextOf(services, request, reply, mediaType);
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

  if (explorer !== "sandbox") return;
  server.get(graphqlPath, async (request, reply) => {
    if (!asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
    const headers = new HeaderMap([["accept", "text/html"]]);
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "GET", headers, body: undefined, search: "" },
      context: async () => contextOf(services, request, reply, "text/html"),
    });
    return sendAnswer(reply.header("content-security-policy", sandboxPolicy), answer);
  });
}

function contextOf(services: Services, request: FastifyRequest, reply: FastifyReply, mediaType: string): Context {
  const { id: requestId, ip: address, headers } = request;
  return createContext(services, {
    requestId,
    mediaType,
    authorization: headers.authorization,
    address,
    signal: goneSignal(reply),
  });
}

/** Aborted when the client closes its connection before it has its answer. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function sendAnswer(reply: FastifyReply, { status, headers, body }: HTTPGraphQLResponse): FastifyReply {
  if (body.kind !== "complete" || body.string === "") throw new Error("the answer cannot be written out");
  return reply
    .status(status ?? 200)
    .headers(Object.fromEntries(headers))
    .send(body.string);
}
