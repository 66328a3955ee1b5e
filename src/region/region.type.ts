import { Field, ObjectType, registerEnumType } from "type-graphql";
import { RegionCode } from "../amity/regions.js";

registerEnumType(RegionCode, {
  name: "RegionCode",
  description: "One of Amity's regions. A network lives in exactly one.",
  valuesConfig: {
    EU: { description: "Europe." },
    SG: { description: "Singapore." },
    US: { description: "United States." },
  },
});

export enum AuthenticationMode {
  UNSECURE = "UNSECURE",
  SECURE = "SECURE",
}

registerEnumType(AuthenticationMode, {
  name: "AuthenticationMode",
  description: "How a network lets users in, as configured in this gateway.",
  valuesConfig: {
    UNSECURE: { description: "The API key alone opens a session." },
    SECURE: { description: "A session also needs an auth token; the gateway holds the server key that mints them." },
  },
});

export enum RegionStatus {
  AVAILABLE = "AVAILABLE",
  DEGRADED = "DEGRADED",
  UNAVAILABLE = "UNAVAILABLE",
  NOT_CONFIGURED = "NOT_CONFIGURED",
}

registerEnumType(RegionStatus, {
  name: "RegionStatus",
  description: "State of a region as this gateway process sees it.",
  valuesConfig: {
    AVAILABLE: { description: "Configured, and not known to fail." },
    DEGRADED: { description: "Failed lately, and may be tried again: the next call decides." },
    UNAVAILABLE: { description: "Failing: for some seconds, calls are refused at once." },
    NOT_CONFIGURED: { description: "The gateway holds no key for it." },
  },
});

@ObjectType({ description: "One of Amity's regions." })
export class Region {
  @Field(() => RegionCode, { description: "The region's code." })
  code!: RegionCode;

  @Field(() => String, { description: "The region's name in English." })
  name!: string;

  @Field(() => String, { description: "Amity's documented base URL of the region." })
  endpoint!: string;

  @Field(() => [String], { description: "All of Amity's documented base URLs of the region, the usual one first." })
  endpoints!: string[];

  @Field(() => Boolean, { description: "Is it the region of operations that name none?" })
  isDefault!: boolean;

  @Field(() => Boolean, { description: "Does the gateway hold an API key or a server key for it?" })
  isConfigured!: boolean;

  @Field(() => AuthenticationMode, { nullable: true, description: "Null when the region is not configured." })
  authenticationMode?: AuthenticationMode | undefined;

  @Field(() => Boolean, { description: "Does the gateway present a client certificate to it?" })
  mutualTls!: boolean;

  @Field(() => RegionStatus, { description: "State of the region as this gateway process sees it." })
  status!: RegionStatus;
}
