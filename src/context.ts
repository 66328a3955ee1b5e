import { type Asker, type Caller, visitorSubject } from "./caller/caller.js";
import { countRefusal, type RefusalSinks } from "./caller/refusals.js";
import { AppError } from "./errors/app-error.js";
import type { RegionService } from "./region/region.service.js";
import type { IssuedSessionService } from "./session/issued-session.service.js";
import type { SessionService } from "./session/session.service.js";
import type { CancelSignal } from "./system/cancellation.js";
import type { RequestRecord } from "./telemetry/request-record.js";
import { createTokenLoader, type TokenLoader } from "./token/token.loader.js";
import type { TokenService } from "./token/token.service.js";
import type { UserService } from "./user/user.service.js";
import { createUserProfileLoader, type UserProfileLoader } from "./user/user-profile.loader.js";
import type { VisitorService } from "./visitor/visitor.service.js";

/** The services of the process, which requests share. They hold no state of a caller. */
export interface Services {
  readonly regions: RegionService;
  readonly tokens: TokenService;
  readonly sessions: SessionService;
  readonly visitors: VisitorService;
  readonly users: UserService;
  readonly issuedSessions: IssuedSessionService;
  readonly refusals: RefusalSinks;
}

/** What the pipeline knows of a request. */
export interface RequestFacts {
  readonly requestId: string;
  readonly record: RequestRecord;
  /** The response's media type. Under the legacy `application/json`, GraphQL request errors are answered with 200. */
  readonly mediaType: string;
  /** The Authorization header; an empty one, which apps send whose user is not signed in, counts as none. */
  readonly authorization: string | undefined;
  /** The client's address. */
  readonly address: string;
  /** The client went away. It may be made when it is first asked for. */
  readonly signal: CancelSignal;
}

/** What one request carries. Apollo Server works on a shallow copy of it, so what changes is one level down. */
export interface Context {
  readonly facts: RequestFacts;
  /**
   * Known once the operation is parsed and within its limits; no caller for a request without a credential.
   * `refusal`: why whoever sent it is not told what is wrong with it.
   */
  readonly identity: { caller: Caller | undefined; refusal?: AppError };
  readonly regions: RegionService;
  readonly tokens: TokenLoader;
  readonly sessions: SessionService;
  readonly issuedSessions: IssuedSessionService;
  readonly visitors: VisitorService;
  readonly users: UserService;
  readonly userProfiles: UserProfileLoader;
  /** Who asks, as the services take it. Throws UNAUTHENTICATED without a caller. */
  asker(): Asker;
  /** The same for what needs no caller. */
  visitor(): Asker;
  /** Notes that the caller came with an access token that is none. Throws RATE_LIMITED for one of too many. */
  countDeadToken(): Promise<void>;
}

export function createContext(services: Services, facts: RequestFacts): Context {
  const { regions, tokens, sessions, issuedSessions, visitors, users, refusals } = services;
  const identity: Context["identity"] = { caller: undefined };
  const askerCalled = (subject: string) => ({ subject, record: facts.record, signal: facts.signal });
  const asker = () => {
    if (!identity.caller) throw new AppError("UNAUTHENTICATED");
    return askerCalled(identity.caller.subject);
  };
  return {
    facts,
    identity,
    regions,
    tokens: createTokenLoader(async (key) => tokens.issue(key, asker())),
    sessions,
    issuedSessions,
    visitors,
    users,
    userProfiles: createUserProfileLoader(async (keys) => users.load(keys, asker())),
    asker,
    visitor: () => askerCalled(visitorSubject(identity.caller)),
    countDeadToken: () =>
      countRefusal(refusals, { reason: "access token refused", requestId: facts.requestId }, facts.address),
  };
}
