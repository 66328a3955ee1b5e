import { regionCodes, regionTable } from "../amity/regions.js";

/** One environment variable. */
export interface Field {
  readonly name: string;
  /** What holds when it is not set, in words for the table; empty when there is nothing to say. */
  readonly fallback: string;
  readonly meaning: string;
  /** Can also come from a file that NAME_FILE names. */
  readonly orFile?: true;
}

const regionFields: readonly Field[] = regionCodes.flatMap((code) => [
  {
    name: `AMITY_${code}_API_KEY`,
    fallback: "",
    meaning: `API key of the network in ${regionTable[code].name}`,
    orFile: true as const,
  },
  {
    name: `AMITY_${code}_SERVER_KEY`,
    fallback: "",
    meaning: `Server key of the network in ${regionTable[code].name}`,
    orFile: true as const,
  },
  {
    name: `AMITY_${code}_SERVER_KEY_SECONDARY`,
    fallback: "",
    meaning: "The other server key of that network while keys are rotated: tried when the first is refused",
    orFile: true as const,
  },
  {
    name: `AMITY_${code}_BASE_URL`,
    fallback: "the region's documented host",
    meaning: "Another base URL for the region: https, or http on loopback only",
  },
]);

const authFields: readonly Field[] = [
  { name: "AUTH_JWT_ISSUER", fallback: "", meaning: "Exact `iss` of the tokens; needed with `jwt`" },
  { name: "AUTH_JWT_AUDIENCE", fallback: "", meaning: "Accepted `aud`, with commas; needed with `jwt`" },
  {
    name: "AUTH_JWT_JWKS_URL",
    fallback: "from the issuer's discovery document",
    meaning: "Where the issuer publishes its keys: https, or http on loopback only",
  },
  {
    name: "AUTH_JWT_PUBLIC_KEY",
    fallback: "",
    meaning: "A fixed public key instead, in PEM or as a JWK: RSA of 2048 bits, P-256 or Ed25519",
    orFile: true,
  },
  {
    name: "AUTH_JWT_SECRET",
    fallback: "",
    meaning: "A shared HS256 secret instead, of at least 32 bytes",
    orFile: true,
  },
  {
    name: "AUTH_JWT_ALGORITHMS",
    fallback: "RS256, PS256, ES256, EdDSA; HS256 with a secret",
    meaning: "Accepted algorithms, with commas",
  },
  { name: "AUTH_JWT_USER_CLAIM", fallback: "sub", meaning: "The claim that holds the userId" },
  { name: "AUTH_JWT_CLOCK_SKEW_S", fallback: "30", meaning: "Clock difference that is forgiven: 0 to 300 seconds" },
  { name: "AUTH_JWT_MAX_AGE_S", fallback: "0", meaning: "Greatest age of a token since `iat` in seconds; 0: any" },
  { name: "AUTH_JWT_TYP", fallback: "any", meaning: "Needed `typ` header, such as at+jwt (RFC 9068)" },
  {
    name: "AUTH_JWKS_CACHE_S",
    fallback: "600",
    meaning: "Published keys are fetched again after so long; from half of it on in the background",
  },
  {
    name: "AUTH_JWKS_STALE_MAX_S",
    fallback: "21600",
    meaning: "How long the last good keys serve beyond that while they cannot be fetched",
  },
  { name: "AUTH_JWKS_COOLDOWN_S", fallback: "10", meaning: "At most one fetch in so many seconds" },
  { name: "AUTH_JWKS_TIMEOUT_MS", fallback: "3000", meaning: "Time for one fetch, discovery included" },
  {
    name: "AUTH_DISPLAY_NAME_CLAIM",
    fallback: "",
    meaning: "The claim that holds the user's display name; set, callers cannot choose another",
  },
  {
    name: "AUTH_API_KEYS_FILE",
    fallback: "",
    meaning: "JSON file of service keys, read again when it changes; needed with `apikey`",
  },
  {
    name: "AUTH_DELEGATE_SCOPE",
    fallback: "amity:mint:any for service keys; none for tokens",
    meaning: "The scope or role whose holder may act for other users",
  },
];

/** The one list of what the gateway reads from the environment. `.env.example` and the README's table come from it. */
export const fields: readonly Field[] = [
  { name: "HOST", fallback: "127.0.0.1", meaning: "Address to listen on" },
  {
    name: "ADMIN_PORT",
    fallback: "",
    meaning: "Port of its own for /metrics, /livez and /readyz; without it /metrics answers this machine only",
  },
  { name: "PORT", fallback: "4000", meaning: "Port to listen on; 0 takes a free one and prints it" },
  {
    name: "AUTH_MODE",
    fallback: "none with the embedded emulator on a loopback HOST outside production; else it must be set",
    meaning:
      "Who may call: `jwt` (the app's own bearer tokens), `apikey` (service keys), or both with a comma. `none`: anybody on this machine; only on a loopback HOST and outside production",
  },
  {
    name: "AMITY_REGION",
    fallback: "the only configured region, else sg",
    meaning: "Default region: eu, sg or us",
  },
  { name: "AMITY_API_KEY", fallback: "", meaning: "API key of the default region's network", orFile: true },
  { name: "AMITY_SERVER_KEY", fallback: "", meaning: "Server key of the default region's network", orFile: true },
  {
    name: "AMITY_SERVER_KEY_SECONDARY",
    fallback: "",
    meaning: "The other server key of the default region while keys are rotated: tried when the first is refused",
    orFile: true,
  },
  ...regionFields,
  {
    name: "AMITY_MTLS_CERT_FILE",
    fallback: "",
    meaning: "Client certificate for the token route (PEM), read again when it changes",
  },
  { name: "AMITY_MTLS_KEY_FILE", fallback: "", meaning: "Its private key (PEM)" },
  { name: "AMITY_MTLS_CERT2_FILE", fallback: "", meaning: "A second client certificate, for rotation" },
  { name: "AMITY_MTLS_KEY2_FILE", fallback: "", meaning: "Its private key" },
  {
    name: "AMITY_MTLS_CA_FILE",
    fallback: "",
    meaning: "Certificates to trust for Amity's hosts besides Node's own (PEM); read at start",
  },
  {
    name: "AMITY_HOST_FAMILY",
    fallback: "api",
    meaning: "Amity's documented hosts: `api` (api.eu.amity.co) or `apix` (apix.eu.amity.co)",
  },
  {
    name: "AMITY_TOKEN_API",
    fallback: "v4",
    meaning: "Token route: `v4` (POST /api/v4/authentication/token) or `v3` (GET /api/v3/authentication/token)",
  },
  { name: "AMITY_SESSION_API", fallback: "v3", meaning: "Session route: `v3`, `v4` or `v5` of POST /api/vN/sessions" },
  ...authFields,
  {
    name: "UPSTREAM_TIMEOUT_MS",
    fallback: "10000",
    meaning: "Time for one root field, all its calls to Amity included: 1 to 120000 milliseconds",
  },
  {
    name: "UPSTREAM_ATTEMPT_TIMEOUT_MS",
    fallback: "5000",
    meaning: "Time for one call to Amity: 1 to 120000 milliseconds",
  },
  {
    name: "TOKEN_REUSE_SECONDS",
    fallback: "0",
    meaning:
      "How long the same user is handed the same auth token again: 0 to 420 seconds, while three minutes of its life remain; 0: each is minted",
  },
  {
    name: "INTROSPECTION",
    fallback: "auto",
    meaning: "Schema introspection: `on`, `off`, or `auto`: on outside production, for signed-in callers in production",
  },
  {
    name: "EXPLORER",
    fallback: "auto",
    meaning:
      "Page for browsers at GET /graphql: `graphiql` (needs no other host), `sandbox` (Apollo Sandbox, and GraphiQL at /graphql/explorer), `off`, or `auto`: `sandbox` outside production",
  },
  {
    name: "CORS_ORIGINS",
    fallback: "",
    meaning: "Exact origins of browser apps on other sites, with commas; none: no cross-origin requests",
  },
  {
    name: "TRUSTED_PROXIES",
    fallback: "",
    meaning: "Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed, with commas",
  },
  { name: "BODY_LIMIT_BYTES", fallback: "102400", meaning: "Greatest request body: 1024 to 1048576 bytes" },
  { name: "RATE_LIMIT_USER", fallback: "30", meaning: "Root fields of one user in a minute; 0: no limit" },
  { name: "RATE_LIMIT_SERVICE", fallback: "600", meaning: "Root fields of one service key in a minute; 0: no limit" },
  {
    name: "RATE_LIMIT_FAILED_AUTH",
    fallback: "20",
    meaning: "Refused credentials from one address in a minute before they are answered 429; 0: no limit",
  },
  {
    name: "SHED_EVENT_LOOP_DELAY_MS",
    fallback: "250",
    meaning: "Mean event-loop delay over a second above which requests are answered 503; 0: never",
  },
  {
    name: "LOG_USER_IDS",
    fallback: "hash",
    meaning: "User ids in the access log: `hash` (SHA-256, shortened) or `plain`. The audit lines name them always",
  },
  {
    name: "LOG_LEVEL",
    fallback: "info",
    meaning: "Least level logged: trace, debug, info, warn, error, fatal or silent",
  },
];

/** Documented for later versions. Refused rather than ignored: whoever sets one relies on it. */
export const notBuiltYet: readonly RegExp[] = [
  /^AMITY_(?:(?:EU|SG|US)_)?ADMIN_TOKEN(?:_FILE)?$/,
  /^AUTH_HEADER_[A-Z_]+$/,
  /^REDIS_URL$/,
];

/** The names of those variables that name a file instead of another one's value. */
export const fileNames: readonly string[] = fields.filter(({ orFile }) => orFile).map(({ name }) => `${name}_FILE`);

/** Is this variable read by this version? */
export function isKnown(name: string): boolean {
  return fileNames.includes(name) || fields.some((field) => field.name === name);
}
