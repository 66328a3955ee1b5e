import { describe, expect, test } from "@jest/globals";
import { checkExpectation, checkHost } from "../../../src/server/guards.js";
import { requestWith } from "../../support/pipeline.js";

/** The code of the refusal; undefined when the request is let pass. */
function refusal(facts: Parameters<typeof requestWith>[0], localOnly = true): unknown {
  try {
    checkHost(requestWith(facts), localOnly);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("without authentication a request", () => {
  test.each([
    "localhost",
    "LOCALHOST",
    "localhost:4000",
    "localhost:",
    "127.0.0.1",
    "127.0.0.1:65535",
    "127.1.2.3",
    "[::1]",
    "[::1]:4000",
    "[0:0:0:0:0:0:0:1]:1",
  ])("to the host %s is taken", (host) => {
    expect(refusal({ headers: { host } })).toBeUndefined();
  });

  test.each([
    "",
    "evil.example",
    "evil.example:4000",
    "localhost.evil.example",
    "evil.localhost",
    "localhost.",
    "localhost.:4000",
    "127.0.0.1.",
    "127.0.0.1.evil.example",
    "127.0.0.1:80:80",
    "127.0.0.1:evil",
    "127.0.0.1@evil.example",
    "evil.example#127.0.0.1",
    "evil.example/127.0.0.1",
    "localhost, evil.example",
    " localhost",
    "localhost\tevil",
    "0.0.0.0",
    "0:4000",
    "10.0.0.1",
    "::1",
    "[::1",
    "[::1]evil.example",
    "[::2]",
    "[fe80::1]",
    "x[::1]",
  ])("to the host %j is forbidden", (host) => {
    expect(refusal({ headers: { host } })).toBe("FORBIDDEN");
  });
});

describe("with authentication a request", () => {
  test.each(["evil.example", "10.0.0.1:80", ""])("to the host %j is taken", (host) => {
    expect(refusal({ headers: { host } }, false)).toBeUndefined();
  });

  test.each([
    ["1.1", 0, "BAD_REQUEST"],
    ["1.1", 1, undefined],
    ["1.1", 2, "BAD_REQUEST"],
    ["1.0", 0, undefined],
    ["1.0", 1, undefined],
    ["1.0", 2, "BAD_REQUEST"],
  ])("in HTTP/%s with %i Host headers: %p", (httpVersion, hostCount, code) => {
    expect(refusal({ httpVersion, hostCount }, false)).toBe(code);
  });
});

test.each([
  [undefined, undefined],
  ["100-continue", undefined],
  ["100-Continue", undefined],
  ["200-ok", "EXPECTATION_FAILED"],
  ["100-continue, 200-ok", "EXPECTATION_FAILED"],
])("the expectation %p is refused as %p", (expectation, code) => {
  const check = () => checkExpectation(requestWith({ headers: { expect: expectation } }));
  if (code === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code }));
});
