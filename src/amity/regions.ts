/** Amity's regions, by the names that GraphQL gives them. */
export enum RegionCode {
  EU = "EU",
  SG = "SG",
  US = "US",
}

/** All regions, in the order in which they are listed. */
export const regionCodes: readonly RegionCode[] = [RegionCode.EU, RegionCode.SG, RegionCode.US];

/** As AMITY_REGION and the command line name them. */
export const regionNames = regionCodes.join(", ").toLowerCase();

/** The region of a network when nothing tells: Amity's Security page lets its hosts go without a name. */
export const usualRegion = RegionCode.SG;

/** Amity documents two families of API hosts; both are live. */
export type HostFamily = "api" | "apix";

interface RegionFacts {
  readonly name: string;
  /** Documented base URLs, the usual one first. */
  readonly endpoints: Readonly<Record<HostFamily, readonly [string, ...string[]]>>;
}

/**
 * The region table. A host comes from here or from the operator's configuration, never from a client's text.
 * Sources: Amity's Security page (`api.` hosts; the region is optional for Singapore), its OpenAPI `servers` and
 * ts-sdk 6.35.3 (`apix.` hosts).
 */
export const regionTable: Readonly<Record<RegionCode, RegionFacts>> = {
  [RegionCode.EU]: {
    name: "Europe",
    endpoints: { api: ["https://api.eu.amity.co/"], apix: ["https://apix.eu.amity.co/"] },
  },
  [RegionCode.SG]: {
    name: "Singapore",
    endpoints: {
      api: ["https://api.sg.amity.co/", "https://api.amity.co/"],
      apix: ["https://apix.sg.amity.co/", "https://apix.amity.co/"],
    },
  },
  [RegionCode.US]: {
    name: "United States",
    endpoints: { api: ["https://api.us.amity.co/"], apix: ["https://apix.us.amity.co/"] },
  },
};
