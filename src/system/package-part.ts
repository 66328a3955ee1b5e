import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * One module of a package, where the package's own index loads many others that nobody needs. `path`: such as
 * `prom-client/lib/counter`, of a package that restricts no paths and whose version is pinned.
 */
export function partOf<T>(path: string): T {
  return require(path) as T;
}
