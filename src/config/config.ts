import type { HostFamily, RegionCode } from "../amity/regions.js";
import type { AdminAuth, SessionApi, TokenApi } from "../amity/requests.js";
import type { AuditSettings } from "../audit/trail.js";
import type { AuthSettings } from "../caller/authenticator.js";
import type { ProxyFor } from "../system/forward-proxy.js";
import { readRegularFileSync } from "../system/regular-file.js";
import { readAudit } from "./audit.js";
import { readAuth } from "./auth.js";
import { isProduction, nodeEnvProblem } from "./environment.js";
import { type InboundSettings, readInbound } from "./inbound.js";
import { type Listening, readListening } from "./listening.js";
import { misspellings } from "./misspellings.js";
import { type MutualTlsConfig, readMutualTls } from "./mutual-tls.js";
import { judgeNodeSettings } from "./node-settings.js";
import { withoutPlatform } from "./platform.js";
import { readProxy } from "./proxy.js";
import { type Env, Reader } from "./reader.js";
import { type RedisSettings, readRedis } from "./redis.js";
import { type RegionConfig, readRegions } from "./regions.js";
import { judgeSecureMode } from "./secure-mode.js";
import { readShutdown, type ShutdownSettings } from "./shutdown.js";
import { readUserProfiles } from "./user-profiles.js";
import { readVisitors, type VisitorSettings } from "./visitors.js";

/** Everything the process was told, checked. */
export interface Config extends Listening {
  readonly production: boolean;
  readonly defaultRegion: RegionCode;
  /** Settings of each region, or `emulator`: no credentials were given, so the embedded emulator plays Amity. */
  readonly regions: Readonly<Record<RegionCode, RegionConfig>> | "emulator";
  readonly mutualTls: MutualTlsConfig;
  /** By which proxy the hosts outside this machine are reached. */
  readonly proxyFor: ProxyFor;
  readonly hostFamily: HostFamily;
  /** How long a token may be handed to the same user again; 0: each is minted. Milliseconds. */
  readonly tokenReuseMs: number;
  /** What this process shares with others, and by what; undefined: nothing. */
  readonly redis: RedisSettings | undefined;
  readonly tokenApi: TokenApi;
  readonly sessionApi: SessionApi;
  readonly adminAuth: AdminAuth;
  readonly upstreamTimeoutMs: number;
  readonly upstreamAttemptTimeoutMs: number;
  readonly shutdown: ShutdownSettings;
  /** `signed-in`: callers who are not signed in cannot introspect. */
  readonly introspection: "on" | "off" | "signed-in";
  /** Apollo Sandbox with a link to GraphiQL; GraphiQL alone, which needs no other host; `auto`: whichever is there. */
  readonly explorer: "auto" | "graphiql" | "sandbox" | "off";
  readonly auth: AuthSettings;
  readonly inbound: InboundSettings;
  /** Undefined: nobody is let in as a visitor. */
  readonly visitors: VisitorSettings | undefined;
  /** May callers look users up? */
  readonly userProfiles: boolean;
  /** Undefined: the audit goes into the log alone. */
  readonly audit: AuditSettings | undefined;
  /** Are requests traced? */
  readonly traces: boolean;
  readonly logUserIds: "hash" | "plain";
  readonly logLevel: string;
}

export interface LoadedConfig {
  /** Absent when there are problems. */
  readonly config?: Config;
  /** Each names its variable and never its value. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Settings that cannot be used: all of their problems, in words that quote no value. */
export class ConfigError extends Error {
  constructor(
    readonly problems: readonly string[],
    readonly warnings: readonly string[] = [],
  ) {
    super(["amity-graphql cannot start:", ...problems, ...warnings].join("\n  "));
    this.name = "ConfigError";
  }
}

/**
 * Reads the whole configuration from an environment, or all of its problems at once.
 * `readFile` gives the text of a NAME_FILE's file.
 */
export function loadConfig(env: Env, readFile: (path: string) => string = readRegularFileSync): LoadedConfig {
  const { config, problems, warnings } = readSettings(env, readFile);
  return { ...(config && { config }), problems, warnings };
}

/** A configuration, and what it was read from. */
export interface ReadSettings extends LoadedConfig {
  /** Without what a platform set. */
  readonly env: Env;
  /** Variables that the platform set for its own purposes, and that look like ours. */
  readonly ignored: readonly string[];
  /** Knows each value by itself. */
  readonly reader: Reader;
}

/** The same as loadConfig with what it was read from, for those who want to show it. */
export function readSettings(given: Env, readFile: (path: string) => string): ReadSettings {
  const { settings: env, ignored, warnings } = withoutPlatform(given);
  const reader = new Reader(env, readFile);
  const problem = nodeEnvProblem(env);
  if (problem !== undefined) reader.problem(problem);
  const production = problem === undefined && isProduction(env);
  judgeNodeSettings(reader, env, production);
  const config = readConfig(reader, production);
  const { problems } = reader;
  return {
    ...(problems.length === 0 && { config }),
    problems,
    warnings: [...warnings, ...reader.warnings, ...misspellings(env).map(([, warning]) => warning)],
    env,
    ignored,
    reader,
  };
}

/** The configuration and its warnings, from what loadConfig gave or from its config alone. Throws ConfigError. */
export function usable(given: LoadedConfig | Config | undefined): { config: Config; warnings: readonly string[] } {
  if (given && "problems" in given) {
    if (given.config) return { config: given.config, warnings: given.warnings };
    throw new ConfigError(given.problems, given.warnings);
  }
  if (given && "regions" in given) return { config: given, warnings: [] };
  throw new ConfigError(["no configuration was given: hand over what loadConfig gives, which says what is wrong"]);
}

function readConfig(reader: Reader, production: boolean): Config {
  const listening = readListening(reader);
  const hostFamily = reader.choice("AMITY_HOST_FAMILY");
  const network = readRegions(reader, hostFamily);
  if (network.regions === "emulator" && production) {
    reader.problem("AMITY_API_KEY or AMITY_SERVER_KEY must be set in production: the emulator never runs there");
  }
  judgeSecureMode(reader, network, production);
  const upstreamTimeoutMs = reader.integer("UPSTREAM_TIMEOUT_MS");
  const proxyFor = readProxy(reader);
  const tokenReuseMs = 1_000 * reader.integer("TOKEN_REUSE_SECONDS");
  const explorer = reader.choice("EXPLORER");
  const introspection = reader.choice("INTROSPECTION");
  return {
    production,
    ...listening,
    ...network,
    hostFamily,
    mutualTls: readMutualTls(reader),
    proxyFor,
    tokenReuseMs,
    redis: readRedis(reader, tokenReuseMs),
    tokenApi: reader.choice("AMITY_TOKEN_API"),
    sessionApi: reader.choice("AMITY_SESSION_API"),
    adminAuth: reader.choice("AMITY_ADMIN_AUTH"),
    upstreamTimeoutMs,
    upstreamAttemptTimeoutMs: reader.integer("UPSTREAM_ATTEMPT_TIMEOUT_MS"),
    shutdown: readShutdown(reader, upstreamTimeoutMs),
    introspection: introspection === "auto" ? (production ? "signed-in" : "on") : introspection,
    auth: readAuth(reader, { host: listening.host, production, emulator: network.regions === "emulator" }),
    inbound: readInbound(reader),
    visitors: readVisitors(reader, network),
    userProfiles: readUserProfiles(reader, network),
    audit: readAudit(reader),
    traces: reader.choice("TRACES") === "on",
    logUserIds: reader.choice("LOG_USER_IDS"),
    explorer: explorer === "auto" && production ? "off" : explorer,
    logLevel: reader.choice("LOG_LEVEL"),
  };
}
