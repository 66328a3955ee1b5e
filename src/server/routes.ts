import type { Caller } from "../caller/caller.js";
import type { RequestRecord } from "../telemetry/request-record.js";
import type { Answer, HttpRequest } from "./messages.js";

/** What is served at a path, for reading only. */
export interface Route {
  readonly methods: readonly ("GET" | "HEAD")[];
  readonly path: string;
  /** Stands for the path in log and metrics, where many paths are of one kind. */
  readonly label?: string;
  /** Throws AppError for a failure that has a code of its own. */
  answer(request: HttpRequest): Answer | Promise<Answer>;
}

/** A request on its way through the pipeline. */
export interface Incoming {
  readonly request: HttpRequest;
  readonly record: RequestRecord;
  /** Unescaped; undefined when it cannot be. */
  readonly path: string | undefined;
  readonly route: Route | undefined;
  /** Known once an operation was admitted. */
  caller: Caller | undefined;
}

/** Finds a route by method and exact path. */
export function routeFinder(routes: readonly Route[]): (method: string, path: string | undefined) => Route | undefined {
  const table = new Map(routes.flatMap((route) => route.methods.map((method) => [`${method} ${route.path}`, route])));
  return (method, path) => table.get(`${method} ${path}`);
}
