import { isProduction } from "../config/environment.js";
import { systemClock, type WallClock } from "../system/clock.js";
import { type Fault, type FaultInput, parseFaults } from "./faults/fault.js";
import { randomIds } from "./ids.js";
import type { RateLimit } from "./rate-limiter.js";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A credential must fit an HTTP header; 150 is Amity's limit for x-server-key (OpenAPI v4). */
const credentialPattern = /^[\x21-\x7e]{1,150}$/;

/** Common name of the authority that every emulator with mutual TLS makes for itself. */
export const authorityName = "Amity emulator CA";

/** How a protected route meets a client without a valid certificate. */
export type CertificateRefusal = "drop" | "403";

/** Mutual TLS: Amity wants a client certificate on its token routes and of admins (docs.social.plus Security page). */
export interface MutualTlsOptions {
  /** Without a valid certificate: the connection breaks, or 403 with Amity's code 400300. Default: 'drop'. */
  readonly refusal?: CertificateRefusal;
  /** Life of a client certificate in milliseconds. Default: 365 days; no source says so. */
  readonly certificateLifetimeMs?: number;
}

/** How the emulator behaves. Where Amity's documents are silent or disagree, the default is the choice described. */
export interface EmulatorOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on. Default: 0, any free one. */
  readonly port?: number;
  /** The network's x-api-key, 1-150 visible ASCII characters. Default: made up. */
  readonly apiKey?: string;
  /** The network's x-server-key, 1-150 visible ASCII characters. Default: made up. */
  readonly serverKey?: string;
  /** The admin's token at the start, 1-150 visible ASCII characters. Default: made up. */
  readonly adminToken?: string;
  /** What opens the control routes and the inspector, 1-150 visible ASCII characters. Default: made up. */
  readonly controlKey?: string;
  /** The visitor application secret, 1-150 visible ASCII characters. Default: made up. */
  readonly visitorSecret?: string;
  /** Whether sessions need an auth token. Default: true. When off, the token routes answer 403. */
  readonly secureMode?: boolean;
  /** Whether visitors need a signature (docs.social.plus, visitor mode). Default: false. */
  readonly secureVisitorMode?: boolean;
  /** Whether an auth token opens one session only. Default: false; no source says so. */
  readonly singleUseAuthTokens?: boolean;
  /** Life of an auth token in milliseconds. Default: 10 minutes (docs.social.plus Security page). */
  readonly authTokenLifetimeMs?: number;
  /**
   * Life of an access token in milliseconds.
   * Default: 30 days in secure mode, else 1 day (docs.social.plus Security page).
   */
  readonly accessTokenLifetimeMs?: number;
  /**
   * How the v3 token route refuses a wrong server key: 403 with Amity's code 400300 (OpenAPI v3), or 401 in plain text
   * (docs.social.plus, troubleshooting). Default: '403'.
   */
  readonly v3KeyError?: "403" | "401";
  /** Life of an admin token in milliseconds. Default: 365 days (docs.social.plus, admin tokens). */
  readonly adminTokenLifetimeMs?: number;
  /**
   * How long an admin token lives on once it was replaced, in milliseconds.
   * Default: 24 hours (docs.social.plus, admin tokens: at most so long).
   */
  readonly adminTokenOverlapMs?: number;
  /** What a session does to its user's others on that device. Default: 'keep'; the technical FAQ may mean 'revoke'. */
  readonly sameDevice?: "keep" | "revoke";
  /** Session of a deleted user: one whose user is marked as deleted, or 404. Default: '200'; no source says so. */
  readonly deletedUserSession?: "200" | "404";
  /**
   * Whether a session's body says when it was issued and when it expires. Default: true; the sample on the
   * docs.social.plus Security page says neither.
   */
  readonly sessionTimes?: boolean;
  /** Limit for each user on the routes that take an access token. Default: none. */
  readonly rateLimit?: RateLimit;
  /** HTTPS by an authority of its own, and client certificates; needs secure mode. Default: plain HTTP. */
  readonly mtls?: boolean | MutualTlsOptions;
  /** What goes wrong from the start; docs/emulator.md lists the kinds. Default: nothing. */
  readonly faults?: readonly FaultInput[];
  /** Now, in milliseconds since the epoch. Default: this machine's clock. */
  readonly clock?: () => number;
  /** The kind of environment; 'production' is refused. The process's own NODE_ENV counts besides. */
  readonly nodeEnv?: string | undefined;
}

/** The options with every default filled in. */
export type Settings = Required<
  Omit<EmulatorOptions, "accessTokenLifetimeMs" | "rateLimit" | "mtls" | "faults" | "clock" | "nodeEnv">
> & {
  readonly accessTokenLifetimesMs: { readonly secure: number; readonly unsecure: number };
  readonly rateLimit: RateLimit | undefined;
  readonly mtls: Required<MutualTlsOptions> | undefined;
  readonly faults: readonly Fault[];
  readonly now: WallClock;
};

/** The emulator accepts keys that anybody may have seen, so it does not start in production. */
export class EmulatorInProductionError extends Error {
  constructor() {
    super("The Amity emulator does not start with NODE_ENV=production");
  }
}

/** Fills in the defaults. Throws EmulatorInProductionError, or RangeError that names the option and not its value. */
export function resolveOptions(options: EmulatorOptions): Settings {
  // The process's own environment counts besides: whoever imports startEmulator on its own must be stopped too.
  if (isProduction() || isProduction({ NODE_ENV: options.nodeEnv })) throw new EmulatorInProductionError();
  const secureMode = options.secureMode ?? true;
  const mtls = mutualTls(options.mtls);
  // Amity's console offers mutual TLS only once secure mode is on (docs.social.plus Security page).
  if (mtls && !secureMode) throw new RangeError("mtls needs secureMode");
  return {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    apiKey: credential("apiKey", options.apiKey ?? randomIds.key("api-key")),
    serverKey: credential("serverKey", options.serverKey ?? randomIds.key("server-key")),
    adminToken: credential("adminToken", options.adminToken ?? randomIds.key("admin-token")),
    controlKey: credential("controlKey", options.controlKey ?? randomIds.key("control-key")),
    visitorSecret: credential("visitorSecret", options.visitorSecret ?? randomIds.key("visitor-secret")),
    secureMode,
    secureVisitorMode: options.secureVisitorMode ?? false,
    singleUseAuthTokens: options.singleUseAuthTokens ?? false,
    authTokenLifetimeMs: positive("authTokenLifetimeMs", options.authTokenLifetimeMs ?? 10 * minuteMs),
    accessTokenLifetimesMs: {
      secure: positive("accessTokenLifetimeMs", options.accessTokenLifetimeMs ?? 30 * dayMs),
      unsecure: positive("accessTokenLifetimeMs", options.accessTokenLifetimeMs ?? dayMs),
    },
    adminTokenLifetimeMs: positive("adminTokenLifetimeMs", options.adminTokenLifetimeMs ?? 365 * dayMs),
    adminTokenOverlapMs: positive("adminTokenOverlapMs", options.adminTokenOverlapMs ?? dayMs),
    sameDevice: options.sameDevice ?? "keep",
    deletedUserSession: options.deletedUserSession ?? "200",
    sessionTimes: options.sessionTimes ?? true,
    v3KeyError: options.v3KeyError ?? "403",
    rateLimit: options.rateLimit && {
      requests: positive("rateLimit.requests", options.rateLimit.requests),
      windowMs: positive("rateLimit.windowMs", options.rateLimit.windowMs),
    },
    mtls,
    faults: startFaults(options.faults ?? [], mtls !== undefined),
    now: options.clock ?? systemClock.now,
  };
}

function mutualTls(option: EmulatorOptions["mtls"]): Settings["mtls"] {
  if (!option) return undefined;
  const { refusal = "drop", certificateLifetimeMs = 365 * dayMs } = option === true ? {} : option;
  return { refusal, certificateLifetimeMs: positive("mtls.certificateLifetimeMs", certificateLifetimeMs) };
}

function startFaults(given: readonly FaultInput[], hasTls: boolean): readonly Fault[] {
  const faults = parseFaults(given);
  if (!hasTls && faults.some(({ kind }) => kind === "serverCertificateExpired")) {
    throw new RangeError("the fault serverCertificateExpired needs mtls");
  }
  return faults;
}

function credential(name: string, value: string): string {
  if (!credentialPattern.test(value)) throw new RangeError(`${name} must be 1-150 visible ASCII characters`);
  return value;
}

function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number above 0`);
  return value;
}
