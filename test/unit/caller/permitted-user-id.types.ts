import { RegionCode } from "../../../src/amity/regions.js";
import { changedUserId, displayNameFor, type PermittedUserId, targetUserId } from "../../../src/caller/access.js";
import { type Asker, anybody } from "../../../src/caller/caller.js";
import type { Context } from "../../../src/context.js";
import type { IssuedSessionService } from "../../../src/session/issued-session.service.js";
import type { CreateSessionInput } from "../../../src/session/session.input.js";
import { checkSession } from "../../../src/session/session.rules.js";
import type { SessionService } from "../../../src/session/session.service.js";
import { createTokenLoader } from "../../../src/token/token.loader.js";
import type { TokenService } from "../../../src/token/token.service.js";
import type { UserService } from "../../../src/user/user.service.js";

/** Nothing here runs: `npm run typecheck` fails where a line is taken that must be refused, or the other way round. */
export function refusals(
  context: Context,
  services: {
    tokens: TokenService;
    sessions: SessionService;
    issuedSessions: IssuedSessionService;
    users: UserService;
  },
  asker: Asker,
  input: CreateSessionInput,
): unknown[] {
  const region = RegionCode.EU;
  const plain: string = "alice";
  const permitted = targetUserId(anybody, "userId", plain);
  const changeable = changedUserId(anybody, "input.userId", plain, { roles: false });
  const rest = { deviceId: "d", region, displayName: undefined };
  const loader = createTokenLoader((key) => services.tokens.issue(key, asker));
  return [
    loader.load({ region, userId: permitted }),
    context.tokens.load({ region, userId: permitted }),
    context.sessions.create({ ...rest, userId: permitted }, asker),
    context.sessions.create({ ...input, ...rest, userId: permitted }, asker),
    services.tokens.issue({ region, userId: permitted }, asker),
    services.issuedSessions.revokeAll({ region, userId: permitted, place: "userId" }, asker),

    services.users.upsert({ region, userId: changeable }, asker),

    // @ts-expect-error no user is changed by a plain string
    services.users.upsert({ region, userId: plain }, asker),
    // @ts-expect-error nor by the right to act for the user
    services.users.upsert({ region, userId: permitted }, asker),
    // @ts-expect-error nor is a token issued by the right to change the user
    services.tokens.issue({ region, userId: changeable }, asker),
    // @ts-expect-error sessions of a plain string's user are not ended
    services.issuedSessions.revokeAll({ region, userId: plain, place: "userId" }, asker),
    // @ts-expect-error the loader takes no plain string
    loader.load({ region, userId: plain }),
    // @ts-expect-error nor does the loader of a request's context
    context.tokens.load({ region, userId: plain }),
    // @ts-expect-error nor do the context's sessions
    context.sessions.create({ ...rest, userId: plain }, asker),
    // @ts-expect-error nor the session service
    services.sessions.create({ ...rest, userId: plain }, asker),
    // @ts-expect-error nor the token service
    services.tokens.issue({ region, userId: plain }, asker),
    // @ts-expect-error the session service does not take the input as the client sent it
    services.sessions.create(input, asker),
    // @ts-expect-error nor with a region and a name, while the user is the client's
    services.sessions.create({ ...input, ...rest }, asker),
    // @ts-expect-error nor a name that nobody decided about
    services.sessions.create({ ...rest, userId: permitted, displayName: input.displayName }, asker),
    // @ts-expect-error nor do its rules take a plain string
    checkSession({ ...rest, userId: plain }, "v3"),
    // @ts-expect-error a name is decided for a user whom the caller may act for
    displayNameFor(anybody, plain, "Alice"),
    // @ts-expect-error a literal is no permitted id
    "alice" satisfies PermittedUserId,
  ];
}
