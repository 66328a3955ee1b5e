import { SignJWT } from "jose";
import { loadConfig } from "../../src/config/config.js";
import type { GatewaySetup } from "./gateway.js";

const secret = "a shared secret of more than 32 bytes for tests";

/** Settings of a gateway that knows its callers by HS256 tokens. */
export const jwtEnv = {
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "amity-graphql",
  AUTH_JWT_SECRET: secret,
  AUTH_DELEGATE_SCOPE: "amity:mint:any",
};

/** The header of a caller with this user id and these further claims, who has signed in now, or then. Milliseconds. */
export async function signedIn(
  userId: string,
  claims: Record<string, unknown> = {},
  at = Date.now(),
): Promise<Record<string, string>> {
  const token = await new SignJWT({ sub: userId, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer(jwtEnv.AUTH_JWT_ISSUER)
    .setAudience(jwtEnv.AUTH_JWT_AUDIENCE)
    .setIssuedAt(new Date(at))
    .setExpirationTime(new Date(at + 600_000))
    .sign(Buffer.from(secret));
  return { authorization: `Bearer ${token}` };
}

/** A gateway for callers, in front of an upstream at `url`. */
export function callersAt(url: string, more: Record<string, string> = {}): GatewaySetup {
  const env = {
    AMITY_EU_BASE_URL: url,
    AMITY_EU_API_KEY: "canary-api-key",
    AMITY_EU_SERVER_KEY: "canary-server-key",
    ...jwtEnv,
    ...more,
  };
  const { problems } = loadConfig(env);
  if (problems.length > 0) throw new Error(problems.join());
  return { env };
}
