import Negotiator from "negotiator";

const json = "application/json";
const graphqlResponse = "application/graphql-response+json";

/** Negotiator compares parameters too, and clients may name the charset. */
const offered = [json, graphqlResponse, `${json}; charset=utf-8`, `${graphqlResponse}; charset=utf-8`];

/**
 * The media type to answer with, by GraphQL over HTTP: the one the client prefers; the legacy one for a client that
 * names none. Undefined: the client accepts neither.
 */
export function negotiateMediaType(accept: string | undefined): string | undefined {
  if (!accept) return `${json}; charset=utf-8`;
  const type = new Negotiator({ headers: { accept } }).mediaType(offered);
  return type && `${type.split(";", 1)[0]}; charset=utf-8`;
}

/** Under the legacy type a client reads any status but 2xx as a failure of the network. */
export function isLegacyMediaType(mediaType: string): boolean {
  return mediaType.startsWith(json);
}
