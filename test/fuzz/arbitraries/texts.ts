import fc from "fast-check";
import { canary } from "../target.js";

/** What breaks readers of text: controls, halves of characters, other directions, ends of lines, ends of texts. */
export const oddPieces = [
  "",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\u0000",
  "\u001b[2J",
  "\u007f",
  "\u0085",
  "\u00a0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "\ud800",
  "\udfff",
  "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}",
  "e\u0301",
  "%00",
  "%s",
  "${",
  "../",
  "'",
  '"',
  "\\",
  "__proto__",
  "constructor",
  canary,
];

const anyPiece = fc.constantFrom(...oddPieces);

/** Short texts of anything, and long ones of one thing. */
export const oddTexts = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.oneof(anyPiece, fc.string({ unit: "binary" })), { maxLength: 5 }).map(join) },
  {
    weight: 1,
    arbitrary: fc.tuple(anyPiece, fc.integer({ min: 50, max: 5_000 })).map(([piece, n]) => piece.repeat(n)),
  },
);

/** What may stand in a header line, and what may not: bytes, as Latin-1. */
export const headerTexts = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: latin(0x20, 0xff), maxLength: 80 }) },
  { weight: 2, arbitrary: fc.string({ unit: latin(0x80, 0xff), maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: latin(0x00, 0xff), maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(latin(0x20, 0xff), fc.integer({ min: 50, max: 17_000 })).map(([c, n]) => c.repeat(n)),
  },
);

function latin(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((code) => String.fromCharCode(code));
}

function join(pieces: readonly string[]): string {
  return pieces.join("");
}

/** One change of a text: at a share of its length, so many characters make way for others. */
interface Edit {
  readonly at: number;
  readonly without: number;
  readonly put: string;
}

/** What is usual, and in one case of `rarity` what is odd: near the valid is where readers err. */
export function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, rarity = 10): fc.Arbitrary<T> {
  return fc.oneof({ weight: rarity - 1, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

/** Texts of which one in `rarity` has up to three changes. `pieces`: what is put in. */
export function edited(texts: fc.Arbitrary<string>, rarity: number, pieces = oddTexts): fc.Arbitrary<string> {
  const edit = fc.record<Edit>({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    without: mostly(fc.integer({ min: 0, max: 3 }), fc.nat({ max: 2_000 }), 3),
    put: pieces,
  });
  const edits = mostly<Edit[]>(fc.constant([]), fc.array(edit, { minLength: 1, maxLength: 3 }), rarity);
  return fc.tuple(texts, edits).map(([text, all]) => all.reduce(apply, text));
}

function apply(text: string, { at, without, put }: Edit): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + put + text.slice(place + without);
}
