import { Arg, Authorized, Ctx, Mutation, Resolver } from "type-graphql";
import { limits } from "../amity/input-rules.js";
import type { Context } from "../context.js";
import { CreateSessionInput } from "./session.input.js";
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
    const userId = context.userIdFor("input.userId", input.userId, limits.sessionUserId);
    return context.createSession(context.regions.resolve(input.region), userId, input);
  }
}
