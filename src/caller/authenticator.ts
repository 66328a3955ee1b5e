import { AppError } from "../errors/app-error.js";
import type { Clock } from "../system/clock.js";
import type { ProxyFor } from "../system/forward-proxy.js";
import type { Reloads } from "../system/reloading-file.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { type ApiKey, parseApiKeys, verifyApiKey } from "./api-keys.js";
import { anybody, type Caller, defaultDelegateScope } from "./caller.js";
import { InvalidCredential } from "./invalid-credential.js";
import { createJwksSource, type FetchFailure, type JwksOptions } from "./jwks.js";
import { createJwtVerifier, type JwtRules } from "./jwt.js";
import { type GetKey, type JwtKey, jwtKeyParsers } from "./jwt-key.js";
import { rememberVerified } from "./verified-tokens.js";

/** Where the keys that verify a JWT come from: exactly one. */
export type JwtKeySource =
  | { readonly kind: "static"; readonly key: JwtKey; readonly file?: JwtKeyFile }
  | ({ readonly kind: "published" } & Omit<JwksOptions, "clock" | "proxyFor" | "onFailure" | "onOddEntries">);

/** The file that a fixed key came from, which may hold another one later. */
export interface JwtKeyFile {
  /** The setting, without _FILE. */
  readonly name: keyof typeof jwtKeyParsers;
  readonly path: string;
}

/** How callers are known. `none` never stands beside another mode. */
export type AuthSettings =
  | { readonly mode: "none" }
  | {
      readonly mode: "credentials";
      readonly jwt?: { readonly rules: JwtRules; readonly keys: JwtKeySource };
      readonly apiKeys?: { readonly path: string; readonly first: readonly ApiKey[] };
      readonly delegateScope: string | undefined;
    };

/** Knows the caller by the Authorization header. */
export interface Authenticator {
  /**
   * The caller, or undefined when there is no header. Throws InvalidCredential for a credential that is not valid,
   * AppError AUTH_UNAVAILABLE when that cannot be told now.
   */
  authenticate(authorization: string | undefined): Promise<Caller | undefined>;
  /** Can callers be verified yet? Tries to make it so. */
  isReady(): Promise<boolean>;
  /** The scheme for the WWW-Authenticate header. */
  readonly scheme: "Bearer" | "ApiKey";
}

/** What the verifiers work with. */
export interface AuthenticatorTools {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reloads: Reloads;
  readonly metrics: Metrics;
  readonly proxyFor: ProxyFor;
}

export function createAuthenticator(settings: AuthSettings, tools: AuthenticatorTools): Authenticator {
  if (settings.mode === "none") {
    return { authenticate: async () => anybody, isReady: async () => true, scheme: "Bearer" };
  }
  const jwt = settings.jwt && createJwt(settings.jwt, tools);
  const apiKeys = settings.apiKeys && createApiKeyVerifier(settings.apiKeys, settings.delegateScope, tools);
  // A Map: in an object the scheme "constructor" would find a function that is no verifier.
  const verifiers = new Map([
    ["bearer", jwt?.verify],
    ["apikey", apiKeys],
  ]);
  return {
    async authenticate(authorization) {
      if (authorization === undefined) return undefined;
      const [, scheme = "", credential = ""] = /^([A-Za-z]+) +(\S+)$/.exec(authorization) ?? [];
      const verify = verifiers.get(scheme.toLowerCase());
      if (!verify) throw new InvalidCredential("unknown scheme");
      return verify(credential);
    },
    isReady: jwt?.isReady ?? (async () => true),
    scheme: jwt ? "Bearer" : "ApiKey",
  };
}

function createJwt(
  { rules, keys }: { rules: JwtRules; keys: JwtKeySource },
  { clock, logger, reloads, metrics, proxyFor }: AuthenticatorTools,
): { verify: (token: string) => Promise<Caller>; isReady: () => Promise<boolean> } {
  const verifierOf = (getKey: GetKey) =>
    rememberVerified({ verify: createJwtVerifier(rules, getKey, clock.now), rules, getKey, clock });
  if (keys.kind === "static") {
    const { key, file } = keys;
    return { verify: verifierOf(file ? followKey(key, file, reloads) : () => key), isReady: async () => true };
  }
  const onFailure = (failure: FetchFailure) => {
    metrics.callerKeysNotFetched();
    logger.warn(failure, "the identity provider's keys cannot be fetched");
  };
  const onOddEntries = (entries: number) =>
    logger.warn({ entries }, "so many entries of the identity provider's key set cannot be used");
  const source = createJwksSource({ ...keys, clock, proxyFor, onFailure, onOddEntries });
  metrics.announceCallerKeys("published", () => source.ageMs / 1_000);
  return { verify: verifierOf(source.getKey), isReady: () => source.warmUp() };
}

function followKey(first: JwtKey, { name, path }: JwtKeyFile, reloads: Reloads): () => Promise<JwtKey> {
  const key = reloads.watch<JwtKey>({
    name: `${name}_FILE`,
    paths: [path],
    parse: ([text = ""]) => jwtKeyParsers[name](text),
    first,
  });
  return () => key.current();
}

function createApiKeyVerifier(
  { path, first }: { path: string; first: readonly ApiKey[] },
  scope: string = defaultDelegateScope,
  { clock, reloads, metrics }: AuthenticatorTools,
): (credential: string) => Promise<Caller> {
  let takenAt = clock.elapsed();
  metrics.announceCallerKeys("file", () => (clock.elapsed() - takenAt) / 1_000);
  const keys = reloads.watch<readonly ApiKey[]>({
    name: "AUTH_API_KEYS_FILE",
    paths: [path],
    parse: ([text = ""]) => parseApiKeys(text),
    first,
    onTaken: () => {
      takenAt = clock.elapsed();
    },
  });
  return async (credential) => verifyApiKey(await keys.current(), credential, scope, clock.now);
}

/** Is the failure the credential's fault? */
export function isRefusal(error: unknown): error is InvalidCredential {
  return error instanceof InvalidCredential;
}

/** What a refused credential is to the client: never why. */
export function unauthenticated({ reason, claim }: InvalidCredential): AppError {
  return new AppError("UNAUTHENTICATED", {
    message: "The credential is not valid",
    reason,
    ...(claim !== undefined && { log: { claim } }),
  });
}
