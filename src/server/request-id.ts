import type { HttpRequest } from "./messages.js";

/** The client's own id where it can stand in a log line, or else a new one. */
export function requestIdOf(headers: HttpRequest["headers"], newId: () => string): string {
  const sent = headers["x-request-id"];
  return typeof sent === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(sent) ? sent : newId();
}
