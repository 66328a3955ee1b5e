import { regionNotConfigured } from "../amity/failures.js";
import { checkText, limits } from "../amity/input-rules.js";
import type { RegionCode } from "../amity/regions.js";
import { signatureSeparator, visitorSignature, visitorSignatureLifeMs } from "../amity/visitor-signature.js";
import { badUserInput } from "../errors/app-error.js";
import { type Clock, refreshTime } from "../system/clock.js";
import type { VisitorSecrets } from "./visitor-secrets.js";
import type { VisitorSignature } from "./visitor-signature.type.js";

/** A device that is to be a visitor's. */
export interface VisitorOrder {
  readonly region: RegionCode;
  readonly deviceId: string;
}

/** Signs for visitors' devices by the region's secret. */
export class VisitorSigner {
  constructor(
    private readonly secrets: VisitorSecrets,
    private readonly clock: Pick<Clock, "now">,
  ) {}

  /** `place` names the deviceId. Throws BAD_USER_INPUT or REGION_NOT_CONFIGURED. */
  async sign({ region, deviceId }: VisitorOrder, place: string): Promise<VisitorSignature> {
    checkDeviceId(place, deviceId);
    const secret = this.secrets[region];
    if (!secret) throw regionNotConfigured(region);
    const now = this.clock.now();
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
