import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import { type Context, createContext, type RequestFacts, type Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { type MediaType, mediaTypes, negotiateMediaType } from "../graphql/media-type.js";
import type { Clock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { type AccessLogOptions, createAccessLog } from "./access-log.js";
import { corsPermissions, isPreflight, preflightAnswerer } from "./cors.js";
import { failureAnswer } from "./failures.js";
import { checkExpectation, checkHost, routeOf } from "./guards.js";
import type { Answer, HttpRequest } from "./messages.js";
import { healthRoutes } from "./operator-routes.js";
import { graphqlPath, pathOf } from "./paths.js";
import type { Readiness } from "./readiness.js";
import { checkBodyHeaders, parseRequestBody } from "./request-body.js";
import { requestIdOf } from "./request-id.js";
import { type Incoming, type Route, routeFinder } from "./routes.js";
import { securityHeaders } from "./security-headers.js";

export interface PipelineOptions {
  readonly apollo: ApolloServer<Context>;
  readonly services: Services;
  readonly readiness: Readiness;
  /** What is served besides operations and health. */
  readonly routes: readonly Route[];
  readonly bodyLimitBytes: number;
  /** Exact origins whose pages may send operations. */
  readonly corsOrigins: readonly string[];
  /** Names of headers that those pages may send besides the usual ones. */
  readonly corsHeaders: readonly string[];
  /** Nobody is authenticated: only this machine may reach the server. */
  readonly localOnly: boolean;
  readonly logUserIds: AccessLogOptions["userIds"];
  /** Is the process too busy to take on operations? */
  readonly isOverloaded: () => boolean;
  readonly newId: () => string;
  /** The monotonic clock. */
  readonly elapsed: Clock["elapsed"];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * The whole way from a request to its answer, whichever server the request came by: every path and every guard, in the
 * order in which they stand here.
 */
export class Pipeline {
  readonly #constantHeaders: Readonly<Record<string, string>>;
  readonly #corsPermissions: ReadonlyMap<string, Answer["headers"]>;
  readonly #preflightAnswer: (request: HttpRequest) => Answer;
  readonly #findRoute: (method: string, path: string | undefined) => Route | undefined;
  readonly #log: (incoming: Incoming, status: number, elapsedMs: number) => void;

  constructor(private readonly options: PipelineOptions) {
    const { readiness, routes, corsOrigins, localOnly, logUserIds: userIds, logger, metrics } = options;
    this.#constantHeaders = {
      ...securityHeaders,
      ...(localOnly && { "x-dev-mode": "1" }),
      ...(corsOrigins.length > 0 && { vary: "origin" }),
    };
    this.#corsPermissions = corsPermissions(corsOrigins);
    this.#preflightAnswer = preflightAnswerer(options.corsHeaders);
    this.#findRoute = routeFinder([...healthRoutes(readiness), ...routes]);
    this.#log = createAccessLog({ logger, metrics, userIds });
  }

  /** Gives an answer whatever happens. */
  async handle(request: HttpRequest): Promise<Answer> {
    const { readiness, newId, elapsed, logger } = this.options;
    const startedAt = elapsed();
    const requestId = requestIdOf(request.headers, newId);
    const path = pathOf(request.url);
    const route = this.#findRoute(request.method, path);
    const incoming: Incoming = { request, requestId, path, route, caller: undefined };
    const headers: Record<string, string> = { ...this.#constantHeaders, "x-request-id": requestId };
    let answer: Answer;
    try {
      answer = await this.#answer(incoming, headers);
    } catch (error) {
      answer = failureAnswer(error, incoming, logger);
    }
    Object.assign(headers, answer.headers);
    // Otherwise the client would send its next request into a closing process.
    if (readiness.isDraining) headers["connection"] = "close";
    this.#log(incoming, answer.status, elapsed() - startedAt);
    return { ...answer, headers };
  }

  /** Throws AppError for what is refused. `headers`: those of the answer, even of a refusal. */
  #answer(incoming: Incoming, headers: Record<string, string>): Answer | Promise<Answer> {
    const { localOnly, isOverloaded } = this.options;
    const { request, path } = incoming;
    checkHost(request, localOnly);
    checkExpectation(request);
    if (path === graphqlPath) {
      const permission = this.#corsPermissions.get(request.headers.origin ?? "");
      Object.assign(headers, permission);
      if (permission && isPreflight(request)) return this.#preflightAnswer(request);
      if (isOverloaded()) throw new AppError("OVERLOADED");
      if (request.method === "POST") return this.#answerOperation(incoming);
    }
    return routeOf(incoming).answer(request);
  }

  /** Apollo's plugins go on from here: limits, admission, and the errors and status of the answer. */
  async #answerOperation(incoming: Incoming): Promise<Answer> {
    const { apollo, services, bodyLimitBytes } = this.options;
    const { request, requestId } = incoming;
    checkBodyHeaders(request.headers);
    const bytes = await request.readBody(bodyLimitBytes);
    const mediaType = negotiateMediaType(request.headers.accept);
    if (mediaType === undefined) throw new AppError("NOT_ACCEPTABLE");
    const body = parseRequestBody(bytes);
    const context = createContext(services, new OperationFacts(requestId, mediaType, request));
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: "POST", headers: apolloHeaders[mediaType], body, search: "" },
      context: async () => context,
    });
    incoming.caller = context.identity.caller;
    return toAnswer(answer);
  }
}

/** What an operation's context knows of its request. */
class OperationFacts implements RequestFacts {
  constructor(
    readonly requestId: string,
    readonly mediaType: MediaType,
    private readonly request: HttpRequest,
  ) {}

  get authorization(): string | undefined {
    const { authorization } = this.request.headers;
    return authorization !== undefined && /^[ \t]*$/.test(authorization) ? undefined : authorization;
  }

  get address(): string {
    return this.request.address;
  }

  get signal(): AbortSignal {
    return this.request.signal;
  }
}

/** Apollo reads no other header, so no other (a credential, say) is in its hands. */
const apolloHeaders = {
  [mediaTypes.legacy]: apolloHeadersFor(mediaTypes.legacy),
  [mediaTypes.current]: apolloHeadersFor(mediaTypes.current),
};

function apolloHeadersFor(accept: MediaType): HeaderMap {
  return new HeaderMap([
    ["content-type", "application/json"],
    ["accept", accept],
  ]);
}

function toAnswer({ status = 200, headers, body }: HTTPGraphQLResponse): Answer {
  if (body.kind !== "complete" || body.string === "") throw new Error("the answer cannot be written out");
  return { status, headers: Object.fromEntries(headers), body: body.string };
}
