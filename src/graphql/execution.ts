import { type GraphQLResponse, HeaderMap } from "@apollo/server";
import { execute } from "graphql";
import type { Hooks } from "./hooks.js";

/** The hook that writes answers sets what there is to set. */
const http = { headers: new HeaderMap() };

/**
 * Runs operations by graphql-js itself: on its own way to it, Apollo Server negotiates media types once more, and looks
 * for incremental delivery, which graphql-js 16 does not have. The errors are left to the hook that writes answers.
 */
export const execution: Pick<Hooks, "responseForOperation"> = {
  async responseForOperation(request): Promise<GraphQLResponse | null> {
    const { schema, document, operation, operationName, contextValue } = request;
    // Apollo Server refuses a name that no operation has.
    if (!operation) return null;
    const variableValues = request.request.variables;
    const { data, errors } = await execute({ schema, document, operationName, contextValue, variableValues });
    Object.assign(request, { errors });
    return { http, body: { kind: "single", singleResult: data === undefined ? {} : { data } } };
  },
};
