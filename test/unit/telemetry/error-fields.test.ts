import { describe, expect, test } from "@jest/globals";
import { errorFields } from "../../../src/telemetry/error-fields.js";

/** Stands for whatever a text may quote. */
const secret = "S3CRET";

function changed(error: Error, change: object): Error {
  return Object.assign(error, change);
}

const values: [string, unknown][] = [
  ["an error", new Error(secret)],
  ["an error of several lines", new TypeError(`first\n    at ${secret} (file.js:1:1)\nat ${secret}`)],
  ["an error with a cause", new Error("outer", { cause: new Error(secret) })],
  ["several errors", new AggregateError([new Error(secret)], secret)],
  ["an error that says more", changed(new Error("text"), { password: secret, options: { headers: { key: secret } } })],
  ["an error with a code", changed(new Error(secret), { code: secret })],
  [
    "an error with another text than at first",
    changed(new Error(`x\n    at ${secret} (a.js:1:1)`), { message: "new" }),
  ],
  ["an error whose stack is no text", changed(new Error("text"), { stack: { at: secret } })],
  ["an error without a stack", changed(new Error(secret), { stack: undefined })],
  ["a text", secret],
  ["an object", { password: secret, message: secret, stack: `at ${secret}`, name: secret }],
  ["a list", [secret]],
  ["a function", Object.assign(() => secret, { displayName: secret })],
  ["a symbol", Symbol(secret)],
  ["a number", 5_307],
  ["null", null],
  ["nothing", undefined],
];

describe("what is logged of an unexpected error", () => {
  test.each(values)("repeats no text of %s", (_what, value) => {
    expect(JSON.stringify(errorFields(value))).not.toMatch(/S3CRET|5.?307/);
  });

  test("names its class and its places in the code", () => {
    const { error, stack } = errorFields(new RangeError("text"));
    expect(error).toBe("RangeError");
    expect(stack?.[0]).toMatch(/^at .*error-fields\.test\.ts:\d+:\d+\)?$/);
  });

  test("keeps the places of an error without a text", () => {
    expect(errorFields(new Error()).stack?.[0]).toMatch(/^at .*error-fields\.test\.ts/);
  });

  test.each([
    ["a text", "string"],
    [{}, "object"],
    [undefined, "undefined"],
  ])("of %p is its type alone", (value, type) => {
    expect(errorFields(value === "a text" ? secret : value)).toEqual({ error: type });
  });
});
