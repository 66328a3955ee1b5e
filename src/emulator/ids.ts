import { createHmac, randomBytes, randomInt, randomUUID } from "node:crypto";

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
  /** The unique id of one access token. */
  uuid(): string;
}

/** Ids from the system's secure random source. */
export const randomIds: Ids = {
  opaqueToken: () =>
    Array.from({ length: opaqueTokenLength }, () => alphanumerics.charAt(randomInt(alphanumerics.length))).join(""),
  objectId: () => randomBytes(12).toString("hex"),
  key: (name) => `emulator-${name}-${randomBytes(24).toString("hex")}`,
  uuid: randomUUID,
};

/** The claims of an access token; times in seconds since the epoch. */
export interface AccessTokenClaims {
  readonly userId: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
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
