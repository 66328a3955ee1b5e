import { GraphQLScalarType } from "graphql";
import { GraphQLJSON, GraphQLJSONObject } from "graphql-scalars";

/** A point in time. Output only: the API takes no times. */
export const DateTimeScalar = new GraphQLScalarType({
  name: "DateTime",
  description: "A point in time: an RFC 3339 date-time in UTC with milliseconds, such as 2026-11-22T08:00:00.000Z.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  serialize(value) {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError("DateTime needs a Date");
  },
});

const jsonSpecification = "https://www.rfc-editor.org/rfc/rfc8259";

/** Any JSON value, as Amity gave it. */
export const JsonScalar = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: "JSON",
  description: "Any JSON value.",
  specifiedByURL: jsonSpecification,
});

/** A JSON object, as Amity gave it. */
export const JsonObjectScalar = new GraphQLScalarType({
  ...GraphQLJSONObject.toConfig(),
  name: "JSONObject",
  description: "A JSON object with any content.",
  specifiedByURL: jsonSpecification,
});
