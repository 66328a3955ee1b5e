import { errorCodes } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { RequestRecord } from "../telemetry/request-record.js";
import type { EndRequest, Traces } from "../telemetry/traces.js";
import type { AccessLog } from "./access-log.js";
import { failureAnswer } from "./failures.js";
import type { Answer, HttpRequest } from "./messages.js";
import { graphqlPath, metricsPath, otherPaths, pathOf, readyzPath, startPath } from "./paths.js";
import { requestIdOf } from "./request-id.js";
import { type Incoming, type Route, routeFinder } from "./routes.js";
import { securityHeaders } from "./security-headers.js";
import type { Farewell } from "./shutdown.js";

export interface HandlerOptions {
  readonly routes: readonly Route[];
  readonly headers?: Answer["headers"];
  readonly farewell: Farewell;
  readonly newId: () => string;
  /** The monotonic clock. */
  readonly elapsed: Clock["elapsed"];
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined: nothing is traced. */
  readonly traces?: Traces | undefined;
}

/** Throws AppError for what is refused. `headers`: those of the answer, even of a refusal. */
type AnswerIncoming = (incoming: Incoming, headers: Record<string, string>) => Answer | Promise<Answer>;

/** What requests can be answered with, whatever they ask for. */
const anyStatuses = [400, 403, 417, 499, 500];

/** By kind of path. 204 is a preflight's. */
const statuses = {
  route: [200, ...anyStatuses],
  [readyzPath]: [200, 503, ...anyStatuses],
  [metricsPath]: [200, 404, ...anyStatuses],
  [startPath]: [200, 404, ...anyStatuses],
  [graphqlPath]: [200, 204, 302, 401, 405, 406, 413, 415, 429, 503, ...anyStatuses],
  [otherPaths]: [404, 408, 431, ...anyStatuses],
} as const;

function announcePaths(metrics: Metrics, routes: readonly Route[]): void {
  const known: Readonly<Record<string, readonly number[]>> = statuses;
  const paths = [...routes.map(({ label, path }) => label ?? path), graphqlPath, otherPaths];
  for (const path of new Set(paths)) metrics.announcePath(path, known[path] ?? statuses.route);
}

/**
 * What every request gets, whatever it asks for and on whichever port: an id, an answer, headers, a line in the log and
 * a measurement. `answer` does the rest.
 */
export function createHandler(
  options: HandlerOptions,
  answer: AnswerIncoming,
): (request: HttpRequest) => Promise<Answer> {
  const { routes, farewell, newId, elapsed, accessLog, logger, metrics, traces } = options;
  const constantHeaders = { ...securityHeaders, ...options.headers };
  const findRoute = routeFinder(routes);
  announcePaths(metrics, routes);
  const handle = async (request: HttpRequest, end?: EndRequest) => {
    const record = new RequestRecord(requestIdOf(request.headers, newId), elapsed);
    const path = pathOf(request.url);
    const incoming: Incoming = { request, record, path, route: findRoute(request.method, path), caller: undefined };
    // Not by spread: Node goes through the properties of such an object four times slower.
    const headers: Record<string, string> = Object.assign({}, constantHeaders, { "x-request-id": record.requestId });
    metrics.requestBegins();
    let answered: Answer;
    try {
      answered = await answer(incoming, headers);
    } catch (error) {
      answered = failureAnswer(error, incoming, logger);
    }
    metrics.requestEnds();
    Object.assign(headers, answered.headers);
    // Otherwise the client would send its next request into a closing process.
    if (farewell.endsConnections) headers["connection"] = "close";
    accessLog(incoming, answered.status);
    end?.(request.hasLeft ? errorCodes.CANCELLED.http : answered.status, record.codes);
    return { ...answered, headers };
  };
  return traces ? (request) => traced(request, handle, traces) : handle;
}

/** Operations are traced; pages and probes are not. */
function traced(
  request: HttpRequest,
  handle: (request: HttpRequest, end?: EndRequest) => Promise<Answer>,
  traces: Traces,
): Promise<Answer> {
  if (request.method !== "POST" || pathOf(request.url) !== graphqlPath) return handle(request);
  const traceparent = request.isByTrustedProxy ? request.headers["traceparent"]?.toString() : undefined;
  return traces.request(traceparent, (end) => handle(request, end));
}
