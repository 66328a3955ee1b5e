import { describe, expect, test } from "@jest/globals";
import { answerFailure, type Operation, transportFailure } from "../../../src/amity/failures.js";
import { TransportError } from "../../../src/amity/transport-error.js";
import type { AppErrorDetails } from "../../../src/errors/app-error.js";

const now = Date.parse("2026-01-01T00:00:00Z");

function read(operation: Operation, status: number, body: object | string, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return answerFailure(operation, { status, headers, text }, now);
}

const systemBan = { status: "error", code: 400_100, message: "User is banned from the system." };

describe("Amity's refusal", () => {
  const cases: [Operation, number, object | string, string][] = [
    ["createSession", 403, { code: 400_312 }, "USER_BANNED"],
    ["mintAuthToken", 403, { code: 400_312 }, "USER_BANNED"],
    ["createSessionWithAuthToken", 401, systemBan, "USER_BANNED"],
    ["createSession", 401, { ...systemBan, code: 400_300 }, "UPSTREAM_AUTH_FAILED"],
    ["createSessionWithAuthToken", 401, { code: 400_100, message: "Unauthorized" }, "AUTH_TOKEN_REJECTED"],
    ["createSessionWithAuthToken", 403, "Forbidden", "AUTH_TOKEN_REJECTED"],
    ["createSession", 401, { code: 400_100 }, "UPSTREAM_AUTH_FAILED"],
    ["mintAuthToken", 401, "Unauthorized", "UPSTREAM_AUTH_FAILED"],
    ["mintAuthToken", 403, { code: 400_300 }, "UPSTREAM_AUTH_FAILED"],
    ["mintAuthToken", 422, { code: 500_000, data: { detail: ["userId"] } }, "UPSTREAM_REJECTED"],
    ["mintAuthToken", 500, { code: 500_000, data: { detail: ["userId"] } }, "UPSTREAM_REJECTED"],
    ["createVisitorSession", 422, { code: 500_000, message: "Invalid signature" }, "UPSTREAM_AUTH_FAILED"],
    ["createVisitorSession", 422, { code: 500_000, message: "Parameters error." }, "UPSTREAM_REJECTED"],
    ["createVisitorSession", 401, { code: 400_100 }, "UPSTREAM_AUTH_FAILED"],
    ["createSession", 422, { code: 500_000, message: "Invalid signature" }, "UPSTREAM_REJECTED"],
    ["createSession", 400, {}, "UPSTREAM_REJECTED"],
    ["createSession", 404, {}, "UPSTREAM_REJECTED"],
    ["createSession", 429, { code: 400_311 }, "UPSTREAM_RATE_LIMITED"],
    ["mintAuthToken", 500, { code: 500_000 }, "UPSTREAM_UNAVAILABLE"],
    ["mintAuthToken", 503, "<html>", "UPSTREAM_UNAVAILABLE"],
    ["mintAuthToken", 503, { code: 500_000, data: { detail: ["userId"] } }, "UPSTREAM_UNAVAILABLE"],
    ["mintAuthToken", 302, "", "UPSTREAM_BAD_RESPONSE"],
    ["mintAuthToken", 204, "", "UPSTREAM_BAD_RESPONSE"],
    ["createSession", 403, { code: 400_300 }, "UPSTREAM_AUTH_FAILED"],
    ["verifySession", 401, "Unauthorized", "AUTH_TOKEN_REJECTED"],
    ["verifySession", 401, systemBan, "USER_BANNED"],
    ["verifySession", 403, "", "USER_BANNED"],
    ["verifySession", 403, "<html>", "UPSTREAM_BAD_RESPONSE"],
    ["verifySession", 302, "<html>", "UPSTREAM_BAD_RESPONSE"],
    ["verifySession", 500, "<html>", "UPSTREAM_UNAVAILABLE"],
    ["verifySession", 422, { code: 400_400 }, "UPSTREAM_REJECTED"],
    ["revokeSession", 404, { code: 400_400 }, "AUTH_TOKEN_REJECTED"],
    ["revokeSession", 404, {}, "UPSTREAM_REJECTED"],
    ["revokeSession", 503, "<html>", "UPSTREAM_UNAVAILABLE"],
    ["revokeUserSessions", 401, "Unauthorized", "UPSTREAM_AUTH_FAILED"],
    ["revokeUserSessions", 404, { code: 400_400 }, "UPSTREAM_REJECTED"],
    ["rotateAdminToken", 401, "Unauthorized", "UPSTREAM_AUTH_FAILED"],
    ["rotateAdminToken", 403, { code: 400_300 }, "UPSTREAM_AUTH_FAILED"],
  ];

  test.each(cases)("of %s with %i %j means %4$s", (operation, status, body, code) => {
    expect(read(operation, status, body).code).toBe(code);
  });

  const reasons: [Operation, number, object | string, string][] = [
    ["createSession", 403, { code: 400_312 }, "user banned"],
    ["createSessionWithAuthToken", 401, "", "auth token refused"],
    ["verifySession", 401, "", "access token refused"],
    ["revokeSession", 401, "", "access token refused"],
    ["mintAuthToken", 401, "", "key refused"],
    ["mintAuthToken", 403, "", "key refused"],
    ["createSession", 401, "", "key refused"],
    ["createSession", 403, "", "key of another region"],
    ["revokeUserSessions", 403, "", "admin token refused"],
    ["revokeUserSessions", 422, "", "request refused"],
    ["rotateAdminToken", 401, "", "admin token refused"],
    ["listUsers", 401, "", "admin token refused"],
    ["updateUser", 403, "", "admin token refused"],
    ["createVisitorSession", 422, { message: "Invalid signature" }, "visitor signature refused"],
    ["createVisitorSession", 401, "", "key refused"],
    ["createSession", 429, "", "rate limit"],
    ["createSession", 422, "", "request refused"],
    ["createSession", 500, "", "server error"],
    ["verifySession", 403, "<html>", "HTML page"],
    ["revokeSession", 400, "<html>", "HTML page"],
    ["verifySession", 302, "<html>", "redirect"],
    ["createSession", 302, "", "redirect"],
    ["createSession", 204, "", "unexpected status"],
  ];

  test.each(reasons)("of %s with %i %j is logged as %s", (operation, status, body, reason) => {
    expect(read(operation, status, body).reason).toBe(reason);
  });

  test("keeps Amity's status and code alone", () => {
    const { details } = read("mintAuthToken", 422, {
      code: 500_000,
      message: "server key SECRET",
      data: { detail: 1 },
    });
    expect(details).toEqual({ reason: "request refused", amity: { status: 422, code: 500_000 } });
  });

  test.each([
    ["1", 1],
    ["3600", 3600],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30],
    ["Thursday, 01-Jan-26 00:00:30 GMT", 30],
    ["Thu Jan  1 00:00:30 2026", 30],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
    ["Thu, 01 Jan 2026 23:59:60 GMT", 86_399],
    ["86401", 86_400],
    ["9".repeat(400), 86_400],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 86_400],
    ["Tue, 31 Feb 2026 00:00:00 GMT", undefined],
    ["Fri, 02 Jan 2026 24:00:00 GMT", undefined],
    ["Fri, 02 Jan 2026 00:00:00", undefined],
    ["2026-01-02T00:00:00Z", undefined],
    ["abc", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["", undefined],
  ])("with Retry-After %j tells %p seconds", (header, seconds) => {
    const told = [429, 503, 500, 401].map((status) => {
      return read("mintAuthToken", status, {}, { "retry-after": header }).details.retryAfterSeconds;
    });
    expect(told).toEqual([seconds, seconds, undefined, undefined]);
  });
});

describe("an exchange without a whole answer", () => {
  const phase = "request";
  test.each<[TransportError["fault"], string, AppErrorDetails]>([
    ["timeout", "UPSTREAM_TIMEOUT", { reason: "timeout", log: { phase } }],
    ["unreachable", "UPSTREAM_UNAVAILABLE", { reason: "timeout", log: { phase } }],
    ["exhausted", "OVERLOADED", { reason: "timeout", log: { phase }, limit: "outgoingConnections" }],
    ["broken", "UPSTREAM_BAD_RESPONSE", { reason: "timeout", log: { phase } }],
    ["malformed", "UPSTREAM_BAD_RESPONSE", { reason: "timeout", log: { phase } }],
    ["cancelled", "CANCELLED", {}],
  ])("as %s means %s", (fault, code, details) => {
    const failure = transportFailure(new TransportError(fault, phase, false, "timeout"));
    expect([failure.code, failure.details]).toEqual([code, details]);
  });

  test("by a proxy's fault says which", () => {
    const fault = new TransportError("unreachable", "connect", false, "PROXY_REFUSED", "the proxy refuses");
    const { code, log } = transportFailure(fault);
    expect([code, log]).toEqual([
      "UPSTREAM_UNAVAILABLE",
      { reason: "PROXY_REFUSED", phase: "connect", problem: "the proxy refuses" },
    ]);
  });
});
