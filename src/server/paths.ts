import type { FastifyRequest } from "fastify";

export const graphqlPath = "/graphql";

/** Is this request for the endpoint, with any method? The router decodes paths, so an escaped one counts too. */
export function isGraphqlRequest({ is404, routeOptions, url }: FastifyRequest): boolean {
  return is404 ? decodedPath(url) === graphqlPath : routeOptions.url === graphqlPath;
}

function decodedPath(url: string): string | undefined {
  const path = URL.canParse(url, "http://localhost") ? new URL(url, "http://localhost").pathname : "";
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Is it a browser that shows a page, rather than a program that should POST? */
export function asksForPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "");
}
