import { describe, expect, test } from "@jest/globals";
import { requestIdOf } from "../../../src/server/request-id.js";

const idOf = (sent: string | string[] | undefined) => requestIdOf({ "x-request-id": sent }, () => "made-up");

describe("a request's id", () => {
  test.each(["a", "night-shift_7", "AZaz09_-", "x".repeat(64), "-", "0"])("is kept as %s", (sent) => {
    expect(idOf(sent)).toBe(sent);
  });

  test.each([
    undefined,
    "",
    " ",
    "x".repeat(65),
    "a b",
    "a\n",
    "\na",
    "a.b",
    "a:b",
    "a;b",
    "a/b",
    "a=b",
    '"a"',
    "é",
    "a\u0000",
    "a, b",
  ])("%j is replaced", (sent) => {
    expect(idOf(sent)).toBe("made-up");
  });

  test("sent in a list is replaced", () => {
    expect(idOf(["a", "b"])).toBe("made-up");
    expect(idOf(["a"])).toBe("made-up");
  });
});
