import type { GraphQLRequest } from "@apollo/server";
import { AppError } from "../errors/app-error.js";
import type { HttpRequest } from "./messages.js";

/** Only plain UTF-8 JSON: a browser cannot send it across origins without asking, and nothing needs unpacking. */
export function checkBodyHeaders(headers: HttpRequest["headers"]): void {
  const [type, ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every(
    (parameter) => /^charset="?utf-?8"?$/.test(parameter) || !parameter.startsWith("charset"),
  );
  const isPlain = (headers["content-encoding"] ?? "identity").toLowerCase() === "identity";
  if (type !== "application/json" || !isUtf8 || !isPlain) throw new AppError("UNSUPPORTED_MEDIA_TYPE");
}

/**
 * The GraphQL request in a body. Throws BAD_REQUEST for anything but a JSON object in strict UTF-8 with a query.
 * A byte order mark before it is skipped.
 */
export function parseRequestBody(bytes: Uint8Array): GraphQLRequest {
  const body = parseJson(bytes);
  if (Array.isArray(body)) {
    throw new AppError("BAD_REQUEST", { message: "Batching is off: send each operation in a request of its own" });
  }
  if (!isObject(body)) throw new AppError("BAD_REQUEST");
  const { query, operationName, variables, extensions } = body;
  const isOperation = typeof query === "string" && query !== "";
  // A client that tries a persisted query first must be told that there are none.
  const isPersistedQuery = query === undefined && isObject(extensions) && isObject(extensions["persistedQuery"]);
  const fits =
    (isOperation || isPersistedQuery) &&
    (isAbsent(operationName) || typeof operationName === "string") &&
    (isAbsent(variables) || isObject(variables)) &&
    (isAbsent(extensions) || isObject(extensions));
  if (!fits) throw new AppError("BAD_REQUEST");
  const request: GraphQLRequest = {};
  if (isOperation) request.query = query;
  if (typeof operationName === "string") request.operationName = operationName;
  if (isObject(variables)) request.variables = variables;
  if (isObject(extensions)) request.extensions = extensions;
  return request;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw new AppError("BAD_REQUEST");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
