import type { AmityClient } from "../amity/client.js";
import { regionNotConfigured } from "../amity/failures.js";
import type { RegionCode } from "../amity/regions.js";
import type { AmitySession } from "../amity/session-wire.js";
import type { Asker } from "../caller/caller.js";
import { type Clock, refreshTime } from "../system/clock.js";
import type { Audit } from "../telemetry/audit.js";
import { checkSession, type SessionOrder } from "./session.rules.js";
import { type Session, UserType } from "./session.type.js";

const dayMs = 24 * 60 * 60 * 1000;
/**
 * Life of an access token when Amity names no end, as in its Security page's v3 sample, or one that is no end.
 * Source: the same page.
 */
const sessionLifeMs = { secure: 30 * dayMs, unsecure: dayMs } as const;

export interface SessionServiceOptions {
  readonly amity: AmityClient;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field, both calls included. Milliseconds. */
  readonly timeoutMs: number;
}

/** Opens sessions, each with its audit line. */
export class SessionService {
  constructor(private readonly options: SessionServiceOptions) {}

  /**
   * Registers the session; in secure mode it mints the auth token first, unless the input holds one. Always a fresh
   * one: no document says that a token serves two sessions.
   */
  create(order: SessionOrder, asker: Asker): Promise<Session> {
    const { region, userId } = order;
    const { subject: by, record } = asker;
    const entry = { operation: "createSession", by, userId, region, requestId: record.requestId };
    return this.options.audit.around(entry, () => this.#create(order, asker));
  }

  async #create(order: SessionOrder, { signal, record }: Asker): Promise<Session> {
    const { amity, clock, timeoutMs } = this.options;
    const { region, userId } = order;
    const request = checkSession(order, amity.sessionApi);
    const { hasApiKey, hasServerKey } = amity.state(region);
    if (!hasApiKey) throw regionNotConfigured(region);
    const startedAt = clock.now();
    const limits = { deadline: clock.elapsed() + timeoutMs, signal, record };
    const needsToken = request.authToken === undefined && hasServerKey;
    const minted = needsToken ? await amity.mintAuthToken(region, userId, limits) : undefined;
    const session = await amity.createSession(region, request, limits, minted);
    return toSession(session, region, startedAt, hasServerKey ? sessionLifeMs.secure : sessionLifeMs.unsecure);
  }
}

function toSession(session: AmitySession, region: RegionCode, startedAt: number, lifeMs: number): Session {
  const issuedAt = session.issuedAt ?? new Date(startedAt);
  const isAlive = session.expiresAt && session.expiresAt > issuedAt;
  const expiresAt = isAlive ? session.expiresAt : new Date(issuedAt.getTime() + lifeMs);
  return {
    ...session,
    userId: session.user.userId,
    region,
    userType: toUserType(session.userType),
    issuedAt,
    expiresAt,
    refreshAfter: refreshTime(issuedAt, expiresAt),
  };
}

function toUserType(type: string | undefined): UserType {
  if (type === undefined) return UserType.SIGNED_IN;
  return Object.values(UserType).find((known) => known === type) ?? UserType.OTHER;
}
