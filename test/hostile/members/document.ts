import type { OutgoingHttpHeaders } from "node:http";
import { Lexer, parse, Source, TokenKind, validate } from "graphql";
import { AppError } from "../../../src/errors/app-error.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { documentLimitsRule } from "../../../src/graphql/limits.js";
import { documentLimits } from "../../../src/limits.js";
import { signedIn } from "../../support/callers.js";
import type { Member } from "../cost.js";
import { bodyBytes } from "./filling.js";

/** Whoever is signed in has all of validation and introspection; this one may change users, too. */
const alice = await signedIn("alice", { scope: "amity:users:write amity:users:roles" });

const schema = buildGraphQLSchema();
const limitsRule = documentLimitsRule(schema);

/** The rest of a body is the names of its fields, and the number of the run. */
const sourceBytes = bodyBytes - 100;

/** A kind of document that grows. */
export interface Growing {
  readonly name: string;
  /** Of the largest one within the limits. */
  readonly code: string | undefined;
  readonly source: (pieces: number) => string;
}

export function document(name: string, code: string | undefined, source: (pieces: number) => string): Growing {
  return { name, code, source };
}

/** The largest documents that our limits hand on to graphql-js. */
export function within(documents: readonly Growing[]): Member[] {
  return documents.map(({ name, code, source }) =>
    written(
      name,
      code,
      largest(source, (text) => isReadable(text) && isWithinLimits(text)),
    ),
  );
}

/** The largest documents of those kinds that can be parsed, where our limits refuse them. */
export function beyond(documents: readonly Growing[]): Member[] {
  return documents.flatMap(({ name, source }) => {
    const text = largest(source, isReadable);
    return isWithinLimits(text) ? [] : [written(name, "QUERY_TOO_COMPLEX", text)];
  });
}

/** A document as it stands. A comment makes it another one for each run. */
export function written(
  name: string,
  code: string | undefined,
  source: string,
  headers: OutgoingHttpHeaders = alice,
): Member {
  return { name, code, make: (run) => ({ headers, body: JSON.stringify({ query: `${source}\n#${run}` }) }) };
}

function largest(source: (pieces: number) => string, fits: (text: string) => boolean): string {
  let [most, tooMany] = [1, 1_000_000];
  while (tooMany - most > 1) {
    const pieces = Math.min(2 * most, Math.floor((most + tooMany) / 2));
    if (fits(source(pieces))) most = pieces;
    else tooMany = pieces;
  }
  return source(most);
}

function isReadable(text: string): boolean {
  if (Buffer.byteLength(JSON.stringify(text)) > sourceBytes) return false;
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let comments = 1;
  while (lexer.advance().kind !== TokenKind.EOF) tokens++;
  for (let token: typeof lexer.token | null = lexer.token; token; token = token.prev) {
    if (token.kind === TokenKind.COMMENT) comments++;
  }
  return tokens <= documentLimits.tokens && comments <= documentLimits.comments;
}

function isWithinLimits(text: string): boolean {
  const errors = validate(schema, parse(text), [limitsRule]);
  return !errors.some(
    ({ originalError }) => originalError instanceof AppError && originalError.code === "QUERY_TOO_COMPLEX",
  );
}
