export const graphqlPath = "/graphql";

/** The path of what a request asks for, without escapes; undefined when they are broken. */
export function pathOf(url: string): string | undefined {
  if (url === graphqlPath) return url;
  // RFC 9112, 3.2.2: a whole address may stand there too.
  const path = /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(url)?.[1] ?? url;
  try {
    return decodeURI(path);
  } catch {
    return undefined;
  }
}
