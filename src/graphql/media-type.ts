import Negotiator from "negotiator";

const json = "application/json";
const graphqlResponse = "application/graphql-response+json";

/** What answers are written as. Under the legacy type a client reads any status but 2xx as a failure of the network. */
export const mediaTypes = {
  legacy: `${json}; charset=utf-8`,
  current: `${graphqlResponse}; charset=utf-8`,
} as const;

export type MediaType = (typeof mediaTypes)[keyof typeof mediaTypes];

/** Negotiator compares parameters too, and clients may name the charset. */
const offered = [json, graphqlResponse, mediaTypes.legacy, mediaTypes.current];

/** What most clients send, negotiated once. */
const common = new Map(
  ["*/*", json, graphqlResponse, `${graphqlResponse}, ${json}`, `${graphqlResponse}, ${json};q=0.9`].map((accept) => [
    accept,
    negotiate(accept),
  ]),
);

/**
 * The media type to answer with, by GraphQL over HTTP: the one the client prefers; the legacy one for a client that
 * names none. Undefined: the client accepts neither.
 */
export function negotiateMediaType(accept: string | undefined): MediaType | undefined {
  if (!accept) return mediaTypes.legacy;
  return common.get(accept) ?? negotiate(accept);
}

function negotiate(accept: string): MediaType | undefined {
  const type = new Negotiator({ headers: { accept } }).mediaType(offered);
  if (type === undefined) return undefined;
  return type.startsWith(json) ? mediaTypes.legacy : mediaTypes.current;
}
