import type { ApolloServer } from "@apollo/server";
import { type Context, createContext, type RequestFacts, type Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { type MediaType, negotiateMediaType } from "../graphql/media-type.js";
import { runOperation } from "../graphql/run-operation.js";
import type { CancelSignal } from "../system/cancellation.js";
import type { RequestRecord } from "../telemetry/request-record.js";
import { corsPermissions, isPreflight, preflightAnswerer } from "./cors.js";
import { checkExpectation, checkHost, routeOf } from "./guards.js";
import { createHandler, type HandlerOptions } from "./handler.js";
import type { Answer, HttpRequest } from "./messages.js";
import { healthRoutes } from "./operator-routes.js";
import { graphqlPath } from "./paths.js";
import type { Readiness } from "./readiness.js";
import { checkBodyHeaders, parseRequestBody } from "./request-body.js";
import type { Incoming, Route } from "./routes.js";
import type { Overload } from "./shedding.js";

export interface PipelineOptions extends Omit<HandlerOptions, "headers"> {
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
  /** What keeps the process from taking on operations, if anything does. */
  readonly overload: () => Overload | undefined;
}

/**
 * The whole way from a request to its answer, whichever server the request came by: every path and every guard, in the
 * order in which they stand here.
 */
export class Pipeline {
  /** Gives an answer whatever happens. */
  readonly handle: (request: HttpRequest) => Promise<Answer>;
  readonly #corsPermissions: ReadonlyMap<string, Answer["headers"]>;
  readonly #preflightAnswer: (request: HttpRequest) => Answer;

  constructor(private readonly options: PipelineOptions) {
    const { readiness, routes, corsOrigins, localOnly } = options;
    const headers = { ...(localOnly && { "x-dev-mode": "1" }), ...(corsOrigins.length > 0 && { vary: "origin" }) };
    this.#corsPermissions = corsPermissions(corsOrigins);
    this.#preflightAnswer = preflightAnswerer(options.corsHeaders);
    this.handle = createHandler(
      { ...options, routes: [...healthRoutes(readiness), ...routes], headers },
      (incoming, answerHeaders) => this.#answer(incoming, answerHeaders),
    );
  }

  /** Throws AppError for what is refused. `headers`: those of the answer, even of a refusal. */
  #answer(incoming: Incoming, headers: Record<string, string>): Answer | Promise<Answer> {
    const { localOnly, overload } = this.options;
    const { request, path } = incoming;
    checkHost(request, localOnly);
    checkExpectation(request);
    if (path === graphqlPath) {
      const permission = this.#corsPermissions.get(request.headers.origin ?? "");
      Object.assign(headers, permission);
      if (permission && isPreflight(request)) return this.#preflightAnswer(request);
      const limit = overload();
      if (limit) throw new AppError("OVERLOADED", { limit });
      if (request.method === "POST") return this.#answerOperation(incoming);
    }
    return routeOf(incoming).answer(request);
  }

  /** Apollo's plugins go on from here: limits, admission, and the errors and status of the answer. */
  async #answerOperation(incoming: Incoming): Promise<Answer> {
    const { apollo, services, bodyLimitBytes } = this.options;
    const { request, record } = incoming;
    checkBodyHeaders(request.headers);
    const bytes = await request.readBody(bodyLimitBytes);
    const mediaType = negotiateMediaType(request.headers.accept);
    if (mediaType === undefined) throw new AppError("NOT_ACCEPTABLE");
    const operation = parseRequestBody(bytes);
    record.endStage("read");
    const context = createContext(services, new OperationFacts(record, mediaType, request));
    const answer = await runOperation(apollo, operation, context);
    incoming.caller = context.identity.caller;
    return answer;
  }
}

/** What an operation's context knows of its request. */
class OperationFacts implements RequestFacts {
  constructor(
    readonly record: RequestRecord,
    readonly mediaType: MediaType,
    private readonly request: HttpRequest,
  ) {}

  get requestId(): string {
    return this.record.requestId;
  }

  get authorization(): string | undefined {
    const { authorization } = this.request.headers;
    return authorization !== undefined && /^[ \t]*$/.test(authorization) ? undefined : authorization;
  }

  get address(): string {
    return this.request.address;
  }

  get signal(): CancelSignal {
    return this.request.signal;
  }
}
