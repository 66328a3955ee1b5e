import type { GraphQLSchema } from "graphql";
import type { Traces } from "../telemetry/traces.js";

/** Lets each root field of a schema run in a span of its own. */
export function traceRootFields(schema: GraphQLSchema, traces: Pick<Traces, "field">): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { name, resolve } = field;
      if (resolve) field.resolve = (...args) => traces.field(name, () => resolve(...args));
    }
  }
}
