import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import { RegionCode } from "../amity/regions.js";
import type { Context } from "../context.js";
import { VisitorSignature } from "./visitor-signature.type.js";

/** Nobody is asked who he is: visitors have no account. The step before execution limits them. */
@Resolver(() => VisitorSignature)
export class VisitorResolver {
  @Query(() => VisitorSignature, {
    description: "A fresh signature for a visitor's device. Needs no caller.",
  })
  visitorSignature(
    @Arg("deviceId", () => String, { description: `Id of the device, 1 to ${limits.deviceId} characters.` })
    deviceId: string,
    @Arg("region", () => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
    region: RegionCode | null | undefined,
    @Ctx() { regions, visitors, visitor }: Context,
  ): Promise<VisitorSignature> {
    return visitors.sign({ deviceId, region: regions.resolve(region) }, visitor());
  }
}
