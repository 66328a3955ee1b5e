import type { AmityClient } from "../amity/client.js";
import { regionNotConfigured } from "../amity/failures.js";
import { limits, usableText } from "../amity/input-rules.js";
import type { RegionCode } from "../amity/regions.js";
import type { AmitySession } from "../amity/session-wire.js";
import type { Asker } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import { type Clock, refreshTime } from "../system/clock.js";
import { merged } from "../system/merged.js";
import type { Audit } from "../telemetry/audit.js";
import type { CreateVisitorSessionInput } from "./session.input.js";
import { checkDeviceInfo, checkSession, type SessionOrder } from "./session.rules.js";
import { type Session, UserType } from "./session.type.js";

/** Signs for visitors' devices. `place` names the deviceId. Throws BAD_USER_INPUT or REGION_NOT_CONFIGURED. */
interface Signer {
  sign(order: VisitorSessionOrder, place: string): Promise<{ authSignature: string; authSignatureExpiresAt: Date }>;
}

/** A visitor's session to open. */
interface VisitorSessionOrder extends Omit<CreateVisitorSessionInput, "region"> {
  readonly region: RegionCode;
}

const dayMs = 24 * 60 * 60 * 1000;
/**
 * Life of an access token when Amity names no end, as in its Security page's v3 sample, or one that is no end.
 * Source: the same page; a visitor's is as long as one in secure mode (OpenAPI v5).
 */
const sessionLifeMs = { secure: 30 * dayMs, unsecure: dayMs } as const;

export interface SessionServiceOptions {
  readonly amity: AmityClient;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field, both calls included. Milliseconds. */
  readonly timeoutMs: number;
  /** Absent while VISITORS is off. */
  readonly signer?: Signer | undefined;
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

  /** Registers a visitor's session, with a signature of its own. Throws VISITORS_NOT_ENABLED while there are none. */
  async createForVisitor(order: VisitorSessionOrder, asker: Asker): Promise<Session> {
    const { audit, signer } = this.options;
    if (!signer) throw new AppError("VISITORS_NOT_ENABLED");
    const { region } = order;
    const { subject: by, record } = asker;
    const deviceId = usableText(order.deviceId, limits.deviceId);
    const entry = { operation: "createVisitorSession", by, deviceId, region, requestId: record.requestId };
    return audit.around(entry, () => this.#createForVisitor(order, signer, asker));
  }

  async #createForVisitor(order: VisitorSessionOrder, signer: Signer, { signal, record }: Asker): Promise<Session> {
    const { amity, clock, timeoutMs } = this.options;
    const { region, deviceId } = order;
    const deviceInfo = order.deviceInfo ? checkDeviceInfo(order.deviceInfo, "v5") : undefined;
    const { authSignature, authSignatureExpiresAt } = await signer.sign(order, "input.deviceId");
    const startedAt = clock.now();
    const signed = {
      deviceId,
      deviceInfo,
      authSignature,
      authSignatureExpiresAt: authSignatureExpiresAt.toISOString(),
    };
    const callLimits = { deadline: clock.elapsed() + timeoutMs, signal, record };
    const session = await amity.createVisitorSession(region, signed, callLimits);
    const { userType = UserType.VISITOR } = session;
    return toSession(merged(session, { userType }), region, startedAt, sessionLifeMs.secure);
  }

  async #create(order: SessionOrder, { signal, record }: Asker): Promise<Session> {
    const { amity, clock, timeoutMs } = this.options;
    const { region, userId } = order;
    const request = checkSession(order, amity.sessionApi);
    const { hasApiKey, hasServerKey } = amity.state(region);
    if (!hasApiKey) throw regionNotConfigured(region);
    const startedAt = clock.now();
    const callLimits = { deadline: clock.elapsed() + timeoutMs, signal, record };
    const needsToken = request.authToken === undefined && hasServerKey;
    const minted = needsToken ? await amity.mintAuthToken(region, userId, callLimits) : undefined;
    const session = await amity.createSession(region, request, callLimits, minted);
    return toSession(session, region, startedAt, hasServerKey ? sessionLifeMs.secure : sessionLifeMs.unsecure);
  }
}

function toSession(session: AmitySession, region: RegionCode, startedAt: number, lifeMs: number): Session {
  const issuedAt = session.issuedAt ?? new Date(startedAt);
  const isAlive = session.expiresAt && session.expiresAt > issuedAt;
  const expiresAt = isAlive ? session.expiresAt : new Date(issuedAt.getTime() + lifeMs);
  return merged(session, {
    userId: session.user.userId,
    region,
    userType: toUserType(session.userType),
    issuedAt,
    expiresAt,
    refreshAfter: refreshTime(issuedAt, expiresAt),
  });
}

function toUserType(type: string | undefined): UserType {
  if (type === undefined) return UserType.SIGNED_IN;
  return Object.values(UserType).find((known) => known === type) ?? UserType.OTHER;
}
