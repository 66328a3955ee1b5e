import { createHmac, randomBytes, randomInt } from "node:crypto";

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The length of the auth token that OpenAPI v4 shows as its example. */
const opaqueTokenLength = 42;

/** Where every made-up value comes from. */
export interface Ids {
  /** 42 alphanumerics: an auth token or a refresh token. */
  opaqueToken(): string;
  /** 24 lower-case hexadecimal digits: an internal id. */
  objectId(): string;
  /** A key of the emulator's own; its name is in it, so that nobody takes it for a real one. */
  key(name: string): string;
}

/** Ids from the system's secure random source. */
export const randomIds: Ids = {
  opaqueToken: () =>
    Array.from({ length: opaqueTokenLength }, () => alphanumerics.charAt(randomInt(alphanumerics.length))).join(""),
  objectId: () => randomBytes(12).toString("hex"),
  key: (name) => `emulator-${name}-${randomBytes(24).toString("hex")}`,
};

/** What a client says of the device that it runs on. */
export interface DeviceInfo {
  readonly kind?: string | undefined;
  readonly model?: string | undefined;
  readonly sdkVersion?: string | undefined;
}

/**
 * The claims of an access token, as `TokenPayload` of Amity's SDK 7.20.0 types them; times in seconds since the epoch.
 * The SDK takes `publicUserId`, and `userId` where that is missing.
 */
export interface AccessTokenClaims {
  readonly user: {
    /** The internal id; that it is this one is our reading of the two names. */
    readonly userId: string;
    readonly publicUserId: string;
    readonly deviceInfo: DeviceInfo;
    readonly networkId: string;
    /** Another in each token: no two tokens are the same. */
    readonly refreshToken: string;
  };
  readonly iat: number;
  readonly exp: number;
}

/**
 * Makes access tokens of the shape Amity's have (OpenAPI v5: "JWT access token"), signed with any bytes of one's own.
 * Nothing ever verifies the signature: an access token is looked up whole, which is what makes revocation work.
 */
export function createAccessTokenSigner(secret: Buffer): (claims: AccessTokenClaims) => string {
  const header = encode({ alg: "HS256", typ: "JWT" });
  return (claims) => {
    const signed = `${header}.${encode(claims)}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
