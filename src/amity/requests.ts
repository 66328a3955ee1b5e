import type { UpstreamRequest } from "./http.js";
import { limits } from "./input-rules.js";

export type TokenApi = "v3" | "v4";
export type SessionApi = "v3" | "v4" | "v5";

/** The ways to send an admin token: Amity's OpenAPI names the first for every such route, older pages the second. */
export const adminAuths = { bearer: "Authorization: Bearer", "x-admin-token": "a header of that name" } as const;
export type AdminAuth = keyof typeof adminAuths;

/** What Amity's session route takes; strings are carried exactly. */
export interface SessionRequest {
  readonly userId: string;
  readonly deviceId: string;
  readonly deviceInfo?: Readonly<Record<string, string>> | undefined;
  readonly displayName?: string | undefined;
  readonly profileHandle?: string | undefined;
  readonly authToken?: string | undefined;
}

/** What Amity's route for visitors takes; strings are carried exactly. */
export interface VisitorSessionRequest {
  readonly deviceId: string;
  readonly deviceInfo?: Readonly<Record<string, string>> | undefined;
  readonly authSignature: string;
  /** As it was signed. */
  readonly authSignatureExpiresAt: string;
}

/** What Amity's route for changes of a user takes: what is absent stays as it is. Everything is carried exactly. */
export interface UserUpdate {
  readonly userId: string;
  readonly displayName?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly metadata?: object | undefined;
  readonly avatarFileId?: string | undefined;
  readonly avatarCustomUrl?: string | undefined;
  readonly description?: string | undefined;
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

/** The API key goes to the session routes and nowhere else. */
export function sessionRequest(version: SessionApi, apiKey: string, request: SessionRequest): Exchange {
  return registration(`api/${version}/sessions`, apiKey, request);
}

/** There is one version of it (OpenAPI v5). */
export function visitorSessionRequest(apiKey: string, request: VisitorSessionRequest): Exchange {
  return registration("api/v5/sessions/visitor", apiKey, request);
}

function registration(path: string, apiKey: string, request: SessionRequest | VisitorSessionRequest): Exchange {
  return {
    method: "POST",
    path,
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    body: JSON.stringify(request),
  };
}

/** Asks whether an access token is alive (OpenAPI v3). Nothing but the token goes along. */
export function verificationRequest(accessToken: string): Exchange {
  return { method: "GET", path: "api/v3/sessions", headers: bearer(accessToken) };
}

/** Ends the access token that it is sent with (OpenAPI v4). */
export function revocationRequest(accessToken: string): Exchange {
  return { method: "DELETE", path: "api/v4/sessions", headers: bearer(accessToken) };
}

/** An admin's token, and how it is sent. It goes to admin routes and nowhere else. */
export interface AdminCredential {
  readonly auth: AdminAuth;
  readonly token: string;
}

/** Ends all access tokens of a user (OpenAPI v4). */
export function userRevocationRequest(admin: AdminCredential, userId: string): Exchange {
  // In a path these two are no text but steps up, encoded or not (WHATWG URL); the older route takes any id.
  const isStep = userId === "." || userId === "..";
  const path = isStep ? `api/v4/sessions?userId=${userId}` : `api/v4/sessions/users/${encodeURIComponent(userId)}`;
  return { method: "DELETE", path, headers: adminHeaders(admin) };
}

/** Has the admin token replaced by another one (OpenAPI v1). */
export function adminTokenRequest(admin: AdminCredential): Exchange {
  return { method: "POST", path: "api/v1/admin-token", headers: adminHeaders(admin) };
}

/** Looks users up (OpenAPI v3). The brackets make a list of a single id too, and are what Amity's SDKs send. */
export function userListRequest(admin: AdminCredential, userIds: readonly string[]): Exchange {
  return { method: "GET", path: userListPath + userIds.map(userIdParameter).join("&"), headers: adminHeaders(admin) };
}

/** Changes a user, or creates one (OpenAPI v3). */
export function userUpdateRequest(admin: AdminCredential, update: UserUpdate): Exchange {
  return {
    method: "PUT",
    path: "api/v3/users",
    headers: { ...adminHeaders(admin), "content-type": "application/json" },
    body: JSON.stringify(update),
  };
}

/** What usual proxies take of a request line (nginx, CloudFront), and some room for its ends. Bytes. */
const mostPathBytes = 8_000;

/** The ids in lists that one look-up can take each: by number, and by the length of the path that they make. */
export function userLists(userIds: readonly string[]): string[][] {
  const lists: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const userId of userIds) {
    const more = userIdParameter(userId).length + 1;
    if (bytes + more > mostPathBytes || lists.at(-1)?.length === limits.lookedUpUsers) {
      lists.push([]);
      bytes = userListPath.length;
    }
    lists.at(-1)?.push(userId);
    bytes += more;
  }
  return lists;
}

const userListPath = "api/v3/users/list?";

function userIdParameter(userId: string): string {
  return `userIds%5B%5D=${encodeURIComponent(userId)}`;
}

function adminHeaders({ auth, token }: AdminCredential): Exchange["headers"] {
  return auth === "bearer" ? bearer(token) : { "x-admin-token": token };
}

function bearer(token: string): Exchange["headers"] {
  return { authorization: `Bearer ${token}` };
}
