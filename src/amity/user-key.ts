import type { RegionCode } from "./regions.js";

/**
 * A user of a region as one text, by which things are kept: regions are networks, and the same id is another user in
 * each. JSON marks where it begins and ends, so none is the beginning or the ending of another.
 */
export function userKey({ region, userId }: { readonly region: RegionCode; readonly userId: string }): string {
  return JSON.stringify([region, userId]);
}
