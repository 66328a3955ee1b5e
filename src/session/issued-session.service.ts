import { SessionState, userIdIn } from "../amity/access-token.js";
import type { AmityClient } from "../amity/client.js";
import { checkAccessToken, checkText, limits } from "../amity/input-rules.js";
import type { CallLimits } from "../amity/region-guard.js";
import type { RegionCode } from "../amity/regions.js";
import type { PermittedUserId } from "../caller/access.js";
import type { Asker } from "../caller/caller.js";
import type { Clock } from "../system/clock.js";
import { merged } from "../system/merged.js";
import type { Audit, AuditEntry } from "../telemetry/audit.js";
import type { Revocation, SessionStatus } from "./issued-session.type.js";

/** A session, by its access token. `place` names the argument that holds it. */
export interface HeldSession {
  readonly region: RegionCode;
  readonly accessToken: string;
  readonly place: string;
}

/** All sessions of a user. `place` names the argument that holds the id. */
export interface UserSessions {
  readonly region: RegionCode;
  readonly userId: PermittedUserId;
  readonly place: string;
}

export interface IssuedSessionServiceOptions {
  readonly amity: AmityClient;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field. Milliseconds. */
  readonly timeoutMs: number;
  /** A user's sessions were ended, or may have been. */
  readonly onUserRevoked: (sessions: UserSessions) => void;
}

/** Looks after sessions that were issued, each time with an audit line. */
export class IssuedSessionService {
  constructor(private readonly options: IssuedSessionServiceOptions) {}

  /** Whether the session lives. */
  status({ region, accessToken, place }: HeldSession, asker: Asker): Promise<SessionStatus> {
    const check = async (): Promise<SessionStatus> => {
      checkAccessToken(place, accessToken);
      const checkedAt = new Date(this.options.clock.now());
      const state = await this.options.amity.verifySession(region, accessToken, this.#limits(asker));
      return { state, checkedAt, userId: state === SessionState.ACTIVE ? userIdIn(accessToken) : undefined };
    };
    return this.options.audit.around(entryOf("sessionStatus", region, asker), check, ({ state, userId }) => ({
      outcome: state,
      userId,
    }));
  }

  /** Ends the session. Whoever has its token may: the token alone would be enough for Amity, too. */
  revoke({ region, accessToken, place }: HeldSession, asker: Asker): Promise<Revocation> {
    const end = async () => {
      checkAccessToken(place, accessToken);
      return { revoked: await this.options.amity.revokeSession(region, accessToken, this.#limits(asker)) };
    };
    return this.options.audit.around(entryOf("revokeSession", region, asker), end, ({ revoked }) =>
      revoked ? { outcome: "revoked", userId: userIdIn(accessToken) } : { outcome: "absent" },
    );
  }

  /** Ends all of the user's sessions. Auth tokens kept for the user are handed out no more, whatever comes of it. */
  revokeAll(sessions: UserSessions, asker: Asker): Promise<Revocation> {
    const { region, userId, place } = sessions;
    const end = async () => {
      checkText(place, userId, limits.sessionUserId);
      try {
        return { revoked: await this.options.amity.revokeUserSessions(region, userId, this.#limits(asker)) };
      } finally {
        this.options.onUserRevoked(sessions);
      }
    };
    return this.options.audit.around(
      merged(entryOf("revokeUserSessions", region, asker), { userId }),
      end,
      ({ revoked }) => ({
        outcome: revoked ? "revoked" : "absent",
      }),
    );
  }

  #limits({ signal, record }: Asker): CallLimits {
    const { clock, timeoutMs } = this.options;
    return { deadline: clock.elapsed() + timeoutMs, signal, record };
  }
}

function entryOf(operation: string, region: RegionCode, { subject: by, record }: Asker): AuditEntry {
  return { operation, by, userId: undefined, region, requestId: record.requestId };
}
