import { Field, ID, InputType } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";
import { JsonObjectScalar } from "../scalars.js";

@InputType({
  description:
    "A user to create or to change. What is absent or null stays as it is; what is given replaces what was there.",
})
export class UpsertUserInput {
  @Field(() => ID, { description: `The user, 1 to ${limits.sessionUserId} characters.` })
  userId!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.displayName} characters.` })
  displayName?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `All of the user's roles, at most ${limits.roles} of at most ${limits.role} characters each; an empty list takes them away. Needs a right of its own.`,
  })
  roles?: string[] | null;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: `The app's own data about the user, at most ${limits.metadata} bytes as JSON; an empty object takes it away.`,
  })
  metadata?: Record<string, unknown> | null;

  @Field(() => ID, {
    nullable: true,
    description: `Id of the avatar's file at Amity, at most ${limits.avatarFileId} characters.`,
  })
  avatarFileId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `URL of an avatar kept elsewhere, at most ${limits.avatarCustomUrl} characters.`,
  })
  avatarCustomUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `What is said of the user, at most ${limits.description} characters.`,
  })
  description?: string | null;

  @Field(() => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
  region?: RegionCode | null;
}
