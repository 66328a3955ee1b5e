/**
 * `amity-graphql/client`: auth tokens from a gateway, and the session handler of Amity's TypeScript SDK. No
 * dependencies; browsers, Node and React Native.
 */
export { type AmityAuth, type AmityAuthOptions, createAmityAuth, type GetAuthTokenOptions } from "./auth.js";
export { AmityAuthError, type AmityAuthErrorCode } from "./errors.js";
export type { RegionCode } from "./generated/operations.js";
export type { AuthToken } from "./request.js";
export type { AccessTokenRenewal, SessionHandler } from "./session-handler.js";
