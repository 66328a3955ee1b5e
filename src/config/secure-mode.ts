import { type RegionCode, regionCodes, regionTable } from "../amity/regions.js";
import type { Reader } from "./reader.js";
import { isKeyGiven, type Network } from "./regions.js";

/**
 * Whoever knows the API key of a network in unsecure mode, and every app holds it, opens a session as any user. So in
 * production each region that has one must have a server key too (docs.social.plus, Security), unless
 * AMITY_ALLOW_UNSECURE says that the operator knows: then it is a warning.
 */
export function judgeSecureMode(reader: Reader, network: Network, production: boolean): void {
  const isAllowed = reader.choice("AMITY_ALLOW_UNSECURE") === "on";
  if (!production) return;
  for (const code of unsecureRegions(reader, network)) {
    const risk = `the network in ${regionTable[code].name} is in unsecure mode, where whoever has its API key can be any user`;
    if (isAllowed) {
      reader.warning(`AMITY_ALLOW_UNSECURE is on: ${risk}; to end that, ${switchOn}`);
    } else {
      reader.problem(
        `AMITY_${code}_SERVER_KEY must be set in production: without it ${risk}; ${switchOn}, or accept that with AMITY_ALLOW_UNSECURE=on`,
      );
    }
  }
}

const switchOn =
  "in Amity's console open Settings, then Integrations (or Security), switch secure mode on and generate a server key (docs/connect.md)";

/** Those with an API key and no server key. A key that is given and of no use is a problem of its own. */
function unsecureRegions(reader: Reader, { defaultRegion, regions }: Network): RegionCode[] {
  if (regions === "emulator") return [];
  return regionCodes.filter(
    (code) => regions[code].apiKey !== undefined && !isKeyGiven(reader, { defaultRegion }, code, "SERVER_KEY"),
  );
}
