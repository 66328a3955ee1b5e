import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";
import { changedUserId } from "../caller/access.js";
import type { Context } from "../context.js";
import { merged } from "../system/merged.js";
import { UpsertUserInput } from "./user.input.js";
import { User } from "./user.type.js";
import { UserProfile } from "./user-profile.type.js";

const whom = `1 to ${limits.tokenUserId} characters`;

@Resolver(() => User)
export class UserResolver {
  @Authorized()
  @Query(() => UserProfile, {
    nullable: true,
    description:
      "What apps show of a user, of anybody for any caller; null when Amity knows nobody of the id. A deleted user is one still, and says so.",
  })
  user(
    @Arg("userId", () => ID, { description: `The user, ${whom}.` }) userId: string,
    @Arg("region", () => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
    region: RegionCode | null | undefined,
    @Ctx() { regions, users, userProfiles, asker }: Context,
  ): Promise<UserProfile | null> {
    return users.find({ userId, region: regions.resolve(region) }, userProfiles, asker());
  }

  @Authorized()
  @Query(() => [UserProfile], {
    nullable: "items",
    description:
      "The same for several users, in the order of their ids and each as often as it is named; null for each that Amity does not know. All users of an operation are asked for together.",
  })
  users(
    @Arg("userIds", () => [ID], { description: `The users, at most ${limits.lookedUpUsers}, of ${whom} each.` })
    userIds: string[],
    @Arg("region", () => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
    region: RegionCode | null | undefined,
    @Ctx() { regions, users, userProfiles, asker }: Context,
  ): Promise<readonly (UserProfile | null)[]> {
    return users.findAll({ userIds, region: regions.resolve(region) }, userProfiles, asker());
  }

  @Authorized()
  @Mutation(() => User, {
    description:
      "Creates a user, or changes what is given of one. For backends: needs the scope amity:users:write, for roles amity:users:roles besides, and the region's admin token in the gateway. Nobody changes himself. To repeat it is safe.",
  })
  upsertUser(
    @Arg("input", () => UpsertUserInput, { description: "The user, and what is to change." }) input: UpsertUserInput,
    @Ctx() { regions, users, identity, asker }: Context,
  ): Promise<User> {
    const roles = Array.isArray(input.roles);
    const userId = changedUserId(identity.caller, "input.userId", input.userId, { roles });
    return users.upsert(merged(input, { userId, region: regions.resolve(input.region) }), asker());
  }
}
