import { expect, test } from "@jest/globals";
import { documentCodes, type ErrorCode, errorCodes, isDocumentCode, isErrorCode } from "../../../src/errors/codes.js";
import { statusOf } from "../../../src/errors/status.js";

const modern = { legacy: false, executed: true };

const cases: [ErrorCode[], { legacy: boolean; executed: boolean }, number][] = [
  [["BAD_USER_INPUT"], modern, 400],
  [["BAD_USER_INPUT"], { legacy: true, executed: true }, 200],
  [["GRAPHQL_VALIDATION_FAILED"], { legacy: true, executed: false }, 200],
  [["BAD_USER_INPUT", "FORBIDDEN"], modern, 403],
  [["FORBIDDEN"], { legacy: true, executed: true }, 403],
  [["UPSTREAM_TIMEOUT", "BAD_USER_INPUT"], modern, 400],
  [["UPSTREAM_TIMEOUT"], modern, 200],
  [["INTERNAL_SERVER_ERROR"], modern, 200],
  [["INTERNAL_SERVER_ERROR"], { legacy: false, executed: false }, 500],
];

test.each(cases)("%j under %j are answered with %i", (codes, answer, status) => {
  expect(statusOf(codes, answer)).toBe(status);
});

test("a property of every object is no code", () => {
  expect(isErrorCode("constructor")).toBe(false);
});

test.each(Object.entries(errorCodes))("%s is told to clients in words", (_code, { message }) => {
  expect(message).toMatch(/^[A-Za-z].{5,100}[^.]$/);
});

test("a list that reads like a code is none", () => {
  expect(isErrorCode(["BAD_REQUEST"])).toBe(false);
});

test("five codes are those of a document that does not come to run", () => {
  const codes = [
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "OPERATION_RESOLUTION_FAILURE",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "QUERY_TOO_COMPLEX",
  ];
  expect([...documentCodes].sort()).toEqual(codes);
  expect([...Object.keys(errorCodes), "constructor", undefined].filter(isDocumentCode).sort()).toEqual(codes);
});
