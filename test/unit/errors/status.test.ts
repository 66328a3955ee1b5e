import { describe, expect, test } from "@jest/globals";
import { type ErrorCode, errorCodes } from "../../../src/errors/codes.js";
import { statusOf } from "../../../src/errors/status.js";

/** A code for each status, from the strongest on. */
const strongestFirst: [number, ErrorCode][] = [
  [401, "UNAUTHENTICATED"],
  [403, "FORBIDDEN"],
  [429, "RATE_LIMITED"],
  [503, "OVERLOADED"],
  [500, "INTERNAL_SERVER_ERROR"],
  [400, "BAD_USER_INPUT"],
  [200, "UPSTREAM_UNAVAILABLE"],
];
const beforeExecution = { legacy: false, executed: false };

const pairs = strongestFirst.flatMap(([status, code], index) =>
  strongestFirst.slice(index).map(([, other]): [ErrorCode, ErrorCode, number] => [code, other, status]),
);

describe("of several errors", () => {
  test.each(pairs)("%s beside %s is %i in either order", (code, other, status) => {
    expect(statusOf([code, other], beforeExecution)).toBe(status);
    expect(statusOf([other, code], beforeExecution)).toBe(status);
  });

  test("none is 200", () => {
    expect(statusOf([], beforeExecution)).toBe(200);
  });
});

describe("for a legacy client", () => {
  const requestErrors = Object.entries(errorCodes).filter(([, { requestError }]) => requestError);

  test("exactly the errors of a GraphQL request are 200", () => {
    expect(requestErrors.map(([code]) => code).sort()).toEqual([
      "BAD_USER_INPUT",
      "GRAPHQL_PARSE_FAILED",
      "GRAPHQL_VALIDATION_FAILED",
      "OPERATION_RESOLUTION_FAILURE",
      "QUERY_TOO_COMPLEX",
    ]);
    for (const [code] of requestErrors) {
      expect([code, statusOf([code as ErrorCode], { legacy: true, executed: false })]).toEqual([code, 200]);
      expect([code, statusOf([code as ErrorCode], { legacy: false, executed: true })]).toEqual([code, 400]);
    }
  });

  test.each<[ErrorCode, number]>([
    ["UNAUTHENTICATED", 401],
    ["FORBIDDEN", 403],
    ["RATE_LIMITED", 429],
    ["AUTH_UNAVAILABLE", 503],
    ["INTERNAL_SERVER_ERROR", 500],
  ])("%s keeps its %i", (code, status) => {
    expect(statusOf([code], { legacy: true, executed: false })).toBe(status);
  });
});

describe("from a resolver", () => {
  test.each<[ErrorCode, number]>([
    ["INTERNAL_SERVER_ERROR", 200],
    ["UNAUTHENTICATED", 401],
    ["FORBIDDEN", 403],
    ["OVERLOADED", 503],
    ["BAD_USER_INPUT", 400],
  ])("%s is %i", (code, status) => {
    expect(statusOf([code], { legacy: false, executed: true })).toBe(status);
  });
});

/** The table of docs/errors.md, which says it once more so that a change of the contract is a change in two places. */
const contract: [ErrorCode, number, boolean][] = [
  ["UNAUTHENTICATED", 401, false],
  ["EXPECTATION_FAILED", 417, false],
  ["FORBIDDEN", 403, false],
  ["BAD_USER_INPUT", 400, false],
  ["GRAPHQL_PARSE_FAILED", 400, false],
  ["GRAPHQL_VALIDATION_FAILED", 400, false],
  ["QUERY_TOO_COMPLEX", 400, false],
  ["OPERATION_RESOLUTION_FAILURE", 400, false],
  ["PERSISTED_QUERY_NOT_SUPPORTED", 200, false],
  ["BAD_REQUEST", 400, false],
  ["NOT_FOUND", 404, false],
  ["METHOD_NOT_ALLOWED", 405, false],
  ["NOT_ACCEPTABLE", 406, false],
  ["CANCELLED", 499, true],
  ["REQUEST_TIMEOUT", 408, true],
  ["PAYLOAD_TOO_LARGE", 413, false],
  ["UNSUPPORTED_MEDIA_TYPE", 415, false],
  ["HEADERS_TOO_LARGE", 431, false],
  ["RATE_LIMITED", 429, true],
  ["OVERLOADED", 503, true],
  ["AUTH_UNAVAILABLE", 503, true],
  ["AUDIT_UNAVAILABLE", 503, true],
  ["REGION_NOT_CONFIGURED", 200, false],
  ["VISITORS_NOT_ENABLED", 200, false],
  ["USER_PROFILES_NOT_ENABLED", 200, false],
  ["SECURE_MODE_NOT_CONFIGURED", 200, false],
  ["ADMIN_NOT_CONFIGURED", 200, false],
  ["USER_BANNED", 200, false],
  ["AUTH_TOKEN_REJECTED", 200, false],
  ["UPSTREAM_AUTH_FAILED", 200, false],
  ["UPSTREAM_REJECTED", 200, false],
  ["UPSTREAM_RATE_LIMITED", 200, true],
  ["UPSTREAM_UNAVAILABLE", 200, true],
  ["UPSTREAM_TIMEOUT", 200, true],
  ["UPSTREAM_BAD_RESPONSE", 200, true],
  ["INTERNAL_SERVER_ERROR", 500, false],
];

test("the table of codes is the one that clients rely on", () => {
  const table = Object.entries(errorCodes).map(([code, { http, retryable }]) => [code, http, retryable]);
  expect(table.sort()).toEqual([...contract].sort());
});
