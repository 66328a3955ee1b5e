import type { CancelSignal } from "../system/cancellation.js";
import type { RequestRecord } from "../telemetry/request-record.js";

/** Who sent a request, as far as the gateway knows. */
export interface Caller {
  /** A signed-in user, a backend with a key of its own, or anybody on this machine (AUTH_MODE=none). */
  readonly kind: "user" | "service" | "anybody";
  /** Names the caller in limits and logs, such as `user:alice` or `key:billing`. */
  readonly subject: string;
  /** The caller's own user; services have none. */
  readonly userId?: string;
  /** Present when the caller's own display name is given by the credential and not the caller's to choose. */
  readonly displayName?: { readonly value: string | undefined };
  /** May the caller act for this user, who is not the caller's own? */
  mayActFor(userId: string): boolean;
  /** May the caller change this user, who is not the caller's own, at Amity? `change` says what of him. */
  mayChange(userId: string, change: keyof typeof changeScopes): boolean;
}

/** The scope that lets a key act for users, unless AUTH_DELEGATE_SCOPE names another. */
export const defaultDelegateScope = "amity:mint:any";

/**
 * The scopes that let their holder change users, and the roles that users have. The right to act for users gives
 * neither: who may sign users in is no administrator.
 */
export const changeScopes = { user: "amity:users:write", roles: "amity:users:roles" } as const;

/** The caller under AUTH_MODE=none. */
export const anybody: Caller = { kind: "anybody", subject: "anybody", mayActFor: () => true, mayChange: () => true };

/** Names in limits and logs who asks for what needs no caller. */
export function visitorSubject(caller: Caller | undefined): string {
  return caller?.subject ?? "visitor";
}

/** Who asks for a token or a session, and in which request. */
export interface Asker {
  /** The caller's subject: only equal askers share a call, and the audit names it. */
  readonly subject: string;
  readonly record: RequestRecord;
  /** The caller went away. */
  readonly signal: CancelSignal;
}
