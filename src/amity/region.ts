import type { ErrorCode } from "../errors/codes.js";
import type { Egress } from "../system/egress.js";
import type { Reloading } from "../system/reloading-file.js";
import type { RegionHealth } from "./circuit.js";
import type { Call } from "./region-guard.js";
import type { RegionCode } from "./regions.js";

/** One region as the operator configured it. A region without a key is not configured. */
export interface RegionSettings {
  readonly baseUrl: URL;
  /** The way to its host; straight unless given. */
  readonly egress?: Egress;
  readonly apiKey?: Reloading<string> | undefined;
  /** The primary and, during a rotation, the secondary. */
  readonly serverKeys: readonly Reloading<string>[];
}

/** What an operator wants to see of the client's work. */
export interface AmityObserver {
  onCall(region: RegionCode, operation: Call["operation"], outcome: "OK" | ErrorCode, seconds: number): void;
  onRetry(region: RegionCode): void;
  onHealth(region: RegionCode, health: RegionHealth): void;
  /** An answer held something of no use in this field. */
  onUnusableField(region: RegionCode, field: string, requestId: string | undefined): void;
  /** The first server key was refused and another one taken. Heard at each trial of the first. */
  onKeyFallback(region: RegionCode, requestId: string | undefined): void;
}
