import { AppError } from "../errors/app-error.js";
import { merged } from "../system/merged.js";
import { SessionState } from "./access-token.js";
import { type AdminClient, createAdminClient } from "./admin-client.js";
import type { RegionHealth } from "./circuit.js";
import { regionNotConfigured, secureModeNotConfigured } from "./failures.js";
import { Region, type RegionSettings, type RegionTools } from "./region.js";
import type { Call, CallLimits } from "./region-guard.js";
import { type RegionCode, regionCodes } from "./regions.js";
import {
  type AdminAuth,
  revocationRequest,
  type SessionApi,
  type SessionRequest,
  sessionRequest,
  type TokenApi,
  tokenRequest,
  type VisitorSessionRequest,
  verificationRequest,
  visitorSessionRequest,
} from "./requests.js";
import { type AmitySession, parseSession } from "./session-wire.js";
import { parseAuthToken, parseSuccess, parseVerification } from "./wire.js";

export interface AmityClientOptions extends RegionTools {
  readonly regions: Readonly<Record<RegionCode, RegionSettings>>;
  readonly tokenApi: TokenApi;
  readonly sessionApi: SessionApi;
  readonly adminAuth: AdminAuth;
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
export interface AmityClient extends AdminClient {
  readonly sessionApi: SessionApi;
  state(region: RegionCode): RegionState;
  /** Which server keys are in use: changes with a rotation. Undefined without one. */
  keyGeneration(region: RegionCode): Promise<string | undefined>;
  /** An auth token for the user, from the region's token route. */
  mintAuthToken(region: RegionCode, userId: string, limits: CallLimits): Promise<string>;
  /**
   * Registers a session at the region's session route. `minted`: an auth token of the gateway's own making, where the
   * request has none of the client's. A refusal then is about the gateway's keys, and not about the client.
   */
  createSession(
    region: RegionCode,
    request: SessionRequest,
    limits: CallLimits,
    minted?: string,
  ): Promise<AmitySession>;
  /** Registers a visitor's session at the region's route for visitors. */
  createVisitorSession(region: RegionCode, request: VisitorSessionRequest, limits: CallLimits): Promise<AmitySession>;
  /** Asks the region about an access token. */
  verifySession(region: RegionCode, accessToken: string, limits: CallLimits): Promise<SessionState>;
  /** Ends an access token. Did it live until then? */
  revokeSession(region: RegionCode, accessToken: string, limits: CallLimits): Promise<boolean>;
  close(): void;
}

/** The region-aware client. */
export function createAmityClient(options: AmityClientOptions): AmityClient {
  const { observer, mutualTls } = options;
  const regions = Object.fromEntries(
    regionCodes.map((code) => [code, new Region(code, options.regions[code], options)]),
  ) as Record<RegionCode, Region>;

  return {
    sessionApi: options.sessionApi,

    state(code) {
      const { settings, serverKeys, health } = regions[code];
      return {
        hasApiKey: settings.apiKey !== undefined,
        hasServerKey: serverKeys.isConfigured,
        hasClientCertificate: mutualTls.pairs.length > 0,
        health,
      };
    },

    async keyGeneration(code) {
      const { serverKeys } = regions[code];
      return serverKeys.isConfigured ? await serverKeys.generation() : undefined;
    },

    async mintAuthToken(code, userId, limits) {
      const region = regions[code];
      const { settings, serverKeys } = region;
      if (!serverKeys.isConfigured) {
        throw settings.apiKey ? secureModeNotConfigured(code) : regionNotConfigured(code, "no server key");
      }
      const call: Call = { operation: "mintAuthToken", ...limits };
      const keys = await serverKeys.current();
      for (const [index, key] of keys.entries()) {
        try {
          const token = await region.send(call, tokenRequest(options.tokenApi, key, userId), parseAuthToken);
          if (serverKeys.remember(key, { afterRefusal: index > 0 }))
            observer.onKeyFallback(code, limits.record?.requestId);
          return token;
        } catch (error) {
          if (!isAppError(error, "UPSTREAM_AUTH_FAILED") || index === keys.length - 1) throw error;
        }
      }
      throw secureModeNotConfigured(code);
    },

    async createSession(code, request, limits, minted) {
      const region = regions[code];
      const { apiKey } = region.settings;
      if (!apiKey) throw regionNotConfigured(code);
      const operation = request.authToken === undefined ? "createSession" : "createSessionWithAuthToken";
      const call: Call = { operation, ...limits };
      const authToken = request.authToken ?? minted;
      const asked = sessionRequest(options.sessionApi, await apiKey.current(), merged(request, { authToken }));
      return region.send(call, asked, (text) => parseSession(text, request.userId, region.onUnusableField(limits)));
    },

    async createVisitorSession(code, request, limits) {
      const region = regions[code];
      const { apiKey } = region.settings;
      if (!apiKey) throw regionNotConfigured(code);
      const call: Call = { operation: "createVisitorSession", ...limits };
      const asked = visitorSessionRequest(await apiKey.current(), request);
      return region.send(call, asked, (text) => parseSession(text, undefined, region.onUnusableField(limits)));
    },

    async verifySession(code, accessToken, limits) {
      const region = regions[code];
      region.requireKeys();
      const call: Call = { operation: "verifySession", ...limits };
      try {
        await region.send(call, verificationRequest(accessToken), parseVerification);
        return SessionState.ACTIVE;
      } catch (error) {
        if (isAppError(error, "AUTH_TOKEN_REJECTED")) return SessionState.INVALID;
        if (isAppError(error, "USER_BANNED")) return SessionState.BANNED;
        throw error;
      }
    },

    async revokeSession(code, accessToken, limits) {
      const region = regions[code];
      region.requireKeys();
      // A token that a try before has ended, without our hearing of it, is dead at the next.
      let mayBeDone = false;
      const onAttempt: Call["onAttempt"] = (_attempt, isAnswerLost) => {
        mayBeDone ||= isAnswerLost;
      };
      const call: Call = { operation: "revokeSession", onAttempt, ...limits };
      try {
        await region.send(call, revocationRequest(accessToken), parseSuccess);
        return true;
      } catch (error) {
        if (isAppError(error, "AUTH_TOKEN_REJECTED")) return mayBeDone;
        throw error;
      }
    },

    ...createAdminClient(regions, options.adminAuth),

    close() {
      for (const region of Object.values(regions)) region.close();
    },
  };
}

function isAppError(error: unknown, code: AppError["code"]): boolean {
  return error instanceof AppError && error.code === code;
}
