import { limits, usableText } from "../amity/input-rules.js";
import { senderOf } from "../system/address.js";
import { type Counter, consume, counterOf, type MakeCounter, ownCounter } from "./rate-limits.js";

/** Signatures in a minute; 0: no limit. Replicas count as for callers. */
export interface VisitorLimitSettings {
  /** Of one address, or of one /64 of IPv6. */
  readonly address: number;
  readonly device: number;
}

/**
 * How often a visitor may ask, whom nobody knows. What it shuts opens again by itself: visitors of an address, visitors
 * of a device.
 */
export class VisitorLimits {
  readonly #address: Counter | undefined;
  readonly #device: Counter | undefined;

  constructor({ address, device }: VisitorLimitSettings, makeCounter: MakeCounter = ownCounter) {
    this.#address = counterOf("visitorAddress", address, makeCounter);
    this.#device = counterOf("visitorDevice", device, makeCounter);
  }

  /**
   * Counts what one address asks for, each time with its deviceId. Throws RATE_LIMITED. The address comes first: what
   * is kept of devices, whose ids anybody makes up, is bounded by it. What cannot be a deviceId is not kept at all.
   */
  async count(address: string, deviceIds: readonly (string | undefined)[]): Promise<void> {
    if (deviceIds.length === 0) return;
    await consume("visitorAddress", this.#address, senderOf(address), deviceIds.length);
    const devices = deviceIds.flatMap((deviceId) => usableText(deviceId, limits.deviceId) ?? []);
    await Promise.all(devices.map((device) => consume("visitorDevice", this.#device, device, 1)));
  }
}
