import { describe, expect, test } from "@jest/globals";
import { faultOf, isBeforeRequest, isLookupError } from "../../../src/amity/transport-error.js";
import type { Reason } from "../../../src/errors/reasons.js";

test.each([
  ["lookup", true],
  ["connect", true],
  ["tls", true],
  ["request", false],
  ["answer", false],
] as const)("in the phase %s nothing was sent: %p", (phase, isBefore) => {
  expect(isBeforeRequest(phase)).toBe(isBefore);
});

describe("the kind of a fault", () => {
  test.each<[Reason, string, string]>([
    ["timeout", "timeout", "timeout"],
    ["PROXY_TIMEOUT", "timeout", "timeout"],
    ["EMFILE", "exhausted", "exhausted"],
    ["malformed HTTP", "malformed", "malformed"],
    ["ECONNRESET", "unreachable", "broken"],
    ["ECONNREFUSED", "unreachable", "broken"],
  ])("by %s is %s, and within an answer %s", (reason, before, within) => {
    expect([faultOf(reason, false), faultOf(reason, true)]).toEqual([before, within]);
  });
});

describe("a host without an address", () => {
  const dns = Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" });
  test.each<[string, unknown, boolean]>([
    ["the error itself", dns, true],
    ["its cause", new Error("no answer", { cause: dns }), true],
    ["another call's error", Object.assign(new Error("connect"), { syscall: "connect" }), false],
    ["an error without a call", new Error("getaddrinfo"), false],
    ["a cause that is a text", new Error("no answer", { cause: "getaddrinfo" }), false],
    ["no error", undefined, false],
  ])("is told by %s (%#)", (_what, error, isLookup) => {
    expect(isLookupError(error)).toBe(isLookup);
  });
});
