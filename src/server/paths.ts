export const graphqlPath = "/graphql";

/** The pages for browsers; another is at `graphqlPath`. */
export const startPath = "/";
export const graphiqlPath = "/graphql/explorer";
export const sandboxPath = "/graphql/sandbox";
export const schemaPath = "/docs/schema";

/** Stands in log and metrics for all paths that nothing is served at. */
export const otherPaths = "other";

export const livezPath = "/livez";
export const readyzPath = "/readyz";
export const metricsPath = "/metrics";

/** What orchestrators and monitoring ask again and again. */
export const probePaths: ReadonlySet<string> = new Set([livezPath, readyzPath, metricsPath]);

/** The path of what a request asks for, without escapes and the slash at its end; undefined when they are broken. */
export function pathOf(url: string): string | undefined {
  if (url === graphqlPath) return url;
  // RFC 9112, 3.2.2: a whole address may stand there too.
  const path = /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(url)?.[1] ?? url;
  try {
    return withoutSlash(decodeURI(path));
  } catch {
    return undefined;
  }
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
