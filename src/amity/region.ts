import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import type { Egress } from "../system/egress.js";
import { merged } from "../system/merged.js";
import type { Reloading } from "../system/reloading-file.js";
import type { UpstreamAttempt } from "../telemetry/request-record.js";
import type { Traces } from "../telemetry/traces.js";
import type { RegionHealth } from "./circuit.js";
import { adminNotConfigured, adminOperations, type Operation, regionNotConfigured } from "./failures.js";
import { type Call, type CallLimits, RegionGuard } from "./region-guard.js";
import type { RegionCode } from "./regions.js";
import type { Exchange } from "./requests.js";
import { ServerKeys } from "./server-keys.js";
import { type MutualTls, Transports } from "./transports.js";

/** One region as the operator configured it. A region without a key is not configured. */
export interface RegionSettings {
  readonly baseUrl: URL;
  /** The way to its host; straight unless given. */
  readonly egress?: Egress;
  readonly apiKey?: Reloading<string> | undefined;
  /** The primary and, during a rotation, the secondary. */
  readonly serverKeys: readonly Reloading<string>[];
  readonly adminToken?: Reloading<string> | undefined;
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

/** What every region works with. */
export interface RegionTools {
  readonly mutualTls: MutualTls;
  /** Time for one HTTP exchange. Milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly observer: AmityObserver;
  /** Undefined: nothing is traced. */
  readonly traces?: Pick<Traces, "call"> | undefined;
}

/** What Amity asks a client certificate for: minting, and what its admins do (its Security page). */
const protectedOperations: ReadonlySet<Operation> = new Set(["mintAuthToken", ...adminOperations]);

/** One region's keys and its guarded way to Amity. It opens connections when they are first needed. */
export class Region {
  readonly serverKeys: ServerKeys;
  readonly #transports: Transports;
  readonly #guard: RegionGuard;

  constructor(
    private readonly code: RegionCode,
    readonly settings: RegionSettings,
    private readonly tools: RegionTools,
  ) {
    const { clock, random, observer, attemptTimeoutMs, mutualTls } = tools;
    this.serverKeys = new ServerKeys(settings.serverKeys, clock);
    this.#transports = new Transports(settings.baseUrl, mutualTls, clock.now, settings.egress);
    this.#guard = new RegionGuard({
      attemptTimeoutMs,
      clock,
      random,
      onRetry: () => observer.onRetry(code),
      onHealth: (health) => observer.onHealth(code, health),
    });
  }

  get health(): RegionHealth {
    return this.#guard.health;
  }

  /** Throws REGION_NOT_CONFIGURED without any key: then nobody said that Amity's host is to see a user's token. */
  requireKeys(): void {
    if (!this.settings.apiKey && !this.serverKeys.isConfigured) throw regionNotConfigured(this.code);
  }

  /** Throws REGION_NOT_CONFIGURED or ADMIN_NOT_CONFIGURED. */
  async adminToken(): Promise<string> {
    this.requireKeys();
    const { adminToken } = this.settings;
    if (!adminToken) throw adminNotConfigured(this.code);
    return adminToken.current();
  }

  /** Hears of the fields of an answer to this call that are of no use. */
  onUnusableField({ record }: CallLimits): (field: string) => void {
    return (field) => this.tools.observer.onUnusableField(this.code, field, record?.requestId);
  }

  /** One guarded call; what `parse` makes of a 200. Throws AppError. */
  async send<T>(call: Call, request: Exchange, parse: (text: string) => T): Promise<T> {
    const { clock, observer, traces } = this.tools;
    const { operation, record } = call;
    const spans = traces?.call(this.code, operation);
    const { code: region } = this;
    const startedAt = clock.elapsed();
    const attempts: UpstreamAttempt[] = [];
    const onAttempt: Call["onAttempt"] = (attempt, isAnswerLost) => {
      attempts.push(attempt);
      spans?.ended(attempt);
      call.onAttempt?.(attempt, isAnswerLost);
    };
    const finish = (outcome: "OK" | ErrorCode, why?: AppError["log"]) => {
      observer.onCall(region, operation, outcome, (clock.elapsed() - startedAt) / 1_000);
      record?.call({ region, operation, outcome, why, attempts });
    };
    try {
      const isProtected = protectedOperations.has(operation);
      const transport = isProtected ? await this.#transports.protected() : this.#transports.open;
      const { text } = await this.#guard.run(merged(call, { onAttempt }), (terms) => {
        const send = () => transport.send(merged(request, terms));
        return spans ? spans.attempt(send) : send();
      });
      const answer = parse(text);
      finish("OK");
      return answer;
    } catch (error) {
      if (error instanceof AppError) {
        finish(error.code, error.log);
        error.addToLog({ region, operation, attempts: attempts.length });
      } else finish("INTERNAL_SERVER_ERROR");
      throw error;
    }
  }

  close(): void {
    this.#guard.stop();
    this.#transports.close();
  }
}
