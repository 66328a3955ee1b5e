/**
 * `amity-graphql/client`: auth tokens and sessions from a gateway, and the handlers of Amity's TypeScript SDK and UI
 * kits. No dependencies; browsers, Node and React Native.
 */
export type { AccessTokenHandler } from "./access-token-handler.js";
export { type AmityAuth, createAmityAuth } from "./auth.js";
export { AmityAuthError, type AmityAuthErrorCode } from "./errors.js";
export type { RegionCode } from "./generated/operations.js";
export type { AuthToken, Session, VisitorSignature } from "./operations.js";
export type { AmityAuthOptions, CreateSessionOptions, GetAuthTokenOptions } from "./options.js";
export type { AccessTokenRenewal, AuthSignature, SessionHandler } from "./session-handler.js";
