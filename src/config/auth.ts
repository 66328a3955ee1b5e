import { type ApiKey, parseApiKeys } from "../caller/api-keys.js";
import type { AuthSettings, JwtKeyFile, JwtKeySource } from "../caller/authenticator.js";
import { changeScopes } from "../caller/caller.js";
import type { JwksOptions } from "../caller/jwks.js";
import type { JwtRules } from "../caller/jwt.js";
import { type JwtKey, jwtKeyParsers } from "../caller/jwt-key.js";
import { likely } from "../system/likely.js";
import { isLoopbackHost, isTrustedUrl } from "../system/loopback.js";
import { fields, publicKeyAlgorithms, sharedSecretAlgorithms } from "./fields.js";
import type { Given, Reader } from "./reader.js";

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
  if (reader.isRefused("AUTH_MODE")) return { mode: "none" };
  if (modes === undefined) {
    refuseUnusedSettings(reader, []);
    if (isOpen && at.emulator) return { mode: "none" };
    reader.problem(
      `AUTH_MODE must be set: ${credentialModesText}; \`none\` on a loopback HOST, for development only${whyNotOpen(reader, at.host)}`,
    );
    return { mode: "none" };
  }
  if (modes.includes("none")) return readNone(reader, modes, at.host, isOpen);
  const unknown = modes.find((mode) => !credentialModes.includes(mode));
  if (unknown !== undefined) {
    const meant = likely(unknown, Object.keys(fields.AUTH_MODE.choices));
    const hint = meant === undefined ? "" : `: did you mean ${meant}?`;
    reader.problem(`AUTH_MODE must be ${credentialModesText}, or \`none\`${hint}`);
    return { mode: "none" };
  }
  refuseUnusedSettings(reader, modes);
  const delegateScope = reader.text("AUTH_DELEGATE_SCOPE");
  if (Object.values<string | undefined>(changeScopes).includes(delegateScope)) {
    reader.problem(
      "AUTH_DELEGATE_SCOPE must be another scope than those that change users: it lets its holder sign in as them",
    );
  }
  const jwt = modes.includes("jwt") ? readJwt(reader, delegateScope) : undefined;
  const apiKeys = modes.includes("apikey") ? readApiKeys(reader) : undefined;
  return { mode: "credentials", ...(jwt && { jwt }), ...(apiKeys && { apiKeys }), delegateScope };
}

/** Some shells and conda set HOST for purposes of their own, and nobody thinks of it. */
function whyNotOpen(reader: Reader, host: string): string {
  return reader.isGiven("HOST") && !isLoopbackHost(host) ? " (HOST is set, and names no loopback address)" : "";
}

function readNone(reader: Reader, modes: readonly string[], host: string, isOpen: boolean): AuthSettings {
  if (modes.length > 1) reader.problem("AUTH_MODE=none cannot stand beside another mode");
  if (!isOpen) {
    reader.problem(
      `AUTH_MODE=none lets anybody mint tokens: it needs a loopback HOST and NODE_ENV other than production${whyNotOpen(reader, host)}`,
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
  if (audience.length === 0 && !reader.isRefused("AUTH_JWT_AUDIENCE"))
    reader.problem("AUTH_JWT_AUDIENCE must be set with AUTH_MODE=jwt");
  const secret = reader.fromSetting("AUTH_JWT_SECRET", jwtKeyParsers.AUTH_JWT_SECRET);
  const publicKey = reader.fromSetting("AUTH_JWT_PUBLIC_KEY", jwtKeyParsers.AUTH_JWT_PUBLIC_KEY);
  const keys = readKeySource(reader, issuer, secret ?? publicKey);
  return {
    rules: {
      issuer,
      audience,
      algorithms: readAlgorithms(reader, reader.isGiven("AUTH_JWT_SECRET")),
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
function readKeySource(
  reader: Reader,
  issuer: string,
  key: Given<JwtKey, JwtKeyFile["name"]> | undefined,
): JwtKeySource {
  const jwksUrl = reader.url("AUTH_JWT_JWKS_URL");
  const given = keySources.filter((name) => reader.isGiven(name));
  if (given.length > 1) reader.problem(`${given.join(" and ")} are both key sources: keep one`);
  if (given.length === 0 && issuer && !canBeDiscovered(issuer)) {
    reader.problem("AUTH_JWT_ISSUER must be an https URL for discovery; or set a key source of its own");
  }
  if (key) {
    for (const name of reader.given("AUTH_JWKS_")) reader.problem(`${name} is set beside a key that is not fetched`);
    const { name, value, path } = key;
    return { kind: "static", key: value, ...(path !== undefined && { file: { name, path } }) };
  }
  return { kind: "published", location: jwksUrl ? { jwksUrl } : { issuer }, ...readKeyTimes(reader) };
}

function readKeyTimes(reader: Reader): Pick<JwksOptions, "cacheMs" | "staleMaxMs" | "cooldownMs" | "timeoutMs"> {
  const cacheMs = 1000 * reader.integer("AUTH_JWKS_CACHE_S");
  const staleMaxMs = 1000 * reader.integer("AUTH_JWKS_STALE_MAX_S");
  // Keys must not be too old before they may be fetched again.
  const cooldownMs = Math.min(1000 * reader.integer("AUTH_JWKS_COOLDOWN_S"), cacheMs + staleMaxMs);
  return { cacheMs, staleMaxMs, cooldownMs, timeoutMs: reader.integer("AUTH_JWKS_TIMEOUT_MS") };
}

function canBeDiscovered(issuer: string): boolean {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url !== undefined && isTrustedUrl(url) && !/[?#]/.test(issuer);
}

function readApiKeys(reader: Reader): { path: string; first: readonly ApiKey[] } | undefined {
  const path = reader.required("AUTH_API_KEYS_FILE", "AUTH_MODE=apikey");
  const first = path ? reader.fromFile("AUTH_API_KEYS_FILE", path, parseApiKeys) : undefined;
  return first && { path, first };
}
