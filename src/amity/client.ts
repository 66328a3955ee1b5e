import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Clock } from "../system/clock.js";
import type { UpstreamAttempt } from "../telemetry/request-record.js";
import type { RegionHealth } from "./circuit.js";
import { regionNotConfigured, secureModeNotConfigured } from "./failures.js";
import type { AmityObserver, RegionSettings } from "./region.js";
import { type Call, type CallLimits, RegionGuard } from "./region-guard.js";
import { type RegionCode, regionCodes } from "./regions.js";
import {
  type Exchange,
  type SessionApi,
  type SessionRequest,
  sessionRequest,
  type TokenApi,
  tokenRequest,
  type VisitorSessionRequest,
  visitorSessionRequest,
} from "./requests.js";
import { ServerKeys } from "./server-keys.js";
import { type AmitySession, parseSession } from "./session-wire.js";
import { type MutualTls, Transports } from "./transports.js";
import { parseAuthToken } from "./wire.js";

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
  /** Registers a visitor's session at the region's route for visitors. */
  createVisitorSession(region: RegionCode, request: VisitorSessionRequest, limits: CallLimits): Promise<AmitySession>;
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

  async function register(
    code: RegionCode,
    call: Call,
    request: (apiKey: string) => Exchange,
    userId: string | undefined,
  ): Promise<AmitySession> {
    const { apiKey } = regions[code].settings;
    if (!apiKey) throw regionNotConfigured(code);
    const onUnusable = (field: string) => observer.onUnusableField(code, field, call.record?.requestId);
    return send(code, call, request(await apiKey.current()), (text) => parseSession(text, userId, onUnusable));
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

    createSession(code, request, limits) {
      const operation = request.authToken === undefined ? "createSession" : "createSessionWithAuthToken";
      const asked = (apiKey: string) => sessionRequest(options.sessionApi, apiKey, request);
      return register(code, { operation, kind: "register", ...limits }, asked, request.userId);
    },

    createVisitorSession(code, request, limits) {
      const asked = (apiKey: string) => visitorSessionRequest(apiKey, request);
      return register(code, { operation: "createVisitorSession", kind: "register", ...limits }, asked, undefined);
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
