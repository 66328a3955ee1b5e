import { Field, ID, ObjectType } from "type-graphql";
import { RegionCode } from "../amity/regions.js";
import { DateTimeScalar } from "../scalars.js";

@ObjectType({
  description:
    "A short-lived secret that lets one user of one region open a session with Amity. Do not store or log it.",
})
export class AuthToken {
  @Field(() => String, { description: "The token, for `createSession` or Amity's SDK." })
  token!: string;

  @Field(() => ID, { description: "The only user who can use it." })
  userId!: string;

  @Field(() => RegionCode, { description: "The region whose network issued it." })
  region!: RegionCode;

  @Field(() => DateTimeScalar, { description: "When it was asked for." })
  issuedAt!: Date;

  @Field(() => DateTimeScalar, { description: "When it dies: ten minutes after `issuedAt`." })
  expiresAt!: Date;

  @Field(() => DateTimeScalar, { description: "When a client should ask for the next: after 80 % of the life." })
  refreshAfter!: Date;
}
