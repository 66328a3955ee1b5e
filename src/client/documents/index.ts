/**
 * `amity-graphql-client/documents`: every operation that the gateway publishes, parsed and as text, with the types of
 * its result and variables. What is not used goes from a bundle.
 */
export * from "../generated/documents.js";
export type * from "../generated/operations.js";
export { scalars } from "./scalars.js";
export type { TypedDocumentNode, TypedDocumentString } from "./typed.js";
