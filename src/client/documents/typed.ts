import type { DocumentNode } from "graphql";

/** What carries the types of an operation; nothing of it is there when the program runs. */
interface Typed<Result, Variables> {
  readonly __apiType?: (variables: Variables) => Result;
}

/** A parsed operation, as Apollo Client, urql, graphql-request and others infer types from. */
export type TypedDocumentNode<Result, Variables> = DocumentNode & Typed<Result, Variables>;

/** An operation's text, for `fetch` and what else sends text. */
export type TypedDocumentString<Result, Variables> = string & Typed<Result, Variables>;
