import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { RegionCode } from "../amity/regions.js";
import type { Context } from "../context.js";
import { Region } from "./region.type.js";

@Resolver(() => Region)
export class RegionResolver {
  @Query(() => [Region], { description: "All of Amity's regions, configured here or not." })
  regions(@Ctx() context: Context): Region[] {
    return context.regions.list();
  }

  @Query(() => Region, { description: "One region. A region that is not configured is an answer, not an error." })
  region(
    @Arg("code", () => RegionCode, { description: "The region's code." }) code: RegionCode,
    @Ctx() context: Context,
  ): Region {
    return context.regions.get(code);
  }
}
