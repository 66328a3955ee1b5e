import fc from "fast-check";
import { canary } from "../target.js";
import { mostly, oddTexts } from "./texts.js";

/** Numbers that no double holds, or none of ours should. As JSON has them. */
const numbers = fc.oneof(
  fc.constantFrom("0", "-0", "1", "1.5", "1e400", "-1e400", "1e-400", "2147483648", "9007199254740993", "1E+2"),
  fc.nat({ max: 400 }).map((digits) => `9${"0".repeat(digits)}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

/** Lone halves of characters as escapes, and as the bytes that no UTF-8 has. */
const strings = fc.oneof(
  oddTexts.map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\ud800"', '"\\uDFFF\\u0000"', '"alice"', '"EU"', '"eu"', `"${canary}"`),
);

const names = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "length", "", "0", "userId", canary),
  oddTexts,
);

/** JSON texts of every kind, valid as JSON: odd numbers and names, names twice, lists in lists. */
export const jsonTexts = fc.letrec<{ value: string; list: string; object: string; deep: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 2, arbitrary: fc.constantFrom("null", "true", "false") },
    { weight: 2, arbitrary: numbers },
    { weight: 4, arbitrary: strings },
    { weight: 2, arbitrary: tie("list") },
    { weight: 3, arbitrary: tie("object") },
    { weight: 1, arbitrary: tie("deep") },
  ),
  list: fc.array(tie("value"), { maxLength: 5 }).map((items) => `[${items.join()}]`),
  object: objectOf(names, tie("value")),
  deep: fc
    .tuple(fc.constantFrom(["[", "]"], ['{"a":', "}"], ['[{"a":', "}]"]), fc.integer({ min: 2, max: 3_000 }))
    .map(([[open = "", close = ""], depth]) => `${open.repeat(depth)}0${close.repeat(depth)}`),
})).value;

/** JSON objects with such names, perhaps one twice. */
export function objectOf(keys: fc.Arbitrary<string>, values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const members = fc.array(fc.tuple(keys, values), { maxLength: 5 });
  return members.map((all) => `{${all.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`);
}

/** An object with these members, each in one of its texts; now and then one is missing, or another one is there. */
export function objectWith(members: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const given = Object.entries(members).map(([name, value]) =>
    mostly<string[]>(
      value.map((text) => [`${JSON.stringify(name)}:${text}`]),
      fc.constant([]),
      30,
    ),
  );
  const more = fc.tuple(names, jsonTexts).map(([name, value]) => [`${JSON.stringify(name)}:${value}`]);
  return fc.tuple(...given, mostly<string[]>(fc.constant([]), more, 20)).map((all) => `{${all.flat().join()}}`);
}
