import { regionCodes, regionTable } from "../amity/regions.js";
import type { Reader } from "./reader.js";
import { isKeyGiven, type Network } from "./regions.js";

/**
 * May callers look users up? Only when USER_PROFILES says so: an admin token that was set to end sessions must not open
 * a directory to everybody who is signed in. On, every configured region needs one.
 */
export function readUserProfiles(reader: Reader, network: Network): boolean {
  if (reader.choice("USER_PROFILES") === "off") return false;
  const { regions } = network;
  for (const code of regionCodes) {
    if (regions === "emulator") break;
    const isConfigured = regions[code].apiKey !== undefined || regions[code].serverKey !== undefined;
    if (!isConfigured || isKeyGiven(reader, network, code, "ADMIN_TOKEN")) continue;
    reader.problem(
      `AMITY_${code}_ADMIN_TOKEN must be set with USER_PROFILES=on: users of the network in ${regionTable[code].name} are looked up with it (docs/connect.md)`,
    );
  }
  return true;
}
