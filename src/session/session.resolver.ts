import { Arg, Authorized, Ctx, Mutation, Resolver } from "type-graphql";
import { displayNameFor, targetUserId } from "../caller/access.js";
import type { Context } from "../context.js";
import { merged } from "../system/merged.js";
import { CreateSessionInput, CreateVisitorSessionInput } from "./session.input.js";
import { Session } from "./session.type.js";

@Resolver(() => Session)
export class SessionResolver {
  @Authorized()
  @Mutation(() => Session, {
    description: "Opens a session with Amity. An unknown user is created. To renew a session, open another.",
  })
  createSession(
    @Arg("input", () => CreateSessionInput, { description: "The session to open." }) input: CreateSessionInput,
    @Ctx() context: Context,
  ): Promise<Session> {
    const { regions, sessions, identity } = context;
    const userId = targetUserId(identity.caller, "input.userId", input.userId);
    const displayName = displayNameFor(identity.caller, userId, input.displayName);
    const region = regions.resolve(input.region);
    return sessions.create(merged(input, { region, userId, displayName }), context.asker());
  }

  /** Nobody is asked who he is: visitors have no account. The step before execution limits them. */
  @Mutation(() => Session, {
    description: "Opens a session of a visitor, who may read. Needs no caller. To renew it, open another.",
  })
  createVisitorSession(
    @Arg("input", () => CreateVisitorSessionInput, { description: "The session to open." })
    input: CreateVisitorSessionInput,
    @Ctx() { regions, sessions, visitor }: Context,
  ): Promise<Session> {
    return sessions.createForVisitor(merged(input, { region: regions.resolve(input.region) }), visitor());
  }
}
