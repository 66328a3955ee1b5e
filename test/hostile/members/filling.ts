import { Lexer, Source, TokenKind } from "graphql";
import { documentLimits } from "../../../src/limits.js";

/** BODY_LIMIT_BYTES as it is by default. */
export const bodyBytes = 102_400;

/** As much text as fits into so many bytes: `before`, one piece after another, `after`. */
export function filled(bytes: number, before: string, piece: (index: number) => string, after: string): string {
  const pieces: string[] = [];
  let left = bytes - Buffer.byteLength(before) - Buffer.byteLength(after);
  for (let index = 0; ; index++) {
    const next = piece(index);
    left -= Buffer.byteLength(next);
    if (left < 0) return before + pieces.join("") + after;
    pieces.push(next);
  }
}

/** The same, with commas between the pieces, for what wants no comma before the end. */
export function listed(bytes: number, before: string, piece: (index: number) => string, after: string): string {
  return filled(bytes, before, (index) => (index === 0 ? piece(index) : `,${piece(index)}`), after);
}

/** A source of as many pieces as a document may have tokens and bytes. */
export function fitted(source: (pieces: number) => string): string {
  let [most, tooMany] = [1, 1_000_000];
  while (tooMany - most > 1) {
    const pieces = Math.min(2 * most, Math.floor((most + tooMany) / 2));
    if (fits(source(pieces))) most = pieces;
    else tooMany = pieces;
  }
  return source(most);
}

/** The rest of a body is the names of its fields, and the number of the run. */
const sourceBytes = bodyBytes - 100;

function fits(source: string): boolean {
  return Buffer.byteLength(JSON.stringify(source)) <= sourceBytes && countTokens(source) <= documentLimits.tokens;
}

function countTokens(source: string): number {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  while (lexer.advance().kind !== TokenKind.EOF) tokens++;
  return tokens;
}

/** So many pieces with blanks between them. */
export function times(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join(" ");
}

/** `inner` between so many opening and closing brackets. */
export function nested(depth: number, open: string, inner: string, close: string): string {
  return `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
}
