import { Field, ID, InputType } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";

@InputType({ description: "A session to end." })
export class RevokeSessionInput {
  @Field(() => String, { description: "Its access token." })
  accessToken!: string;

  @Field(() => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
  region?: RegionCode | null;
}

@InputType({ description: "A user whose sessions are to end." })
export class RevokeUserSessionsInput {
  @Field(() => ID, {
    nullable: true,
    description: `The user, 1 to ${limits.sessionUserId} characters. Default: the caller.`,
  })
  userId?: string | null;

  @Field(() => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
  region?: RegionCode | null;
}
