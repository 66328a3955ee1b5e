import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseAuthToken } from "../../../src/amity/wire.js";
import { AppError } from "../../../src/errors/app-error.js";
import { tries } from "../../support/properties.js";

/** The token, or the code of the refusal. Anything but an AppError is thrown on. */
function read(text: string): { token: string } | { code: string } {
  try {
    return { token: parseAuthToken(text) };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code };
    throw error;
  }
}

const refused = { code: "UPSTREAM_BAD_RESPONSE" };
const hasControls = (text: string) => /\p{Cc}/u.test(text);

const blanks = fc.string({ unit: fc.constantFrom(" ", "\t", "\r", "\n"), maxLength: 3 });
const bareCharacters = [..."ABCXYZabcxyz0189._~+/=-"];
const bare = /^[A-Za-z0-9._~+/=-]{16,}$/;
const bareTokens = fc.string({ unit: fc.constantFrom(...bareCharacters), minLength: 16, maxLength: 200 });

describe("an auth token", () => {
  test("comes back from quotes as it was", () => {
    const tokens = fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).filter((token) => !hasControls(token));
    const property = fc.property(tokens, blanks, blanks, (token, before, after) => {
      expect(read(`${before}${JSON.stringify(token)}${after}`)).toEqual({ token });
    });
    fc.assert(property, tries(500));
  });

  test("comes back from bare text as it was", () => {
    const property = fc.property(bareTokens, blanks, blanks, (token, before, after) => {
      expect(read(`${before}${token}${after}`)).toEqual({ token });
    });
    fc.assert(property, tries(500));
  });

  test("is never one with a control character", () => {
    const controls = fc.constantFrom("\u0000", "\u0007", "\n", "\r", "\t", "\u001b", "\u007f", "\u0085", "\u009f");
    const property = fc.property(fc.string(), controls, fc.string(), (before, control, after) => {
      expect(read(JSON.stringify(`${before}${control}${after}`))).toEqual(refused);
    });
    fc.assert(property, tries(300));
  });

  test("is never any other JSON", () => {
    const others = fc.jsonValue().filter((value) => typeof value !== "string" && !bare.test(JSON.stringify(value)));
    const property = fc.property(others, (value) => {
      expect(read(JSON.stringify(value))).toEqual(refused);
    });
    fc.assert(property, tries(500));
  });

  test("is never bare text with any other character", () => {
    const others = fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((text) => !/[\w.~+/=-]/.test(text));
    const property = fc.property(bareTokens, others, bareTokens, (before, other, after) => {
      expect(read(`${before}${other}${after}`)).toEqual(refused);
    });
    fc.assert(property, tries(500));
  });

  test("or a refusal is all that any text gives", () => {
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(...'"\\u00{}[]:,a \n') }));
    const property = fc.property(texts, (text) => {
      const result = read(text);
      if ("code" in result) expect(result).toEqual(refused);
      else expect(hasControls(result.token) || result.token === "").toBe(false);
    });
    fc.assert(property, tries(1_000));
  });
});
