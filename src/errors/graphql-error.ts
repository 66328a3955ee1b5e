import { type ASTNode, GraphQLError } from "graphql";
import type { AppError } from "./app-error.js";

/** An AppError as graphql-js's validation wants it. */
export function toGraphQLError(error: AppError, node: ASTNode): GraphQLError {
  return new GraphQLError(error.message, { nodes: node, originalError: error });
}
