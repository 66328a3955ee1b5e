import { lookup } from "node:dns/promises";
import { type IncomingMessage, METHODS, type ServerResponse } from "node:http";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { AppError } from "../errors/app-error.js";
import { errorCodes } from "../errors/codes.js";
import { mostHeaderBytes } from "../limits.js";
import type { Clock } from "../system/clock.js";
import { openFilesLimit } from "../system/open-files.js";
import { errorFields } from "../telemetry/error-fields.js";
import type { Logger } from "../telemetry/logger.js";
import { RequestRecord } from "../telemetry/request-record.js";
import type { AccessLog } from "./access-log.js";
import { BrokenRequests } from "./broken-request.js";
import { addressFinder, rangeCheck } from "./client-address.js";
import { Connections, mostConnections } from "./connections.js";
import { createHandler, type HandlerOptions } from "./handler.js";
import type { Answer, HttpRequest } from "./messages.js";
import { NodeRequest } from "./node-request.js";
import type { Pipeline } from "./pipeline.js";

/** Node's own limits are for servers behind others; these let no slow request hold a socket for long. */
const socketLimits = {
  requestTimeout: 15_000,
  /** Above the idle time of common load balancers (60 s), or they meet sockets that we have just closed. */
  keepAliveTimeout: 75_000,
  // A missing Host header is answered like every other mistake, by our own guard.
  http: {
    headersTimeout: 10_000,
    maxHeaderSize: mostHeaderBytes,
    connectionsCheckingInterval: 2_000,
    requireHostHeader: false,
  },
};

/** No route has a schema of Fastify's. Its compilers of them would take longer to load than all of our own code. */
const withoutSchemas = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } };

function noSchemas(): never {
  throw new Error("no route has a schema");
}

export interface HttpOptions {
  readonly pipeline: Pipeline;
  /** Addresses or CIDR ranges that are believed when they say for whom they ask. */
  readonly trustedProxies: readonly string[];
  readonly newId: () => string;
  readonly elapsed: Clock["elapsed"];
  readonly accessLog: AccessLog;
  readonly logger: Logger;
}

/** The HTTP server around the pipeline, with its connections and their limits. It does not listen yet. */
export function createHttpServer({ pipeline, trustedProxies, newId, elapsed, accessLog, logger }: HttpOptions) {
  const findAddress = addressFinder(trustedProxies);
  const answer = answererOf((request) => pipeline.handle(request), trustedProxies, logger);
  const server = Fastify({
    ...socketLimits,
    schemaController: withoutSchemas,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => broken.refuse(error, socket),
    // A path that its router cannot read is refused by the pipeline too.
    frameworkErrors: (_error, request, reply) => answer(request, reply),
  });
  const connections = new Connections(server.server, mostConnections(openFilesLimit()));
  const broken = new BrokenRequests(connections, ({ remoteAddress }, { code }) => {
    const record = new RequestRecord(newId(), elapsed);
    record.fail({ code });
    const request = { method: "unknown", address: findAddress(remoteAddress, undefined), hasLeft: false };
    accessLog({ request, record, path: undefined, route: undefined, caller: undefined }, errorCodes[code].http);
    return record.requestId;
  });
  // Otherwise Node would answer by itself. The pipeline refuses it, as it does every mistake.
  server.server.on("checkExpectation", (request, response) => server.server.emit("request", request, response));
  // The pipeline knows methods, and reads bodies once its guards agree.
  for (const method of METHODS) server.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  server.all("*", answer);
  return { server, connections };
}

/** The server on ADMIN_PORT, for the operator's network. */
export function createAdminServer(options: HandlerOptions): FastifyInstance {
  const handle = createHandler(options, ({ route, request }) => {
    if (!route) throw new AppError("NOT_FOUND");
    return route.answer(request);
  });
  const answer = answererOf(handle, [], options.logger);
  const server = Fastify({
    ...socketLimits,
    schemaController: withoutSchemas,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    frameworkErrors: (_error, request, reply) => answer(request, reply),
  });
  server.all("*", answer);
  return server;
}

/** Answers what Fastify hands over, which has nothing to add to an answer and would tell clients what went wrong. */
function answererOf(
  handle: (request: HttpRequest) => Promise<Answer>,
  trustedProxies: readonly string[],
  logger: Logger,
): (request: FastifyRequest, reply: FastifyReply) => void {
  const [findAddress, isTrusted] = [addressFinder(trustedProxies), rangeCheck(trustedProxies)];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let requestId: string | undefined;
    try {
      const address = findAddress(request.socket.remoteAddress, request.headers["x-forwarded-for"]?.toString());
      const answer = await handle(new NodeRequest(request, response, address, isTrusted));
      requestId = answer.headers["x-request-id"];
      send(response, answer);
    } catch (error) {
      logger.error({ requestId, ...errorFields(error) }, "an answer cannot be sent");
      request.destroy();
    }
  };
  return (request, reply) => {
    reply.hijack();
    void answer(request.raw, reply.raw);
  };
}

/** Node itself leaves out the body for HEAD. An answer to a preflight has no length (RFC 9110, 8.6). */
function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body === undefined ? (status === 204 ? undefined : 0) : Buffer.byteLength(body);
  response.writeHead(status, Object.assign({}, headers, length !== undefined && { "content-length": length }));
  response.end(body);
}

/** Where a server that listens on this host is reached, such as http://127.0.0.1:4000. */
export function originOf(host: string, { server }: FastifyInstance): string {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A server that cannot listen, and the setting that is to blame. */
export class CannotListen extends Error {
  constructor(
    readonly setting: "HOST" | "PORT" | "ADMIN_PORT",
    readonly code: string,
  ) {
    super(`cannot listen on ${setting}: ${code}`);
  }
}

/** What a port has to do with. All else is the host's fault: it has no address, or none of this machine. */
const codesOfPorts: readonly unknown[] = ["EADDRINUSE", "EACCES"];
const codesOfHosts: readonly unknown[] = ["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAFNOSUPPORT"];

/**
 * Listens on the one address that the host name stands for: Fastify would open a server for each address of
 * `localhost`, and its caller knows of the first one only. Rejects with CannotListen where a setting is to blame.
 */
export async function listen(
  server: FastifyInstance,
  host: string,
  port: number,
  setting: "PORT" | "ADMIN_PORT" = "PORT",
): Promise<void> {
  try {
    const { address } = await lookup(host);
    await server.listen({ host: address, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (codesOfPorts.includes(code)) throw new CannotListen(setting, String(code));
    throw codesOfHosts.includes(code) ? new CannotListen("HOST", String(code)) : error;
  }
}
