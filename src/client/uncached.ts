import type { Platform } from "./platform.js";

/** Not among Node's types, though Node takes it. */
const noStore: object = { cache: "no-store" };

/**
 * A fetch that asks caches to stand aside. Some implementations throw on `cache` before they send anything (Cloudflare
 * Workers before November 2024); nobody can tell that from a network that fails, so until `cache` has once been taken a
 * failure is followed by an attempt without it.
 */
export function uncached(fetch: Platform["fetch"]): Platform["fetch"] {
  let isTaken = false;
  return async (input, init) => {
    try {
      const response = await fetch(input, { ...init, ...noStore });
      isTaken = true;
      return response;
    } catch (error) {
      if (isTaken || init?.signal?.aborted) throw error;
      return fetch(input, init);
    }
  };
}
