import { STATUS_CODES } from "node:http";
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { isLoopbackHost } from "../config/loopback.js";
import { type Context, createContext, type Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { type ErrorCode, errorCodes } from "../errors/codes.js";
import { negotiateMediaType } from "../graphql/media-type.js";
import { errorFields, type Logger } from "../telemetry/logger.js";
import { failureBody, httpFailure, sendFailure } from "./failures.js";
import type { Readiness } from "./readiness.js";
import { checkBodyHeaders, parseRequestBody } from "./request-body.js";

const graphqlPath = "/graphql";
const maxBodyBytes = 102_400;

/** Node's own limits are for servers behind others; these let no slow or idle client hold a socket for long. */
const socketLimits = {
  requestTimeout: 15_000,
  /** Above the idle time of common load balancers (60 s), or they meet sockets that we have just closed. */
  keepAliveTimeout: 75_000,
  http: { headersTimeout: 10_000, maxHeaderSize: 16_384, connectionsCheckingInterval: 2_000 },
};

const responseHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-site",
};
const strictContentPolicy = "default-src 'none'; frame-ancestors 'none'";

export interface HttpOptions {
  readonly apollo: ApolloServer<Context>;
  readonly services: Services;
  readonly readiness: Readiness;
  readonly explorer: boolean;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** The HTTP server: /graphql, /livez and /readyz. It does not listen yet. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const server = Fastify({
    ...socketLimits,
    bodyLimit: maxBodyBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => requestId(headers["x-request-id"], options.newId),
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, options.newId()),
    frameworkErrors: (_error, request, reply) => sendFailure(request, reply, new AppError("BAD_REQUEST")),
  });
  addGuards(server, options);
  addRoutes(server, options);
  return server;
}

function requestId(header: string | string[] | undefined, newId: () => string): string {
  return typeof header === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(header) ? header : newId();
}

/** What comes before any route: headers of every answer, whom the request is meant for, and how errors are answered. */
function addGuards(server: FastifyInstance, { logger, readiness }: HttpOptions): void {
  server.addHook("onRequest", async (request, reply) => {
    // Nobody is authenticated yet in this version, so a page of another site must not reach us by DNS rebinding.
    reply.headers({ ...responseHeaders, "x-request-id": request.id, "x-dev-mode": "1" });
    reply.header("content-security-policy", strictContentPolicy);
    if (!namesLoopback(request.headers.host)) throw new AppError("FORBIDDEN");
    if (request.is404) throw new AppError(isGraphqlPath(request.url) ? "METHOD_NOT_ALLOWED" : "NOT_FOUND");
    if (isGraphqlPath(request.url) && request.method === "POST") checkBodyHeaders(request.headers);
  });
  server.addHook("onSend", async (_request, reply) => {
    // Otherwise the client would send its next request into a closing process.
    if (readiness.state === "draining") reply.header("connection", "close");
  });
  server.setErrorHandler((error: Error, request, reply) => {
    const failure = httpFailure(error);
    if (!failure) logger.error({ requestId: request.id, ...errorFields(error) }, "internal error");
    return sendFailure(request, reply, failure ?? new AppError("INTERNAL_SERVER_ERROR"));
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

function isGraphqlPath(url: string): boolean {
  return url.split("?", 1)[0] === graphqlPath;
}

function namesLoopback(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host ?? "")?.[1];
  return name !== undefined && isLoopbackHost(name);
}

function addRoutes(server: FastifyInstance, { apollo, services, readiness, explorer }: HttpOptions): void {
  server.post(graphqlPath, async (request, reply) => {
    const mediaType = negotiateMediaType(request.headers.accept);
    if (mediaType === undefined) throw new AppError("NOT_ACCEPTABLE");
    const body = parseRequestBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    const answer = await apollo.executeHTTPGraphQLRequest({
      // Apollo reads no other header, so no other (a credential, say) is in its hands.
      httpGraphQLRequest: {
        method: "POST",
        headers: new HeaderMap([
          ["content-type", "application/json"],
          ["accept", mediaType],
        ]),
        body,
        search: "",
      },
      context: async () => createContext(services, request.id, mediaType),
    });
    return sendAnswer(reply, answer);
  });

  server.get(graphqlPath, async (request, reply) => {
    if (!explorer || !asksForPage(request)) throw new AppError("METHOD_NOT_ALLOWED");
    const headers = new HeaderMap([["accept", "text/html"]]);
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "GET", headers, body: undefined, search: "" },
      context: async () => createContext(services, request.id, "text/html"),
    });
    // The page carries a policy of its own, with nonces.
    return sendAnswer(reply.removeHeader("content-security-policy"), answer);
  });

  server.get("/livez", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (_request, reply) => {
    if (readiness.state !== "ready") reply.status(503);
    return { status: readiness.state };
  });
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

/** A request that Node's HTTP parser gave up on has no Fastify request: the answer is written by hand. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: import("node:net").Socket, id: string): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const codes: Record<string, ErrorCode> = {
    HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
    ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
  };
  const failure = new AppError(codes[error.code ?? ""] ?? "BAD_REQUEST");
  const { http } = errorCodes[failure.code];
  const body = failureBody(failure, id);
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
