import Negotiator from "negotiator";

const json = "application/json";
const graphqlResponse = "application/graphql-response+json";

/**
 * The media type to answer with, by GraphQL over HTTP: the one the client prefers; the legacy one for a client that
 * names none. Undefined: the client accepts neither.
 */
export function negotiateMediaType(accept: string | undefined): string | undefined {
  if (accept === undefined) return `${json}; charset=utf-8`;
  const type = new Negotiator({ headers: { accept } }).mediaType([json, graphqlResponse]);
  return type && `${type}; charset=utf-8`;
}

/** Under the legacy type a client reads any status but 2xx as a failure of the network. */
export function isLegacyMediaType(mediaType: string): boolean {
  return mediaType.startsWith(json);
}
