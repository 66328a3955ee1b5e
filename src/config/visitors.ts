import { regionCodes, regionTable } from "../amity/regions.js";
import type { VisitorLimitSettings } from "../caller/visitor-limits.js";
import type { Reader } from "./reader.js";
import { isKeyGiven, type Network } from "./regions.js";

/** What people get who are not signed in. */
export interface VisitorSettings {
  readonly limits: VisitorLimitSettings;
}

/** Undefined while VISITORS is off. On, every configured region needs a secret: its visitors would all be refused. */
export function readVisitors(reader: Reader, network: Network): VisitorSettings | undefined {
  const limits = {
    address: reader.integer("VISITOR_LIMIT_ADDRESS"),
    device: reader.integer("VISITOR_LIMIT_DEVICE"),
  };
  if (reader.choice("VISITORS") === "off") return undefined;
  const { regions } = network;
  for (const code of regionCodes) {
    if (regions === "emulator") break;
    const isConfigured = regions[code].apiKey !== undefined || regions[code].serverKey !== undefined;
    if (!isConfigured || isKeyGiven(reader, network, code, "VISITOR_SECRET")) continue;
    reader.problem(
      `AMITY_${code}_VISITOR_SECRET must be set with VISITORS=on: Amity's console has that of the network in ${regionTable[code].name} under Feature settings, User (docs/connect.md)`,
    );
  }
  return { limits };
}
