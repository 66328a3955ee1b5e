import { type ErrorCode, errorCodes, isDocumentCode } from "../errors/codes.js";

export const codes = Object.keys(errorCodes) as ErrorCode[];

/** Statuses of requests that never become an operation. */
const statusesBefore: readonly number[] = [404, 405, 406, 408, 413, 415, 417, 431];

/** How a root field that is known can end. */
export const fieldOutcomes: readonly ("OK" | ErrorCode)[] = [
  "OK",
  ...codes.filter((code) => !isDocumentCode(code) && !statusesBefore.includes(errorCodes[code].http)),
];

/** How a call to Amity can end. */
export const callOutcomes: readonly ("OK" | ErrorCode)[] = [
  "OK",
  "CANCELLED",
  "OVERLOADED",
  "USER_BANNED",
  "AUTH_TOKEN_REJECTED",
  "INTERNAL_SERVER_ERROR",
  ...codes.filter((code) => code.startsWith("UPSTREAM_")),
];
