export const graphqlPath = "/graphql";

/** Is this request URL the endpoint's, with or without a query? */
export function isGraphqlPath(url: string): boolean {
  return url.split("?", 1)[0] === graphqlPath;
}
