import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import type { Egress } from "../system/egress.js";
import type { Reloading } from "../system/reloading-file.js";
import type { UpstreamAttempt } from "../telemetry/request-record.js";
import type { RegionHealth } from "./circuit.js";
import { regionNotConfigured, secureModeNotConfigured } from "./failures.js";
import { type Call, type CallLimits, RegionGuard } from "./region-guard.js";
import { type RegionCode, regionCodes } from "./regions.js";
import {
  type Exchange,
  type SessionApi,
  type SessionRequest,
  sessionRequest,
  type TokenApi,
  tokenRequest,
} from "./requests.js";
import { ServerKeys } from "./server-keys.js";
import { type AmitySession, parseSession } from "./session-wire.js";
import { type MutualTls, Transports } from "./transports.js";
import { parseAuthToken } from "./wire.js";

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

export interface AmityClientOptions {
  readonly regions: Readonly<Record<RegionCode, RegionSettings>>;
  readonly mutualTls: MutualTls;
  readonly tokenApi: TokenApi;
  readonly sessionApi: SessionApi;
  /** Time for one HTTP exchange. Milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly observer: AmityObserver;
}

/** What is known of a region without asking it. */
export interface RegionState {
  readonly hasApiKey: boolean;
  /** A server key means that the network is in secure mode. */
  readonly hasServerKey: boolean;
  readonly hasClientCertificate: boolean;
  readonly health: RegionHealth;
}

/** Amity's authentication API over all regions. Every method throws AppError only. */
export interface AmityClient {
  readonly sessionApi: SessionApi;
  state(region: RegionCode): RegionState;
  /** Which server keys are in use: changes with a rotation. Undefined without one. */
  keyGeneration(region: RegionCode): Promise<string | undefined>;
  /** An auth token for the user, from the region's token route. */
  mintAuthToken(region: RegionCode, userId: string, limits: CallLimits): Promise<string>;
  /** Registers a session at the region's session route. */
  createSession(region: RegionCode, request: SessionRequest, limits: CallLimits): Promise<AmitySession>;
  close(): void;
}

interface Region {
  readonly settings: RegionSettings;
  readonly serverKeys: ServerKeys;
  readonly transports: Transports;
  readonly guard: RegionGuard;
}

/** The region-aware client. It opens connections when they are first needed. */
export function createAmityClient(options: AmityClientOptions): AmityClient {
  const { clock, observer, mutualTls } = options;
  const regions = Object.fromEntries(regionCodes.map((code) => [code, createRegion(code, options)])) as Record<
    RegionCode,
    Region
  >;

  /** One guarded call; what `parse` makes of a 200. */
  async function send<T>(code: RegionCode, call: Call, request: Exchange, parse: (text: string) => T): Promise<T> {
    const { guard, transports } = regions[code];
    const { operation, kind, record } = call;
    const startedAt = clock.elapsed();
    const attempts: UpstreamAttempt[] = [];
    const onAttempt = (attempt: UpstreamAttempt) => attempts.push(attempt);
    const finish = (outcome: "OK" | ErrorCode, why?: AppError["log"]) => {
      observer.onCall(code, operation, outcome, (clock.elapsed() - startedAt) / 1_000);
      record?.call({ region: code, operation, outcome, why, attempts });
    };
    try {
      const transport = kind === "mint" ? await transports.protected() : transports.open;
      const { text } = await guard.run({ ...call, onAttempt }, (terms) => transport.send({ ...request, ...terms }));
      const answer = parse(text);
      finish("OK");
      return answer;
    } catch (error) {
      if (error instanceof AppError) {
        finish(error.code, error.log);
        error.addToLog({ region: code, operation, attempts: attempts.length });
      } else finish("INTERNAL_SERVER_ERROR");
      throw error;
    }
  }

  return {
    sessionApi: options.sessionApi,

    state(code) {
      const { settings, serverKeys, guard } = regions[code];
      return {
        hasApiKey: settings.apiKey !== undefined,
        hasServerKey: serverKeys.isConfigured,
        hasClientCertificate: mutualTls.pairs.length > 0,
        health: guard.health,
      };
    },

    async keyGeneration(code) {
      const { serverKeys } = regions[code];
      return serverKeys.isConfigured ? await serverKeys.generation() : undefined;
    },

    async mintAuthToken(code, userId, limits) {
      const { settings, serverKeys } = regions[code];
      if (!serverKeys.isConfigured) {
        throw settings.apiKey ? secureModeNotConfigured(code) : regionNotConfigured(code, "no server key");
      }
      const call: Call = { operation: "mintAuthToken", kind: "mint", ...limits };
      const keys = await serverKeys.current();
      for (const [index, key] of keys.entries()) {
        try {
          const token = await send(code, call, tokenRequest(options.tokenApi, key, userId), parseAuthToken);
          if (serverKeys.remember(key, { afterRefusal: index > 0 }))
            observer.onKeyFallback(code, limits.record?.requestId);
          return token;
        } catch (error) {
          const isRefused = error instanceof AppError && error.code === "UPSTREAM_AUTH_FAILED";
          if (!isRefused || index === keys.length - 1) throw error;
        }
      }
      throw secureModeNotConfigured(code);
    },

    async createSession(code, request, limits) {
      const { apiKey } = regions[code].settings;
      if (!apiKey) throw regionNotConfigured(code);
      const operation = request.authToken === undefined ? "createSession" : "createSessionWithAuthToken";
      const call: Call = { operation, kind: "register", ...limits };
      const asked = sessionRequest(options.sessionApi, await apiKey.current(), request);
      const onUnusable = (field: string) => observer.onUnusableField(code, field, limits.record?.requestId);
      return send(code, call, asked, (text) => parseSession(text, request.userId, onUnusable));
    },

    close() {
      for (const { guard, transports } of Object.values(regions)) {
        guard.stop();
        transports.close();
      }
    },
  };
}

function createRegion(code: RegionCode, options: AmityClientOptions): Region {
  const { clock, random, observer, attemptTimeoutMs, mutualTls } = options;
  const settings = options.regions[code];
  return {
    settings,
    serverKeys: new ServerKeys(settings.serverKeys, clock),
    transports: new Transports(settings.baseUrl, mutualTls, clock.now, settings.egress),
    guard: new RegionGuard({
      attemptTimeoutMs,
      clock,
      random,
      onRetry: () => observer.onRetry(code),
      onHealth: (health) => observer.onHealth(code, health),
    }),
  };
}
