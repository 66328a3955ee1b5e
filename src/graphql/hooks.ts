import type { ApolloServerPlugin, GraphQLRequestListener } from "@apollo/server";
import type { Context } from "../context.js";

/** Where Apollo Server lets the gateway take part in a request. Each is filled by one module. */
export type Hooks = GraphQLRequestListener<Context>;

/** The one plugin of all hooks, which hold nothing of a request: Apollo Server waits for each plugin at each hook. */
export function pluginOf(hooks: Hooks): ApolloServerPlugin<Context> {
  const same = Promise.resolve(hooks);
  return { requestDidStart: () => same };
}
