import type { GetCredentials } from "./credentials.js";
import type { AmityAuthError } from "./errors.js";
import type { CreateSessionInput, RegionCode } from "./generated/operations.js";
import type { Platform } from "./platform.js";

export interface AmityAuthOptions extends Partial<Platform> {
  /** The gateway's GraphQL endpoint, such as https://gateway.example.com/graphql. */
  readonly endpoint: string | URL;
  /**
   * Gives the whole Authorization header, such as `Bearer <your app's token>`; undefined for none. Asked at every call,
   * so that no user is given a former user's token.
   */
  readonly getCredentials?: GetCredentials;
  /** Default: the gateway's. */
  readonly region?: RegionCode;
  /** For `createSession`: one for each user and device, and the same the next time. */
  readonly deviceId?: string;
  /** Time for one request, and for `getCredentials`. Default: 15 seconds, a little more than the gateway's own. */
  readonly timeoutMs?: number;
  /** Told why a session could not be renewed, for the app's log: the SDK passes no reason on. */
  readonly onRenewalFailure?: (error: AmityAuthError) => void;
}

export interface GetAuthTokenOptions {
  /** Rejects this call alone, with CANCELLED; the request ends when nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
  /** For callers who may act for others. Default: the caller. */
  readonly userId?: string | undefined;
  /** Do not reuse a token, for instance when Amity refused it. */
  readonly forceRefresh?: boolean;
}

/** As in the schema; region and deviceId are the client's, unless another deviceId is given. */
export type CreateSessionOptions = Partial<Omit<CreateSessionInput, "region">>;
