import { describe, expect, test } from "@jest/globals";
import { connectionChecks } from "../../../src/doctor/connection.js";
import type { Probe } from "../../../src/doctor/probe.js";

const now = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const tls = { protocol: "TLSv1.3", notAfter: now + 60 * dayMs, asksForCertificate: false };
const healthy: Probe = { tls, skewMs: 0 };

/** What a probe of api.example means. `shown`: the client certificate's variable. */
function checksOf(probe: Probe, shown?: string) {
  return connectionChecks({ scope: "EU", url: new URL("https://api.example/"), shown }, probe, now);
}

describe("the doctor's look at a connection", () => {
  test("a healthy one gives three good rows", () => {
    expect(checksOf(healthy).map(({ check, status }) => [check, status])).toEqual([
      ["connection", "ok"],
      ["server certificate", "ok"],
      ["clock", "ok"],
    ]);
  });

  test.each([
    ["ECONNREFUSED", "connect", "api.example: the host takes no connection at this port (ECONNREFUSED)"],
    ["timeout", "connect", "api.example: it took too long (timeout)"],
    ["EHOSTUNREACH", "connect", "api.example: no way leads to the host (EHOSTUNREACH)"],
    ["EMFILE", "connect", "api.example: too many files are open (EMFILE)"],
    ["TLS failure", "tls", "the TLS handshake with api.example failed (TLS failure)"],
    ["timeout", "tls", "the TLS handshake with api.example failed (timeout)"],
  ] as const)("%s while %s is one failure", (reason, phase, detail) => {
    expect(checksOf({ failure: { reason, phase } })).toMatchObject([{ check: "connection", status: "fail", detail }]);
  });

  test("a certificate's odd names are not shown", () => {
    const failure = { phase: "tls", reason: "ERR_TLS_CERT_ALTNAME_INVALID" } as const;
    const detailOf = (names?: string) => checksOf({ failure: { ...failure, names } })[0]?.detail;
    expect(detailOf("DNS:\u001b[2J, DNS:*.example.org")).toBe("is for *.example.org, not for api.example");
    expect(detailOf()).toBe("is for another host, not for api.example");
  });

  test.each([
    ["tls", "bad certificate", undefined, "the server demands one and none is configured (bad certificate)"],
    ["tls", "unknown ca", "CERT", "the server broke off when it was shown CERT (unknown ca)"],
    ["answer", "certificate expired", "CERT", "the server broke off when it was shown CERT (certificate expired)"],
  ] as const)("in the %s the alert %s names the certificate", (phase, alert, shown, detail) => {
    const failure = { phase, alert, reason: "client certificate refused" } as const;
    const asked = { ...tls, asksForCertificate: true };
    const checks = checksOf(phase === "answer" ? { failure, tls: asked } : { failure }, shown);
    expect(checks.find(({ check }) => check === "client certificate")).toMatchObject({ status: "fail", detail });
  });

  test("a slow answer is no refusal of certificates", () => {
    const checks = checksOf({
      failure: { phase: "answer", reason: "timeout" },
      tls: { ...tls, asksForCertificate: true },
    });
    expect(checks.map(({ status }) => status)).toEqual(["ok", "ok", "warn", "warn"]);
  });

  test.each([
    [30_000, "ok", "within 30 seconds of the server's"],
    [30_001, "warn", "30 seconds behind the server's"],
    [-90_000, "warn", "90 seconds ahead of the server's"],
    [undefined, "warn", "not compared: the server gave an answer without its date"],
  ])("a clock that is %s ms off is judged so", (skewMs, status, detail) => {
    const checks = checksOf({ tls, ...(skewMs !== undefined && { skewMs }) });
    expect(checks.at(-1)).toMatchObject({ check: "clock", status, detail });
  });
});
