import type { ApolloServer, GraphQLRequest } from "@apollo/server";
import type { Context } from "../context.js";

/** An operation's answer as HTTP carries it. */
export interface OperationAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Has Apollo Server run an operation, and writes its answer out. Apollo's own HTTP layer would look once more at what
 * the pipeline has checked: method, media types, batching. Throws for an answer that JSON cannot hold.
 */
export async function runOperation(
  apollo: ApolloServer<Context>,
  request: GraphQLRequest,
  contextValue: Context,
): Promise<OperationAnswer> {
  const { http, body } = await apollo.executeOperation(request, { contextValue });
  if (body.kind !== "single") throw new Error("the answer is not whole");
  const { errors, data } = body.singleResult;
  return {
    status: http.status ?? 200,
    headers: Object.fromEntries(http.headers),
    body: JSON.stringify({ errors, data }),
  };
}
