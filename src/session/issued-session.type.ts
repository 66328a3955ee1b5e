import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { SessionState } from "../amity/access-token.js";
import { DateTimeScalar } from "../scalars.js";

registerEnumType(SessionState, {
  name: "SessionState",
  description: "What Amity says of an access token.",
  valuesConfig: {
    ACTIVE: { description: "It is alive." },
    INVALID: { description: "It never was one, has expired or was revoked; nothing tells which." },
    BANNED: { description: "Amity has banned its user." },
  },
});

@ObjectType({ description: "Whether a session lives." })
export class SessionStatus {
  @Field(() => SessionState, { description: "What Amity says of its access token." })
  state!: SessionState;

  @Field(() => DateTimeScalar, { description: "When Amity was asked." })
  checkedAt!: Date;

  @Field(() => ID, {
    nullable: true,
    description: "Whose it is, as the access token says; only while it is ACTIVE.",
  })
  userId?: string | undefined;
}

@ObjectType({ description: "What became of a wish to end sessions." })
export class Revocation {
  @Field(() => Boolean, { description: "Was there anything to end?" })
  revoked!: boolean;
}
