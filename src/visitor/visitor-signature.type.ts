import { Field, ObjectType } from "type-graphql";
import { RegionCode } from "../amity/regions.js";
import { DateTimeScalar } from "../scalars.js";

@ObjectType({
  description:
    "Lets one device open visitor sessions where the network is in secure visitor mode. Hand it on as it is.",
})
export class VisitorSignature {
  @Field(() => String, { description: "The only device that can use it." })
  deviceId!: string;

  @Field(() => String, { description: "The signature, 64 hexadecimal digits." })
  authSignature!: string;

  @Field(() => DateTimeScalar, {
    description: "When it dies: ten minutes after it was asked for. Signed too, so not a letter of it may change.",
  })
  authSignatureExpiresAt!: Date;

  @Field(() => DateTimeScalar, { description: "When a client should ask for the next: after 80 % of the life." })
  refreshAfter!: Date;

  @Field(() => RegionCode, { description: "The network's region." })
  region!: RegionCode;
}
