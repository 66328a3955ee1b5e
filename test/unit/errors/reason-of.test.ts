import { describe, expect, test } from "@jest/globals";
import { isPage, reasonOf, reasonOfStatus, Unusable } from "../../../src/errors/reason-of.js";
import { type Reason, reasons } from "../../../src/errors/reasons.js";

/** The codes of src/errors/reasons.ts, said once more: operators search the log for what they are told as. */
const codes: readonly (readonly [reason: Reason, ...codes: string[]])[] = [
  ["ENOTFOUND", "ENODATA"],
  ["EAI_AGAIN", "EAI_FAIL", "ESERVFAIL", "EREFUSED"],
  ["ECONNRESET", "EPIPE", "ECONNABORTED", "UND_ERR_SOCKET", "ERR_STREAM_PREMATURE_CLOSE"],
  ["EHOSTUNREACH", "EHOSTDOWN"],
  ["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL"],
  ["timeout", "ETIMEDOUT", "EAI_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_GET_ISSUER_CERT"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"],
  [
    "unusable certificate",
    "INVALID_PURPOSE",
    "INVALID_CA",
    "PATH_LENGTH_EXCEEDED",
    "CERT_UNTRUSTED",
    "CERT_REJECTED",
    "CERT_REVOKED",
    "CERT_CHAIN_TOO_LONG",
    "CERT_SIGNATURE_FAILURE",
    "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
    "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
    "ERROR_IN_CERT_NOT_BEFORE_FIELD",
    "ERROR_IN_CERT_NOT_AFTER_FIELD",
  ],
  ["not TLS", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "ERR_SSL_HTTP_REQUEST"],
  ["malformed HTTP", "UND_ERR_HEADERS_OVERFLOW", "HPE_INVALID_CONSTANT"],
  ["encoded body", "Z_DATA_ERROR", "Z_BUF_ERROR"],
  ["ENOENT", "ENAMETOOLONG"],
  ["EACCES", "EPERM"],
  ["EMFILE", "ENFILE"],
  ["EIO", "ESTALE", "ENXIO"],
  ["ENOSPC", "EDQUOT", "EFBIG"],
  ["not writable", "EROFS"],
];

const otherwise: Reason = "unknown fault";
const reasonsOf = (errors: readonly unknown[]) => errors.map((error) => reasonOf(error, otherwise));

/** An error, and what lies behind it: so many errors in one another, the last with a code. */
function nested(levels: number): Error {
  return levels === 1
    ? Object.assign(new Error("the last"), { code: "ECONNREFUSED" })
    : new Error("behind it", { cause: nested(levels - 1) });
}

describe("the reason of an error", () => {
  test.each(codes)("is %s for its codes", (reason, ...its) => {
    expect(its.map((code) => [code, reasonOf({ code }, otherwise)])).toEqual(its.map((code) => [code, reason]));
  });

  test("is known for each code of the table, and told above", () => {
    const known = Object.values(reasons).flatMap((reason) => reason.codes ?? []);
    expect(codes.flatMap(([, ...its]) => its)).toEqual(expect.arrayContaining(known));
  });

  test("is its code where the table has that", () => {
    const names = Object.keys(reasons);
    expect(reasonsOf(names.map((code) => ({ code })))).toEqual(names);
  });

  test.each<[Reason, string, string]>([
    ["not TLS", "EPROTO", "ssl3_get_record:wrong version number"],
    ["not TLS", "EPROTO", "tls_get_more_records:packet length too long"],
    ["not TLS", "EPROTO", "ssl3_get_record:http request"],
    ["client certificate refused", "EPROTO", "SSL alert number 42: sslv3 alert bad certificate"],
    ["client certificate refused", "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", ""],
    ["client certificate refused", "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", ""],
    ["client certificate refused", "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED", ""],
    ["TLS failure", "EPROTO", "sslv3 alert handshake failure"],
    ["TLS failure", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", ""],
    ["TLS failure", "ERR_TLS_HANDSHAKE_TIMEOUT", ""],
  ])("is %s for %s %s", (reason, code, message) => {
    expect(reasonOf({ code, message }, otherwise)).toBe(reason);
  });

  test.each<[string, Reason, unknown]>([
    ["what could not be used", "too large", new Unusable("too large")],
    ["a timeout by its name", "timeout", Object.assign(new Error("late"), { name: "TimeoutError", code: "EPIPE" })],
    ["a cause", "ECONNREFUSED", nested(2)],
    ["the first of several errors", "ECONNREFUSED", new AggregateError([nested(1), { code: "EPIPE" }])],
    ["a cause beside several errors", "ECONNREFUSED", { cause: nested(1), errors: [{ code: "EPIPE" }] }],
    ["an error before its cause", "ECONNRESET", { code: "EPIPE", cause: nested(1) }],
    ["the fourth of errors in one another", "ECONNREFUSED", nested(4)],
    ["what could not be used behind another", "HTML page", new Error("x", { cause: new Unusable("HTML page") })],
  ])("is that of %s", (_what, reason, error) => {
    expect(reasonOf(error, otherwise)).toBe(reason);
  });

  test("is the one given where nothing known says why", () => {
    const endless: { cause?: object } = {};
    endless.cause = endless;
    const unknown = [
      nested(5),
      endless,
      { code: "SECRET" },
      { code: 42 },
      { code: "constructor" },
      { code: "XERR_SSL_" },
      { code: "XHPE_" },
      { errors: [] },
      { errors: { 0: { code: "EPIPE" } } },
      { message: "EPROTO wrong version number" },
      "ECONNREFUSED",
      null,
      undefined,
    ];
    expect(reasonsOf(unknown)).toEqual(unknown.map(() => otherwise));
    expect(reasonOf({ code: "SECRET" }, "redirect")).toBe("redirect");
  });
});

test("what cannot be used says its reason, unless it has words of its own", () => {
  expect(new Unusable("redirect", undefined, 302)).toMatchObject({ message: "redirect", status: 302 });
  expect(new Unusable("too large", "more than 1 MiB")).toMatchObject({
    message: "more than 1 MiB",
    reason: "too large",
  });
});

test.each([
  ["redirect", [301, 302, 303, 307, 308]],
  ["unexpected status", [200, 204, 300, 304, 305, 306, 309, 404, 503]],
])("an answer that is not wanted is a %s for %j", (reason, statuses) => {
  expect(statuses.map(reasonOfStatus)).toEqual(statuses.map(() => reason));
});

test.each([
  ["<!doctype html>", true],
  [" \r\n\t<html>", true],
  ['{"page":"<html>"}', false],
  ['"<"', false],
  ["", false],
])("%j is a page: %p", (text, is) => {
  expect(isPage(text)).toBe(is);
});
