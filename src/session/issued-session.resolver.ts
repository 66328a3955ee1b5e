import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { SessionState } from "../amity/access-token.js";
import { RegionCode } from "../amity/regions.js";
import { targetUserId } from "../caller/access.js";
import type { Context } from "../context.js";
import { RevokeSessionInput, RevokeUserSessionsInput } from "./issued-session.input.js";
import { Revocation, SessionStatus } from "./issued-session.type.js";

@Resolver(() => SessionStatus)
export class IssuedSessionResolver {
  @Authorized()
  @Query(() => SessionStatus, {
    description:
      "Whether a session lives. Any caller may ask who has its access token. INVALID counts like a refused credential, so guessing soon ends in RATE_LIMITED.",
  })
  async sessionStatus(
    @Arg("accessToken", () => String, { description: "Its access token." }) accessToken: string,
    @Arg("region", () => RegionCode, { nullable: true, description: "The network's region. Default: the gateway's." })
    region: RegionCode | null | undefined,
    @Ctx() context: Context,
  ): Promise<SessionStatus> {
    const held = { accessToken, place: "accessToken", region: context.regions.resolve(region) };
    const status = await context.issuedSessions.status(held, context.asker());
    if (status.state === SessionState.INVALID) await context.countDeadToken();
    return status;
  }

  @Authorized()
  @Mutation(() => Revocation, {
    description:
      "Ends one session. Whoever has its access token may, so the caller need not be its user. A token that is dead already is no error, and counts like a refused credential. To repeat it is safe.",
  })
  async revokeSession(
    @Arg("input", () => RevokeSessionInput, { description: "The session to end." }) input: RevokeSessionInput,
    @Ctx() context: Context,
  ): Promise<Revocation> {
    const { accessToken } = input;
    const held = { accessToken, place: "input.accessToken", region: context.regions.resolve(input.region) };
    const revocation = await context.issuedSessions.revoke(held, context.asker());
    if (!revocation.revoked) await context.countDeadToken();
    return revocation;
  }

  @Authorized()
  @Mutation(() => Revocation, {
    description:
      "Ends all sessions of a user on all devices: callers for themselves, others by the right to act for the user. Needs the region's admin token in the gateway. A user whom Amity does not know has none to end. To repeat it is safe.",
  })
  revokeUserSessions(
    @Arg("input", () => RevokeUserSessionsInput, { description: "Whose sessions." }) input: RevokeUserSessionsInput,
    @Ctx() context: Context,
  ): Promise<Revocation> {
    const { regions, issuedSessions, identity } = context;
    const place = "input.userId";
    const userId = targetUserId(identity.caller, place, input.userId);
    return issuedSessions.revokeAll({ userId, place, region: regions.resolve(input.region) }, context.asker());
  }
}
