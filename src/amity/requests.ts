import type { UpstreamRequest } from "./http.js";

export type TokenApi = "v3" | "v4";
export type SessionApi = "v3" | "v4" | "v5";

/** What Amity's session route takes; strings are carried exactly. */
export interface SessionRequest {
  readonly userId: string;
  readonly deviceId: string;
  readonly deviceInfo?: Readonly<Record<string, string>> | undefined;
  readonly displayName?: string | undefined;
  readonly profileHandle?: string | undefined;
  readonly authToken?: string | undefined;
}

/** A request, before it is known how long it may take. */
export type Exchange = Pick<UpstreamRequest, "method" | "path" | "headers" | "body">;

/** The server key goes to the token route and nowhere else. */
export function tokenRequest(version: TokenApi, serverKey: string, userId: string): Exchange {
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
export function sessionRequest(version: SessionApi, apiKey: string, request: SessionRequest): Exchange {
  return {
    method: "POST",
    path: `api/${version}/sessions`,
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    body: JSON.stringify(request),
  };
}
