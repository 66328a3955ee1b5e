import type { ApolloServerPlugin, GraphQLRequestListener } from "@apollo/server";
import type { Context } from "../context.js";

/** A plugin whose one listener hears of all requests, and holds nothing of any. */
export function listening(listener: GraphQLRequestListener<Context>): ApolloServerPlugin<Context> {
  const same = Promise.resolve(listener);
  return { requestDidStart: () => same };
}
