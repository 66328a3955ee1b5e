import { type ErrorCode, errorCodes } from "./codes.js";

/** Statuses from strongest to weakest, for an answer with several errors. */
const precedence = [401, 403, 429, 503, 500, 400];

/**
 * HTTP status of a GraphQL answer that holds these errors.
 * `legacy`: the client accepts only `application/json`, and sees GraphQL request errors with 200 as GraphQL over HTTP
 * asks. `executed`: resolvers ran, so an internal error is one field's, and the answer is still a GraphQL answer.
 */
export function statusOf(codes: readonly ErrorCode[], answer: { legacy: boolean; executed: boolean }): number {
  const statuses = codes.map((code) => {
    const { http, requestError } = errorCodes[code];
    if ((answer.legacy && requestError) || (answer.executed && http === 500)) return 200;
    return http;
  });
  return precedence.find((status) => statuses.includes(status)) ?? 200;
}
