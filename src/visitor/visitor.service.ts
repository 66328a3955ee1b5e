import { regionNotConfigured } from "../amity/failures.js";
import { checkText, limits, usableText } from "../amity/input-rules.js";
import type { RegionCode } from "../amity/regions.js";
import { signatureSeparator, visitorSignature, visitorSignatureLifeMs } from "../amity/visitor-signature.js";
import type { Asker } from "../caller/caller.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import { type Clock, refreshTime } from "../system/clock.js";
import type { Reloading } from "../system/reloading-file.js";
import type { Audit } from "../telemetry/audit.js";
import type { VisitorSecrets } from "./visitor-secrets.js";
import type { VisitorSignature } from "./visitor-signature.type.js";

export interface VisitorServiceOptions {
  /** Undefined while VISITORS is off. */
  readonly secrets: VisitorSecrets | undefined;
  readonly audit: Audit;
  readonly clock: Clock;
}

/** A device that is to be a visitor's. */
export interface VisitorOrder {
  readonly region: RegionCode;
  readonly deviceId: string;
}

/** Signs for visitors, each time with an audit line. */
export class VisitorService {
  constructor(private readonly options: VisitorServiceOptions) {}

  /** A signature for the device. Throws VISITORS_NOT_ENABLED, BAD_USER_INPUT or REGION_NOT_CONFIGURED. */
  async sign(order: VisitorOrder, { subject: by, record }: Asker): Promise<VisitorSignature> {
    const { secrets, audit } = this.options;
    if (!secrets) throw new AppError("VISITORS_NOT_ENABLED");
    const { region, deviceId } = order;
    const device = { deviceId: usableText(deviceId, limits.deviceId) };
    const entry = { operation: "visitorSignature", by, ...device, region, requestId: record.requestId };
    return audit.around(entry, () => this.#sign(order, secrets[region]));
  }

  async #sign({ region, deviceId }: VisitorOrder, secret: Reloading<string> | undefined): Promise<VisitorSignature> {
    checkDeviceId("deviceId", deviceId);
    if (!secret) throw regionNotConfigured(region);
    const now = this.options.clock.now();
    const authSignatureExpiresAt = new Date(now + visitorSignatureLifeMs);
    const authSignature = visitorSignature(await secret.current(), deviceId, authSignatureExpiresAt.toISOString());
    const refreshAfter = refreshTime(new Date(now), authSignatureExpiresAt);
    return { deviceId, authSignature, authSignatureExpiresAt, refreshAfter, region };
  }
}

/** Refuses what could be read as another device with another expiry: what is signed has no quotes around its parts. */
function checkDeviceId(place: string, deviceId: string): void {
  checkText(place, deviceId, limits.deviceId);
  if (deviceId.includes(signatureSeparator)) throw badUserInput(`${place} must not hold ${signatureSeparator}`);
}
