import { randomBytes } from "node:crypto";
import { AdminTokens } from "./admin-tokens.js";
import type { ClientCertificates } from "./client-certificates.js";
import type { Fault, RequestFault } from "./faults/fault.js";
import { FaultList } from "./faults/fault-list.js";
import { createAccessTokenSigner, randomIds } from "./ids.js";
import type { MovableClock } from "./movable-clock.js";
import { Network } from "./network.js";
import { NetworkSettings } from "./network-settings.js";
import type { Settings } from "./options.js";
import { RateLimiter } from "./rate-limiter.js";

/** Everything that an emulator holds. */
export interface World {
  readonly settings: Settings;
  readonly clock: MovableClock;
  readonly network: Network;
  readonly networkSettings: NetworkSettings;
  readonly adminTokens: AdminTokens;
  readonly rateLimiter: RateLimiter | undefined;
  readonly faults: FaultList;
  /** With mutual TLS. */
  readonly certificates: ClientCertificates | undefined;
}

/** A world at its beginning. */
export function createWorld(
  settings: Settings,
  clock: MovableClock,
  certificates: ClientCertificates | undefined,
): World {
  const { now } = clock;
  const signAccessToken = createAccessTokenSigner(randomBytes(32));
  return {
    settings,
    clock,
    network: new Network(settings, { now, ids: randomIds, signAccessToken }),
    networkSettings: new NetworkSettings(),
    adminTokens: new AdminTokens(settings.adminToken, settings, now, randomIds),
    rateLimiter: settings.rateLimit && new RateLimiter(settings.rateLimit, now),
    faults: new FaultList(settings.faults.filter(meetsRequests)),
    certificates,
  };
}

/**
 * Makes it what it was at its beginning, time included. Keys, admin tokens and certificates stay as they are: they are
 * in others' settings.
 */
export function resetWorld({ clock, network, networkSettings, rateLimiter, faults }: World): void {
  clock.reset();
  network.reset();
  networkSettings.reset();
  rateLimiter?.clear();
  faults.reset();
}

function meetsRequests(fault: Fault): fault is RequestFault {
  return fault.kind !== "serverCertificateExpired";
}
