import type { AmityClient } from "../amity/client.js";
import { type HostFamily, type RegionCode, regionCodes, regionTable } from "../amity/regions.js";
import { AuthenticationMode, type Region, RegionStatus } from "./region.type.js";

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
    const { apiKey, serverKey } = this.options.amity.credentials(code);
    const isConfigured = apiKey || serverKey;
    const authenticationMode = serverKey ? AuthenticationMode.SECURE : AuthenticationMode.UNSECURE;
    return {
      code,
      name,
      endpoint: family[0],
      endpoints: [...family],
      isDefault: code === this.options.defaultRegion,
      isConfigured,
      authenticationMode: isConfigured ? authenticationMode : undefined,
      mutualTls: false,
      status: isConfigured ? RegionStatus.AVAILABLE : RegionStatus.NOT_CONFIGURED,
    };
  }
}
