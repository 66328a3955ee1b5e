import { authTokenLifeMs, leastReusedLifeMs } from "../amity/auth-token-life.js";
import { type HostFamily, type RegionCode, regionCodes, regionTable, usualRegion } from "../amity/regions.js";
import { type AdminAuth, adminAuths, type SessionApi, type TokenApi } from "../amity/requests.js";
import { defaultDelegateScope } from "../caller/caller.js";
import { leastRsaBits, leastSharedSecretBytes } from "../caller/jwt-key.js";
import { socketPathBytes } from "../system/socket-path.js";
import type { Field, SecretField, UrlField } from "./field-kinds.js";

export const publicKeyAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;
export const sharedSecretAlgorithms = ["HS256"] as const;

const timeoutRange = { least: 1, most: 120_000, unit: "milliseconds" } as const;
const shutdownRange = { least: 0, most: 600_000, unit: "milliseconds" } as const;
const portRange = { least: 0, most: 65_535 } as const;
const rateRange = { least: 0, most: 1_000_000, unit: "a minute" } as const;

const proxyRule = "an http or https URL with or without user and password, or host:port";

type RegionFields = Readonly<
  Record<
    `AMITY_${RegionCode}_${"API_KEY" | "SERVER_KEY" | "SERVER_KEY_SECONDARY" | "ADMIN_TOKEN" | "VISITOR_SECRET"}`,
    SecretField
  > &
    Record<`AMITY_${RegionCode}_BASE_URL`, UrlField>
>;

const regionFields = Object.fromEntries(
  regionCodes.flatMap((code): [string, Field][] => [
    [
      `AMITY_${code}_API_KEY`,
      { kind: "secret", orFile: true, meaning: `API key of the network in ${regionTable[code].name}` },
    ],
    [
      `AMITY_${code}_SERVER_KEY`,
      { kind: "secret", orFile: true, meaning: `Server key of the network in ${regionTable[code].name}` },
    ],
    [
      `AMITY_${code}_SERVER_KEY_SECONDARY`,
      {
        kind: "secret",
        orFile: true,
        meaning: "The other server key of that network while keys are rotated: tried when the first is refused",
      },
    ],
    [
      `AMITY_${code}_ADMIN_TOKEN`,
      { kind: "secret", orFile: true, meaning: `Admin token of the network in ${regionTable[code].name}` },
    ],
    [
      `AMITY_${code}_VISITOR_SECRET`,
      { kind: "secret", orFile: true, meaning: `Visitor secret of the network in ${regionTable[code].name}` },
    ],
    [
      `AMITY_${code}_BASE_URL`,
      { kind: "url", unset: "the region's documented host", meaning: "Another base URL for the region" },
    ],
  ]),
) as RegionFields;

const authFields = {
  AUTH_JWT_ISSUER: { kind: "text", meaning: "Exact `iss` of the tokens; needed with `jwt`" },
  AUTH_JWT_AUDIENCE: { kind: "list", meaning: "Accepted `aud`; needed with `jwt`" },
  AUTH_JWT_JWKS_URL: {
    kind: "url",
    unset: "from the issuer's discovery document",
    meaning: "Where the issuer publishes its keys",
  },
  AUTH_JWT_PUBLIC_KEY: {
    kind: "document",
    orFile: true,
    rule: `a public key in PEM or as a JWK: RSA of ${leastRsaBits} bits, P-256 or Ed25519`,
    meaning: "A fixed public key instead; line ends may be written as \\n",
  },
  AUTH_JWT_SECRET: {
    kind: "secret",
    orFile: true,
    leastBytes: leastSharedSecretBytes,
    meaning: `A shared secret instead, for ${sharedSecretAlgorithms.join(", ")}`,
  },
  AUTH_JWT_ALGORITHMS: {
    kind: "list",
    unset: `${publicKeyAlgorithms.join(", ")}; ${sharedSecretAlgorithms.join(", ")} with a secret`,
    meaning: "Accepted algorithms",
  },
  AUTH_JWT_USER_CLAIM: { kind: "text", default: "sub", meaning: "The claim that holds the userId" },
  AUTH_JWT_CLOCK_SKEW_S: {
    kind: "integer",
    least: 0,
    most: 300,
    default: 30,
    unit: "seconds",
    meaning: "Clock difference that is forgiven",
  },
  AUTH_JWT_MAX_AGE_S: {
    kind: "integer",
    least: 0,
    most: 31_536_000,
    default: 0,
    unit: "seconds",
    meaning: "Greatest age of a token since `iat`; 0: any",
  },
  AUTH_JWT_TYP: { kind: "text", unset: "any", meaning: "Needed `typ` header, such as at+jwt (RFC 9068)" },
  AUTH_JWKS_CACHE_S: {
    kind: "integer",
    least: 1,
    most: 86_400,
    default: 600,
    unit: "seconds",
    meaning: "Published keys are fetched again after so long; from half of it on in the background",
  },
  AUTH_JWKS_STALE_MAX_S: {
    kind: "integer",
    least: 0,
    most: 604_800,
    default: 21_600,
    unit: "seconds",
    meaning: "How long the last good keys serve beyond that while they cannot be fetched",
  },
  AUTH_JWKS_COOLDOWN_S: {
    kind: "integer",
    least: 1,
    most: 3_600,
    default: 10,
    unit: "seconds",
    meaning:
      "At most one fetch in so long, or in AUTH_JWKS_CACHE_S and AUTH_JWKS_STALE_MAX_S together where they are less",
  },
  AUTH_JWKS_TIMEOUT_MS: {
    kind: "integer",
    least: 1,
    most: 60_000,
    default: 3_000,
    unit: "milliseconds",
    meaning: "Time for one fetch, discovery included",
  },
  AUTH_DISPLAY_NAME_CLAIM: {
    kind: "text",
    meaning: "The claim that holds the user's display name; set, callers cannot choose another",
  },
  AUTH_API_KEYS_FILE: {
    kind: "path",
    meaning: "JSON file of service keys, read again when it changes; needed with `apikey`",
  },
  AUTH_DELEGATE_SCOPE: {
    kind: "text",
    unset: `${defaultDelegateScope} for service keys; none for tokens`,
    meaning: "The scope or role whose holder may act for other users",
  },
} as const satisfies Readonly<Record<string, Field>>;

/**
 * The one list of what the gateway reads from the environment. The reader takes kinds, defaults, bounds and choices
 * from here, and so do `--help`, `.env.example`, docs/configuration.md and the texts of problems.
 */
export const fields = {
  HOST: {
    kind: "text",
    rule: "an IP address or a host name",
    default: "127.0.0.1",
    meaning: "Address to listen on",
  },
  ADMIN_PORT: {
    kind: "integer",
    ...portRange,
    meaning:
      "Port of its own for /metrics, /livez and /readyz; without it /metrics answers this machine only, and in production nobody",
  },
  PORT: {
    kind: "integer",
    ...portRange,
    default: 4000,
    meaning: "Port to listen on; 0 takes a free one and prints it",
  },
  AUTH_MODE: {
    kind: "list",
    choices: {
      jwt: "the app's own bearer tokens",
      apikey: "service keys",
      none: "anybody on this machine: alone, on a loopback HOST and outside production",
    },
    unset: "none with the embedded emulator on a loopback HOST outside production; else it must be set",
    meaning: "Who may call",
  },
  AMITY_REGION: {
    kind: "choice",
    choices: { eu: regionTable.EU.name, sg: regionTable.SG.name, us: regionTable.US.name } satisfies Record<
      Lowercase<RegionCode>,
      string
    >,
    anyCase: true,
    unset: `the only configured region, else ${usualRegion.toLowerCase()}`,
    meaning: "Default region",
  },
  AMITY_API_KEY: { kind: "secret", orFile: true, meaning: "API key of the default region's network" },
  AMITY_SERVER_KEY: { kind: "secret", orFile: true, meaning: "Server key of the default region's network" },
  AMITY_SERVER_KEY_SECONDARY: {
    kind: "secret",
    orFile: true,
    meaning: "The other server key of the default region while keys are rotated: tried when the first is refused",
  },
  AMITY_ADMIN_TOKEN: {
    kind: "secret",
    orFile: true,
    meaning: "Admin token of the default region's network, for `revokeUserSessions`, `upsertUser`, `user` and `users`",
  },
  AMITY_VISITOR_SECRET: {
    kind: "secret",
    orFile: true,
    meaning: "Visitor secret of the default region's network, which signs for visitors",
  },
  ...regionFields,
  AMITY_ADMIN_AUTH: {
    kind: "choice",
    choices: adminAuths satisfies Record<AdminAuth, string>,
    default: "bearer",
    meaning: "How the admin token is sent: Amity's pages name two ways",
  },
  AMITY_ALLOW_UNSECURE: {
    kind: "choice",
    choices: { on: "it starts, and warns each time", off: "" },
    default: "off",
    meaning: "Whether production may serve a region that has an API key and no server key: unsecure mode",
  },
  AMITY_MTLS_CERT_FILE: {
    kind: "path",
    meaning: "Client certificate for the token route and the admin's (PEM), read again when it changes",
  },
  AMITY_MTLS_KEY_FILE: { kind: "path", holdsSecret: true, meaning: "Its private key (PEM)" },
  AMITY_MTLS_CERT2_FILE: { kind: "path", meaning: "A second client certificate, for rotation" },
  AMITY_MTLS_KEY2_FILE: { kind: "path", holdsSecret: true, meaning: "Its private key" },
  AMITY_MTLS_CA_FILE: {
    kind: "path",
    meaning:
      "Certificates to trust for Amity's hosts besides Node's own and those of NODE_EXTRA_CA_CERTS (PEM); read at start",
  },
  AMITY_HOST_FAMILY: {
    kind: "choice",
    choices: {
      api: regionTable.EU.endpoints.api[0],
      apix: regionTable.EU.endpoints.apix[0],
    } satisfies Record<HostFamily, string>,
    default: "api",
    meaning: "Which of Amity's documented hosts (here those of Europe)",
  },
  AMITY_TOKEN_API: {
    kind: "choice",
    choices: {
      v4: "POST /api/v4/authentication/token",
      v3: "GET /api/v3/authentication/token",
    } satisfies Record<TokenApi, string>,
    default: "v4",
    meaning: "Amity's token route",
  },
  AMITY_SESSION_API: {
    kind: "choice",
    choices: {
      v3: "POST /api/v3/sessions",
      v4: "POST /api/v4/sessions",
      v5: "POST /api/v5/sessions",
    } satisfies Record<SessionApi, string>,
    default: "v3",
    meaning: "Amity's session route",
  },
  ...authFields,
  HTTPS_PROXY: {
    kind: "text",
    shared: true,
    rule: proxyRule,
    meaning: "Proxy for calls to Amity and to the identity provider; never for this machine",
  },
  ALL_PROXY: { kind: "text", shared: true, rule: proxyRule, meaning: "The same where HTTPS_PROXY is not set" },
  NO_PROXY: {
    kind: "list",
    shared: true,
    rule: "names with all below them, IP addresses, CIDR ranges, each with a port or without, or a star for all",
    meaning: "Hosts that are reached without the proxy",
  },
  UPSTREAM_TIMEOUT_MS: {
    kind: "integer",
    ...timeoutRange,
    default: 10_000,
    meaning: "Time for one root field, all its calls to Amity included",
  },
  UPSTREAM_ATTEMPT_TIMEOUT_MS: {
    kind: "integer",
    ...timeoutRange,
    default: 5_000,
    meaning: "Time for one call to Amity",
  },
  SHUTDOWN_DELAY_MS: {
    kind: "integer",
    ...shutdownRange,
    default: 0,
    meaning: "How long it serves on after SIGTERM while /readyz is 503, so that load balancers send it nothing more",
  },
  DRAIN_MS: {
    kind: "integer",
    ...shutdownRange,
    least: 1,
    default: 10_000,
    meaning:
      "Time after that for requests under way; not less than UPSTREAM_TIMEOUT_MS, which holds where it is longer",
  },
  TOKEN_REUSE_SECONDS: {
    kind: "integer",
    least: 0,
    most: (authTokenLifeMs - leastReusedLifeMs) / 1_000,
    default: 0,
    unit: "seconds",
    meaning: `How long the same user is handed the same auth token again, while ${leastReusedLifeMs / 60_000} minutes of its life remain; 0: each is minted`,
  },
  REDIS_URL: {
    kind: "secret",
    orFile: true,
    rule: "redis:// or rediss:// (TLS) with user, password and number of the database where they are needed; of Sentinels and of a Cluster several, with commas",
    meaning: "Where replicas share limits, reused tokens and revocations (docs/operations.md)",
  },
  REDIS_MODE: {
    kind: "choice",
    choices: {
      standalone: "REDIS_URL is the server",
      sentinel: "REDIS_URL lists Sentinels, with the server's user and password",
      cluster: "REDIS_URL lists some of the Cluster's nodes",
    },
    default: "standalone",
    meaning: "What REDIS_URL leads to",
  },
  REDIS_SENTINEL_MASTER: { kind: "text", meaning: "What the Sentinels call the master; needed with `sentinel`" },
  REDIS_SENTINEL_PASSWORD: {
    kind: "secret",
    orFile: true,
    meaning: "Password of the Sentinels themselves, where they want one",
  },
  REDIS_CA_FILE: {
    kind: "path",
    meaning: "Certificates to trust for Redis besides Node's own and those of NODE_EXTRA_CA_CERTS (PEM); read at start",
  },
  REDIS_PREFIX: {
    kind: "text",
    rule: "1 to 64 letters, digits, or any of - _ . :",
    default: "amity-graphql",
    meaning: "How every key and channel begins: gateways share by having the same",
  },
  REDIS_TIMEOUT_MS: {
    kind: "integer",
    least: 1,
    most: 1_000,
    default: 50,
    unit: "milliseconds",
    meaning: "How long each step of a request waits for Redis before it goes on without",
  },
  REPLICAS: {
    kind: "integer",
    least: 1,
    most: 1_000,
    default: 1,
    meaning: "How many gateways share: while Redis is away, each allows its part of the limits",
  },
  TOKEN_CACHE_KEY: {
    kind: "secret",
    orFile: true,
    rule: "32 random bytes in base64 (openssl rand -base64 32), or two such with a comma",
    meaning: "Seals the reused tokens that replicas share: the first key seals, each opens; without it none are shared",
  },
  INTROSPECTION: {
    kind: "choice",
    choices: { on: "", off: "", auto: "on outside production, for signed-in callers in production" },
    default: "auto",
    meaning: "Schema introspection",
  },
  EXPLORER: {
    kind: "choice",
    choices: {
      graphiql: "needs no other host",
      sandbox: "Apollo Sandbox, and GraphiQL at /graphql/explorer",
      off: "",
      auto: "sandbox where its script can be had, else graphiql; off in production",
    },
    default: "auto",
    meaning: "Pages for browsers at GET / and GET /graphql",
  },
  CORS_ORIGINS: {
    kind: "list",
    rule: "exact origins such as https://app.example.com or capacitor://localhost",
    meaning: "Browser apps on other sites; none: no cross-origin requests",
  },
  CORS_HEADERS: {
    kind: "list",
    rule: "names of headers, without a star",
    meaning:
      "What those apps may send besides Authorization, Content-Type and the usual headers of tracing and GraphQL clients",
  },
  TRUSTED_PROXIES: {
    kind: "list",
    rule: "IP addresses or CIDR ranges",
    meaning: "Proxies whose X-Forwarded-For is believed",
  },
  BODY_LIMIT_BYTES: {
    kind: "integer",
    least: 1_024,
    most: 1_048_576,
    default: 102_400,
    unit: "bytes",
    meaning: "Greatest request body",
  },
  RATE_LIMIT_USER: {
    kind: "integer",
    ...rateRange,
    default: 30,
    meaning: "Root fields of one user; 0: no limit",
  },
  RATE_LIMIT_SERVICE: {
    kind: "integer",
    ...rateRange,
    default: 600,
    meaning: "Root fields of one service key; 0: no limit",
  },
  RATE_LIMIT_FAILED_AUTH: {
    kind: "integer",
    ...rateRange,
    default: 20,
    meaning: "Refused credentials and dead access tokens from one address before they are answered 429; 0: no limit",
  },
  VISITORS: {
    kind: "choice",
    choices: { on: "each configured region needs its visitor secret", off: "" },
    default: "off",
    meaning: "Whether people who are not signed in may have visitor signatures and sessions",
  },
  VISITOR_LIMIT_ADDRESS: {
    kind: "integer",
    ...rateRange,
    default: 20,
    meaning: "What visitors of one address may ask for (IPv6: of one /64); 0: no limit",
  },
  VISITOR_LIMIT_DEVICE: {
    kind: "integer",
    ...rateRange,
    default: 6,
    meaning: "What one deviceId of a visitor may be asked for with; 0: no limit",
  },
  USER_PROFILES: {
    kind: "choice",
    choices: { on: "each configured region needs its admin token", off: "" },
    default: "off",
    meaning: "Whether every caller may look up what apps show of any user",
  },
  SHED_EVENT_LOOP_DELAY_MS: {
    kind: "integer",
    least: 0,
    most: 60_000,
    default: 250,
    unit: "milliseconds",
    meaning: "Mean event-loop delay over a second above which requests are answered 503; 0: never",
  },
  AUDIT_FILE: {
    kind: "outlet",
    rule: "the absolute path of a file or a named pipe",
    mostBytes: socketPathBytes - ".lock".length,
    meaning: "Where the audit goes besides the log: a file for this gateway alone, which is made if there is none",
  },
  AUDIT_SOCKET: {
    kind: "outlet",
    rule: "the absolute path of a Unix stream socket",
    mostBytes: socketPathBytes,
    meaning: "A socket that takes the audit; beside AUDIT_FILE, each has all lines and a chain of its own",
  },
  AUDIT_KEY: {
    kind: "secret",
    orFile: true,
    leastBytes: 16,
    meaning:
      "Makes HMAC-SHA-256 of the audit's chain, so that nobody without it can write the whole anew; read at start",
  },
  AUDIT_REQUIRED: {
    kind: "choice",
    choices: { on: "nothing that is audited is handed out unless a sink took its line", off: "" },
    default: "off",
    meaning: "Whether AUDIT_FILE or AUDIT_SOCKET must have a line before its answer goes out",
  },
  TRACES: {
    kind: "choice",
    choices: { on: "through @opentelemetry/api, to the SDK that was registered before the start", off: "" },
    default: "off",
    meaning: "Whether requests, their root fields and calls to Amity are traced",
  },
  LOG_USER_IDS: {
    kind: "choice",
    choices: { hash: "SHA-256, shortened", plain: "" },
    default: "hash",
    meaning: "User ids in the access log. The audit lines name them always",
  },
  LOG_LEVEL: {
    kind: "choice",
    choices: { trace: "", debug: "", info: "", warn: "", error: "", fatal: "", silent: "" },
    default: "info",
    meaning: "Least level logged",
  },
} as const satisfies Readonly<Record<string, Field>>;

type Fields = typeof fields;
export type FieldName = keyof Fields;

/** Names of the settings of a kind, or of those of a shape. */
export type NameOf<Kind extends Field["kind"], Shape = unknown> = {
  [Name in FieldName]: Fields[Name] extends { readonly kind: Kind } & Shape ? Name : never;
}[FieldName];

/** The values that a choice can have. */
export type ChoiceOf<Name extends NameOf<"choice">> = Extract<keyof Fields[Name]["choices"], string>;

/** Documented for later versions. Refused rather than ignored: whoever sets one relies on it. */
export const notBuiltYet: readonly RegExp[] = [/^AUTH_HEADER_[A-Z_]+$/];

/** The variables that give a setting, its own name first. */
export function variablesOf(name: string, field: Field): readonly string[] {
  if ("orFile" in field) return [name, `${name}_FILE`];
  return "shared" in field ? [name, name.toLowerCase()] : [name];
}

/** Every variable that is read, NAME_FILE included, with the setting that it gives. */
export const variables: ReadonlyMap<string, FieldName> = new Map(
  (Object.keys(fields) as FieldName[]).flatMap((name) =>
    variablesOf(name, fields[name]).map((variable): [string, FieldName] => [variable, name]),
  ),
);
