import { Arg, Authorized, Ctx, ID, Query, Resolver } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";
import { targetUserId } from "../caller/access.js";
import type { Context } from "../context.js";
import { AuthToken } from "./token.type.js";

@Resolver(() => AuthToken)
export class TokenResolver {
  @Authorized()
  @Query(() => AuthToken, { description: "A fresh auth token. Needs the region's server key in the gateway." })
  authToken(
    @Arg("userId", () => ID, {
      nullable: true,
      description: `The user to issue for, 1 to ${limits.tokenUserId} characters. Default: the caller.`,
    })
    userId: string | null | undefined,
    @Arg("region", () => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
    region: RegionCode | null | undefined,
    @Ctx() context: Context,
  ): Promise<AuthToken> {
    return context.tokens.load({
      region: context.regions.resolve(region),
      userId: targetUserId(context.identity.caller, "userId", userId),
    });
  }
}
