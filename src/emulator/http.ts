import { STATUS_CODES } from "node:http";
import type { ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { AmityError, toErrorAnswer } from "./errors.js";
import { isControl } from "./inspector/control-guard.js";
import type { ExchangeRecorder } from "./inspector/recorder.js";

/** A userId in a path may have 900 characters (OpenAPI v3, get a user): of 4 bytes, each 3 characters when encoded. */
const maxPathParameter = 900 * 4 * 3;

/**
 * What Amity's TypeScript SDK 6.35.3 and UI kit 4.23.0 (x-no-cache) need in a browser, and x-admin-token; x-server-key
 * has no place there.
 */
const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
  "access-control-allow-headers":
    "x-api-key, set-access-token-cookie, authorization, content-type, x-admin-token, x-no-cache",
};

export interface HttpServerOptions {
  /** Makes it HTTPS. */
  readonly tls: ServerOptions | undefined;
  /** Watches every request, those to unknown routes among them. */
  readonly recorder: ExchangeRecorder;
}

/**
 * A Fastify without routes that answers every failure, its own included, with Amity's bodies, and that logs nothing.
 */
export function createHttpServer({ tls, recorder }: HttpServerOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    https: tls ?? null,
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: maxPathParameter },
    frameworkErrors: (error, request, reply) => sendError(reply.headers(corsHeadersFor(request)), error),
    clientErrorHandler: (_error, socket) => refuseUnreadable(socket),
  });
  app.setErrorHandler((error, request, reply) => {
    recorder.refused(request, error);
    return sendError(reply, error);
  });
  recorder.watch(app);
  answerEarly(app);
  readEmptyBodiesAsAbsent(app);
  if (tls) closeHandshakes(app);
  return app;
}

/**
 * Adds routes with hooks of their own. For the name of a part that has none, Fastify looks through all modules that
 * Node has loaded.
 */
export function addPart(app: FastifyInstance, name: string, part: (app: FastifyInstance) => void): void {
  const named = Object.assign(async (own: FastifyInstance) => part(own), {
    [Symbol.for("fastify.display-name")]: name,
  });
  app.register(named);
}

/** What has not finished its TLS handshake is no HTTP connection yet, so nobody else closes it. */
function closeHandshakes(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  app.addHook("preClose", async () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** Preflights and unknown routes need no body, so they are answered before one is read. */
function answerEarly(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(corsHeadersFor(request));
    if (request.method === "OPTIONS") return reply.code(204).send();
    if (request.is404) throw new AmityError("routeNotFound");
  });
}

/** Amity's routes are for pages of any origin; the emulator's own are for none but its inspector. */
function corsHeadersFor(request: FastifyRequest): Readonly<Record<string, string>> {
  return isControl(request) ? {} : corsHeaders;
}

/** HTTP clients send a JSON content type with an empty DELETE too; Fastify would refuse that. */
function readEmptyBodiesAsAbsent(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("remove", "remove");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else parseJson(request, String(body), done);
  });
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, contentType, body } = toErrorAnswer(error);
  return reply.code(status).type(contentType).send(body);
}

/** Bytes that are no HTTP request never reach Fastify's routes; they are answered on the bare socket. */
function refuseUnreadable(socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const { status, contentType, body } = toErrorAnswer(new AmityError("badRequest"));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
