import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

/** Imported first (`--import`), it puts the prototype cache in the place of the gateway's own JWT verifier. */

// Node loads these hooks in a thread of their own, from this same file.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const isVerifier = found.url.endsWith("/dist/caller/jwt.js") && !context.parentURL?.endsWith("/cached-jwt.mjs");
  return isVerifier ? { ...found, url: new URL("cached-jwt.mjs", import.meta.url).href } : found;
}
