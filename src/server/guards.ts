import { AppError } from "../errors/app-error.js";
import { namesLoopback } from "../system/loopback.js";
import type { HttpRequest } from "./messages.js";
import { graphqlPath } from "./paths.js";
import type { Incoming, Route } from "./routes.js";

/** RFC 9110, 10.1.1: it asks for what cannot be done. Node has met the one thing that can. */
export function checkExpectation({ headers }: HttpRequest): void {
  if ((headers.expect ?? "100-continue").toLowerCase() !== "100-continue") throw new AppError("EXPECTATION_FAILED");
}

/** Refuses a request that is meant for somebody else. `localOnly`: nobody is authenticated. */
export function checkHost(request: HttpRequest, localOnly: boolean): void {
  if (!hasOneHost(request)) throw new AppError("BAD_REQUEST");
  // Without authentication a page of another site must not reach us by DNS rebinding.
  if (localOnly && !namesLoopback(request.headers.host)) throw new AppError("FORBIDDEN");
}

/** The request's route; refuses what has none. */
export function routeOf({ path, route }: Incoming): Route {
  if (route) return route;
  if (path === undefined) throw new AppError("BAD_REQUEST");
  throw new AppError(path === graphqlPath ? "METHOD_NOT_ALLOWED" : "NOT_FOUND");
}

/** RFC 9112, 3.2: exactly one Host header in HTTP/1.1. */
function hasOneHost({ hostCount, httpVersion }: HttpRequest): boolean {
  return hostCount === 1 || (hostCount === 0 && httpVersion === "1.0");
}
