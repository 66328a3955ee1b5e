import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../src/errors/app-error.js";
import type { ErrorCode } from "../../../src/errors/codes.js";
import { formatError } from "../../../src/errors/format-error.js";
import { refusalHeaders } from "../../../src/graphql/refusal-headers.js";

interface Refusal {
  readonly credential?: "none" | "refused" | "expired";
  readonly scheme?: "Bearer" | "ApiKey";
  readonly retryAfterSeconds?: number;
}

function headersOf(codes: readonly ErrorCode[], refusal: Refusal = {}): Record<string, string> {
  const { credential = "refused", scheme = "Bearer", ...details } = refusal;
  const errors = codes.map((code) => formatError(new AppError(code, details), "id"));
  return Object.fromEntries(refusalHeaders(errors, scheme, credential));
}

describe("WWW-Authenticate", () => {
  test("asks for a credential", () => {
    expect(headersOf(["UNAUTHENTICATED"], { credential: "none" })).toEqual({ "www-authenticate": "Bearer" });
    expect(headersOf(["UNAUTHENTICATED"], { scheme: "ApiKey", credential: "none" })).toEqual({
      "www-authenticate": "ApiKey",
    });
  });

  test("says that the credential is not valid", () => {
    expect(headersOf(["UNAUTHENTICATED"])).toEqual({ "www-authenticate": 'Bearer error="invalid_token"' });
    expect(headersOf(["UNAUTHENTICATED"], { scheme: "ApiKey" })).toEqual({
      "www-authenticate": 'ApiKey error="invalid_token"',
    });
  });

  test("says that a token has expired", () => {
    expect(headersOf(["UNAUTHENTICATED"], { credential: "expired" })).toEqual({
      "www-authenticate": 'Bearer error="invalid_token", error_description="The access token expired"',
    });
  });

  test("says that the credential is not enough", () => {
    expect(headersOf(["FORBIDDEN"])).toEqual({ "www-authenticate": 'Bearer error="insufficient_scope"' });
    expect(headersOf(["FORBIDDEN"], { scheme: "ApiKey" })).toEqual({
      "www-authenticate": 'ApiKey error="insufficient_scope"',
    });
  });

  test.each<[ErrorCode[]]>([[["UNAUTHENTICATED", "FORBIDDEN"]], [["FORBIDDEN", "UNAUTHENTICATED"]]])(
    "of %j speaks of the credential itself",
    (codes) => {
      expect(headersOf(codes)).toEqual({ "www-authenticate": 'Bearer error="invalid_token"' });
    },
  );
});

describe("Retry-After", () => {
  const toComeBack: ErrorCode[] = ["RATE_LIMITED", "OVERLOADED", "AUTH_UNAVAILABLE", "AUDIT_UNAVAILABLE"];

  test.each(toComeBack)("of %s is a second by default", (code) => {
    expect(headersOf([code])).toEqual({ "retry-after": "1" });
  });

  test.each(toComeBack)("of %s is the error's own", (code) => {
    expect(headersOf(["BAD_USER_INPUT", code], { retryAfterSeconds: 42 })).toEqual({ "retry-after": "42" });
  });

  test.each<ErrorCode>(["UPSTREAM_RATE_LIMITED", "UPSTREAM_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "BAD_USER_INPUT"])(
    "is not said with %s",
    (code) => {
      expect(headersOf([code], { retryAfterSeconds: 42 })).toEqual({});
    },
  );
});
