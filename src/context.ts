import type { RegionCode } from "./amity/regions.js";
import { displayNameFor, targetUserId } from "./caller/access.js";
import type { Caller } from "./caller/caller.js";
import type { RegionService } from "./region/region.service.js";
import type { CreateSessionInput } from "./session/session.input.js";
import type { SessionService } from "./session/session.service.js";
import type { Session } from "./session/session.type.js";
import { type AuditEntry, audited } from "./telemetry/audit.js";
import type { Logger } from "./telemetry/logger.js";
import type { Metrics } from "./telemetry/metrics.js";
import { createTokenLoader, type TokenLoader } from "./token/token.loader.js";
import type { TokenService } from "./token/token.service.js";

/** The services of the process, which requests share. They hold no state of a caller. */
export interface Services {
  readonly regions: RegionService;
  readonly tokens: TokenService;
  readonly sessions: SessionService;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What the pipeline knows of a request. */
export interface RequestFacts {
  readonly requestId: string;
  /** The response's media type. Under the legacy `application/json`, GraphQL request errors are answered with 200. */
  readonly mediaType: string;
  readonly authorization: string | undefined;
  /** The client's address. */
  readonly address: string;
  /** The client went away. It may be made when it is first asked for. */
  readonly signal: AbortSignal;
}

/** What one request carries. Apollo Server works on a shallow copy of it, so what changes is one level down. */
export interface Context {
  readonly facts: RequestFacts;
  /** Known once the operation is parsed and within its limits; no caller for a request without a credential. */
  readonly identity: { caller: Caller | undefined };
  readonly regions: RegionService;
  readonly tokens: TokenLoader;
  /** The user that an operation is for; see targetUserId. */
  userIdFor(place: string, userId: string | null | undefined, most: number): string;
  /** Opens a session for a user whom the caller may act for. */
  createSession(region: RegionCode, userId: string, input: CreateSessionInput): Promise<Session>;
}

export function createContext(services: Services, facts: RequestFacts): Context {
  const { regions, tokens, sessions, logger, metrics } = services;
  const { requestId } = facts;
  const identity: Context["identity"] = { caller: undefined };
  const subject = () => identity.caller?.subject ?? "nobody";
  const audit = <T>(operation: AuditEntry["operation"], userId: string, region: RegionCode, run: () => Promise<T>) =>
    audited({ logger, metrics }, { operation, by: subject(), userId, region, requestId }, run);
  return {
    facts,
    identity,
    regions,
    tokens: createTokenLoader((key) =>
      audit("authToken", key.userId, key.region, () => tokens.issue(key, { subject: subject(), signal: facts.signal })),
    ),
    userIdFor: (place, userId, most) => targetUserId(identity.caller, place, userId, most),
    async createSession(region, userId, input) {
      const displayName = displayNameFor(identity.caller, userId, input.displayName) ?? null;
      const named = { ...input, displayName };
      return audit("createSession", userId, region, () => sessions.create(region, userId, named, facts.signal));
    },
  };
}
