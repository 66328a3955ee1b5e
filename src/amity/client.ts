import { AppError } from "../errors/app-error.js";
import { answerFailure, type Operation, transportFailure } from "./failures.js";
import { createTransport, type Transport, type UpstreamRequest } from "./http.js";
import { type RegionCode, regionCodes } from "./regions.js";
import { type AmitySession, parseAuthToken, parseSession } from "./wire.js";

export type TokenApi = "v3" | "v4";
export type SessionApi = "v3" | "v4" | "v5";

/** One region as the operator configured it. A region with neither key is not configured. */
export interface RegionSettings {
  readonly baseUrl: URL;
  readonly apiKey?: string | undefined;
  readonly serverKey?: string | undefined;
}

export interface AmityClientOptions {
  readonly regions: Readonly<Record<RegionCode, RegionSettings>>;
  readonly tokenApi: TokenApi;
  readonly sessionApi: SessionApi;
  /** Time for one HTTP exchange. Milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What Amity's session route takes; strings are carried exactly. */
export interface SessionRequest {
  readonly userId: string;
  readonly deviceId: string;
  readonly deviceInfo?: Readonly<Record<string, string>> | undefined;
  readonly displayName?: string | undefined;
  readonly profileHandle?: string | undefined;
  readonly authToken?: string | undefined;
}

/** Amity's authentication API over all regions. Every method throws AppError only. */
export interface AmityClient {
  readonly sessionApi: SessionApi;
  /** Which keys the gateway holds for the region. A server key means that its network is in secure mode. */
  credentials(region: RegionCode): { readonly apiKey: boolean; readonly serverKey: boolean };
  /** An auth token for the user, from the region's token route. `deadline`: milliseconds since the epoch. */
  mintAuthToken(region: RegionCode, userId: string, deadline: number): Promise<string>;
  /** Registers a session at the region's session route. `deadline`: milliseconds since the epoch. */
  createSession(region: RegionCode, request: SessionRequest, deadline: number): Promise<AmitySession>;
  close(): void;
}

/** The region-aware client. It opens connections when they are first needed. */
export function createAmityClient(options: AmityClientOptions): AmityClient {
  const transports = Object.fromEntries(
    regionCodes.map((code) => [code, createTransport(options.regions[code].baseUrl)]),
  ) as Record<RegionCode, Transport>;

  /** One exchange with the region; its text when Amity answered 200. */
  async function call(region: RegionCode, operation: Operation, request: Exchange, deadline: number): Promise<string> {
    const timeoutMs = Math.min(options.attemptTimeoutMs, deadline - options.now());
    if (timeoutMs <= 0) throw new AppError("UPSTREAM_TIMEOUT");
    const response = await transports[region].send({ ...request, timeoutMs }).catch((error) => {
      throw transportFailure(error);
    });
    if (response.status !== 200) throw answerFailure(operation, response, options.now());
    return response.text;
  }

  return {
    sessionApi: options.sessionApi,

    credentials(region) {
      const { apiKey, serverKey } = options.regions[region];
      return { apiKey: apiKey !== undefined, serverKey: serverKey !== undefined };
    },

    async mintAuthToken(region, userId, deadline) {
      const { apiKey, serverKey } = options.regions[region];
      if (serverKey === undefined) {
        throw new AppError(apiKey === undefined ? "REGION_NOT_CONFIGURED" : "SECURE_MODE_NOT_CONFIGURED");
      }
      const request = tokenRequest(options.tokenApi, serverKey, userId);
      return parseAuthToken(await call(region, "mintAuthToken", request, deadline));
    },

    async createSession(region, request, deadline) {
      const { apiKey } = options.regions[region];
      if (apiKey === undefined) throw new AppError("REGION_NOT_CONFIGURED");
      const operation = request.authToken === undefined ? "createSession" : "createSessionWithAuthToken";
      const text = await call(region, operation, sessionRequest(options.sessionApi, apiKey, request), deadline);
      return parseSession(text, request.userId);
    },

    close() {
      for (const transport of Object.values(transports)) transport.close();
    },
  };
}

type Exchange = Omit<UpstreamRequest, "timeoutMs">;

/** The server key goes to the token route and nowhere else. */
function tokenRequest(version: TokenApi, serverKey: string, userId: string): Exchange {
  if (version === "v3") {
    return {
      method: "GET",
      path: `api/v3/authentication/token?userId=${encodeURIComponent(userId)}`,
      headers: { "x-server-key": serverKey },
    };
  }
  return {
    method: "POST",
    path: "api/v4/authentication/token",
    headers: { "x-server-key": serverKey, "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  };
}

/** The API key goes to the session route and nowhere else. */
function sessionRequest(version: SessionApi, apiKey: string, request: SessionRequest): Exchange {
  return {
    method: "POST",
    path: `api/${version}/sessions`,
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    body: JSON.stringify(request),
  };
}
