import { describe, expect, test } from "@jest/globals";
import { parseFaults, splitFaultSpec } from "../../../../src/emulator/faults/fault.js";

describe("parseFaults", () => {
  test("fills in the defaults", () => {
    expect(parseFaults([{ kind: "drip" }, { kind: "rateLimit" }, { kind: "serverCertificateExpired" }])).toEqual([
      { kind: "drip", route: "all", intervalMs: 1_000, endless: false },
      { kind: "rateLimit", route: "all", retryAfter: 1 },
      { kind: "serverCertificateExpired" },
    ]);
  });

  test.each([
    [
      { kind: "explode" },
      /^faults\[0\]\.kind: must be a fault of one of the kinds latency, .*serverCertificateExpired$/,
    ],
    [7, /^faults\[0\]: must be a fault of one of the kinds/],
    [{ kind: "latency" }, /^faults\[0\]\.ms: /],
    [{ kind: "latency", ms: -1 }, /^faults\[0\]\.ms: /],
    [{ kind: "hang", ms: 1 }, /^faults\[0\]: Unrecognized key: "ms"$/],
    [{ kind: "hang", route: "users" }, /^faults\[0\]\.route: /],
    [{ kind: "hang", times: 0 }, /^faults\[0\]\.times: /],
    [{ kind: "status", status: 99 }, /^faults\[0\]\.status: /],
    [{ kind: "redirect", location: "http://x/\r\nset-cookie: a" }, /^faults\[0\]\.location: /],
    [{ kind: "rateLimit", retryAfter: "ü" }, /^faults\[0\]\.retryAfter: /],
    [{ kind: "serverCertificateExpired", times: 1 }, /^faults\[0\]: /],
  ])("refuses %j", (fault, message) => {
    expect(() => parseFaults([fault])).toThrow(message);
    expect(() => parseFaults([fault])).toThrow(RangeError);
  });

  test("tells all problems at once", () => {
    expect(() => parseFaults([{ kind: "latency" }, { kind: "hang" }, { kind: "x" }])).toThrow(
      /faults\[0\].*faults\[2\]/,
    );
  });
});

describe("splitFaultSpec", () => {
  test.each([
    ["hang", { kind: "hang" }],
    ["latency,ms=200,route=token,times=3", { kind: "latency", ms: 200, route: "token", times: 3 }],
    ["rateLimit,retryAfter=-1", { kind: "rateLimit", retryAfter: -1 }],
    ["rateLimit,retryAfter=abc", { kind: "rateLimit", retryAfter: "abc" }],
    ["status,status=502,json=false", { kind: "status", status: 502, json: false }],
    ["redirect,location=http://x/?a=b", { kind: "redirect", location: "http://x/?a=b" }],
  ])("%s", (spec, fault) => {
    expect(splitFaultSpec(spec)).toEqual(fault);
    expect(parseFaults([splitFaultSpec(spec)])).toMatchObject([fault]);
  });

  test.each(["", "=", "hang,", "hang,ms", "latency,ms=", "latency,ms=1.5", "hang,__proto__=1"])(
    "refuses %j",
    (spec) => {
      expect(() => parseFaults([splitFaultSpec(spec)])).toThrow(RangeError);
    },
  );
});
