import type { RegionHealth } from "../amity/circuit.js";
import type { AmityClient } from "../amity/client.js";
import { type HostFamily, type RegionCode, regionCodes, regionTable } from "../amity/regions.js";
import { AuthenticationMode, type Region, RegionStatus } from "./region.type.js";

const statuses: Readonly<Record<RegionHealth, RegionStatus>> = {
  available: RegionStatus.AVAILABLE,
  degraded: RegionStatus.DEGRADED,
  unavailable: RegionStatus.UNAVAILABLE,
};

export interface RegionServiceOptions {
  readonly amity: AmityClient;
  readonly defaultRegion: RegionCode;
  readonly hostFamily: HostFamily;
}

/** What is known of the regions, and which one stands in when a caller names none. */
export class RegionService {
  constructor(private readonly options: RegionServiceOptions) {}

  /** The region that an operation means. */
  resolve(code: RegionCode | null | undefined): RegionCode {
    return code ?? this.options.defaultRegion;
  }

  list(): Region[] {
    return regionCodes.map((code) => this.get(code));
  }

  get(code: RegionCode): Region {
    const { name, endpoints } = regionTable[code];
    const family = endpoints[this.options.hostFamily];
    const { hasApiKey, hasServerKey, hasClientCertificate, health } = this.options.amity.state(code);
    const isConfigured = hasApiKey || hasServerKey;
    const authenticationMode = hasServerKey ? AuthenticationMode.SECURE : AuthenticationMode.UNSECURE;
    return {
      code,
      name,
      endpoint: family[0],
      endpoints: [...family],
      isDefault: code === this.options.defaultRegion,
      isConfigured,
      authenticationMode: isConfigured ? authenticationMode : undefined,
      mutualTls: isConfigured && hasClientCertificate,
      status: isConfigured ? statuses[health] : RegionStatus.NOT_CONFIGURED,
    };
  }
}
