import { createPublicKey, type KeyObject } from "node:crypto";
import { type ApiKey, parseApiKeys } from "../caller/api-keys.js";
import type { AuthSettings, JwtKeySource } from "../caller/authenticator.js";
import type { JwtRules } from "../caller/jwt.js";
import { isLoopbackHost, isTrustedUrl } from "../system/loopback.js";
import { fields, leastRsaBits, publicKeyAlgorithms, sharedSecretAlgorithms } from "./fields.js";
import type { Reader } from "./reader.js";

const credentialModes = Object.keys(fields.AUTH_MODE.choices).filter((mode) => mode !== "none");
const credentialModesText = `${credentialModes.map((mode) => `\`${mode}\``).join(", ")}, several with commas`;

/** Every setting of the modes; without its mode each is a mistake. */
const modeOfSetting = {
  AUTH_JWT_: "jwt",
  AUTH_JWKS_: "jwt",
  AUTH_DISPLAY_NAME_CLAIM: "jwt",
  AUTH_API_KEYS_: "apikey",
} as const;

/** Who may call. The process must know its callers, or know that nobody but this machine can reach it. */
export function readAuth(reader: Reader, at: { host: string; production: boolean; emulator: boolean }): AuthSettings {
  const isOpen = isLoopbackHost(at.host) && !at.production;
  const modes = reader.entries("AUTH_MODE");
  if (modes === undefined) {
    refuseUnusedSettings(reader, []);
    if (isOpen && at.emulator) return { mode: "none" };
    reader.problem(`AUTH_MODE must be set: ${credentialModesText}; \`none\` on a loopback HOST, for development only`);
    return { mode: "none" };
  }
  if (modes.includes("none")) return readNone(reader, modes, isOpen);
  if (!modes.every((mode) => credentialModes.includes(mode))) {
    reader.problem(`AUTH_MODE must be ${credentialModesText}, or \`none\``);
    return { mode: "none" };
  }
  refuseUnusedSettings(reader, modes);
  const delegateScope = reader.text("AUTH_DELEGATE_SCOPE");
  const jwt = modes.includes("jwt") ? readJwt(reader, delegateScope) : undefined;
  const apiKeys = modes.includes("apikey") ? readApiKeys(reader) : undefined;
  return { mode: "credentials", ...(jwt && { jwt }), ...(apiKeys && { apiKeys }), delegateScope };
}

function readNone(reader: Reader, modes: readonly string[], isOpen: boolean): AuthSettings {
  if (modes.length > 1) reader.problem("AUTH_MODE=none cannot stand beside another mode");
  if (!isOpen) {
    reader.problem(
      "AUTH_MODE=none lets anybody mint tokens: it needs a loopback HOST and NODE_ENV other than production",
    );
  }
  refuseUnusedSettings(reader, []);
  return { mode: "none" };
}

/** A setting of a mode that is off would do nothing, and somebody may rely on it. */
function refuseUnusedSettings(reader: Reader, modes: readonly string[]): void {
  for (const [prefix, mode] of Object.entries(modeOfSetting)) {
    if (modes.includes(mode)) continue;
    for (const name of reader.given(prefix)) reader.problem(`${name} is set but AUTH_MODE does not name \`${mode}\``);
  }
  if (modes.length === 0 && reader.isGiven("AUTH_DELEGATE_SCOPE")) {
    reader.problem("AUTH_DELEGATE_SCOPE is set but AUTH_MODE names no callers");
  }
}

function readJwt(reader: Reader, delegateScope: string | undefined): { rules: JwtRules; keys: JwtKeySource } {
  const issuer = reader.required("AUTH_JWT_ISSUER", "AUTH_MODE=jwt");
  const audience = reader.list("AUTH_JWT_AUDIENCE");
  if (audience.length === 0) reader.problem("AUTH_JWT_AUDIENCE must be set with AUTH_MODE=jwt");
  const secret = readSharedSecret(reader);
  const keys = readKeySource(reader, issuer, secret);
  return {
    rules: {
      issuer,
      audience,
      algorithms: readAlgorithms(reader, secret !== undefined),
      userClaim: reader.text("AUTH_JWT_USER_CLAIM"),
      clockSkewSeconds: reader.integer("AUTH_JWT_CLOCK_SKEW_S"),
      maxAgeSeconds: reader.integer("AUTH_JWT_MAX_AGE_S"),
      typ: reader.text("AUTH_JWT_TYP"),
      delegateScope,
      displayNameClaim: reader.text("AUTH_DISPLAY_NAME_CLAIM"),
    },
    keys,
  };
}

function readAlgorithms(reader: Reader, isShared: boolean): readonly string[] {
  const usable: readonly string[] = isShared ? sharedSecretAlgorithms : publicKeyAlgorithms;
  const named = reader.list("AUTH_JWT_ALGORITHMS");
  if (named.some((name) => !usable.includes(name))) {
    reader.problem(`AUTH_JWT_ALGORITHMS can name ${usable.join(", ")} with this key source`);
  }
  return named.length > 0 ? named : usable;
}

const keySources = ["AUTH_JWT_SECRET", "AUTH_JWT_PUBLIC_KEY", "AUTH_JWT_JWKS_URL"] as const;

/** Exactly one source; discovery from the issuer when no other is set. */
function readKeySource(reader: Reader, issuer: string, secret: Uint8Array | undefined): JwtKeySource {
  const publicKey = readPublicKey(reader);
  const jwksUrl = reader.url("AUTH_JWT_JWKS_URL");
  const given = keySources.filter((name) => reader.isGiven(name));
  if (given.length > 1) reader.problem(`${given.join(" and ")} are both key sources: keep one`);
  if (given.length === 0 && issuer && !canBeDiscovered(issuer)) {
    reader.problem("AUTH_JWT_ISSUER must be an https URL for discovery; or set a key source of its own");
  }
  if (secret || publicKey) {
    for (const name of reader.given("AUTH_JWKS_")) reader.problem(`${name} is set beside a key that is not fetched`);
  }
  if (secret) return { kind: "static", key: secret };
  if (publicKey) return { kind: "static", key: publicKey };
  return {
    kind: "published",
    location: jwksUrl ? { jwksUrl } : { issuer },
    cacheMs: 1000 * reader.integer("AUTH_JWKS_CACHE_S"),
    staleMaxMs: 1000 * reader.integer("AUTH_JWKS_STALE_MAX_S"),
    cooldownMs: 1000 * reader.integer("AUTH_JWKS_COOLDOWN_S"),
    timeoutMs: reader.integer("AUTH_JWKS_TIMEOUT_MS"),
  };
}

function canBeDiscovered(issuer: string): boolean {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url !== undefined && isTrustedUrl(url) && !url.username && !url.password && !/[?#]/.test(issuer);
}

function readSharedSecret(reader: Reader): Uint8Array | undefined {
  const text = reader.textOrFile("AUTH_JWT_SECRET");
  if (text === undefined) return undefined;
  const secret = Buffer.from(text, "utf8");
  // Anybody who knows a public key could sign with it.
  if (text.includes("-----BEGIN")) reader.problem("AUTH_JWT_SECRET must be a secret, not a key in PEM");
  if (secret.length < fields.AUTH_JWT_SECRET.leastBytes) reader.refuse("AUTH_JWT_SECRET");
  return secret;
}

function readPublicKey(reader: Reader): KeyObject | undefined {
  const text = reader.textOrFile("AUTH_JWT_PUBLIC_KEY");
  if (text === undefined) return undefined;
  const key = parsePublicKey(text);
  if (!key) reader.refuse("AUTH_JWT_PUBLIC_KEY");
  return key;
}

function parsePublicKey(text: string): KeyObject | undefined {
  try {
    // A private key would work too, but it has no business here.
    if (/PRIVATE KEY/.test(text)) return undefined;
    const isJwk = text.trimStart().startsWith("{");
    const jwk = isJwk ? JSON.parse(text) : undefined;
    if (isJwk && "d" in jwk) return undefined;
    const key = isJwk ? createPublicKey({ key: jwk, format: "jwk" }) : createPublicKey(text);
    const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
    const isUsable =
      (key.asymmetricKeyType === "rsa" && modulusLength >= leastRsaBits) ||
      (key.asymmetricKeyType === "ec" && namedCurve === "prime256v1") ||
      key.asymmetricKeyType === "ed25519";
    return isUsable ? key : undefined;
  } catch {
    return undefined;
  }
}

function readApiKeys(reader: Reader): { path: string; first: readonly ApiKey[] } | undefined {
  const path = reader.required("AUTH_API_KEYS_FILE", "AUTH_MODE=apikey");
  const text = path && reader.file("AUTH_API_KEYS_FILE", path);
  if (!text) return undefined;
  try {
    return { path, first: parseApiKeys(text) };
  } catch (error) {
    reader.problem(`AUTH_API_KEYS_FILE cannot be used: ${error instanceof Error ? error.message : "unknown"}`);
    return undefined;
  }
}
