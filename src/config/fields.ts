import { regionCodes, regionTable } from "../amity/regions.js";

/** One environment variable. */
export interface Field {
  readonly name: string;
  /** What holds when it is not set, in words for the table; empty when there is nothing to say. */
  readonly fallback: string;
  readonly meaning: string;
  /** A secret can also come from a file named by NAME_FILE, and must be fit for an HTTP header. */
  readonly secret?: true;
}

const regionFields: readonly Field[] = regionCodes.flatMap((code) => [
  {
    name: `AMITY_${code}_API_KEY`,
    fallback: "",
    meaning: `API key of the network in ${regionTable[code].name}`,
    secret: true as const,
  },
  {
    name: `AMITY_${code}_SERVER_KEY`,
    fallback: "",
    meaning: `Server key of the network in ${regionTable[code].name}`,
    secret: true as const,
  },
  {
    name: `AMITY_${code}_BASE_URL`,
    fallback: "the region's documented host",
    meaning: "Another base URL for the region: https, or http on loopback only",
  },
]);

/** The one list of what the gateway reads from the environment. `.env.example` and the README's table come from it. */
export const fields: readonly Field[] = [
  { name: "HOST", fallback: "127.0.0.1", meaning: "Address to listen on" },
  { name: "PORT", fallback: "4000", meaning: "Port to listen on; 0 takes a free one and prints it" },
  {
    name: "AUTH_MODE",
    fallback: "none with the embedded emulator on a loopback HOST outside production; else it must be set",
    meaning: "Who may call. `none`: anybody on this machine; only on a loopback HOST and outside production",
  },
  {
    name: "AMITY_REGION",
    fallback: "the only configured region, else sg",
    meaning: "Default region: eu, sg or us",
  },
  { name: "AMITY_API_KEY", fallback: "", meaning: "API key of the default region's network", secret: true },
  { name: "AMITY_SERVER_KEY", fallback: "", meaning: "Server key of the default region's network", secret: true },
  ...regionFields,
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
    name: "INTROSPECTION",
    fallback: "auto",
    meaning: "Schema introspection: `on`, `off`, or `auto`: on outside production",
  },
  {
    name: "EXPLORER",
    fallback: "auto",
    meaning: "Page for browsers at GET /graphql: `sandbox` (Apollo Sandbox), `off`, or `auto`: on outside production",
  },
  {
    name: "LOG_LEVEL",
    fallback: "info",
    meaning: "Least level logged: trace, debug, info, warn, error, fatal or silent",
  },
];

/** Documented for later versions. Refused rather than ignored: whoever sets one relies on it. */
export const notBuiltYet: readonly RegExp[] = [
  /^AMITY_(?:(?:EU|SG|US)_)?(?:SERVER_KEY_SECONDARY|ADMIN_TOKEN)(?:_FILE)?$/,
  /^AMITY_MTLS_(?:CERT|KEY|CA|CERT2|KEY2)_FILE$/,
  /^AUTH_(?:JWT|JWKS|API_KEYS|HEADER)_[A-Z_]+$/,
  /^AUTH_(?:DELEGATE_SCOPE|DISPLAY_NAME_CLAIM)$/,
  /^(?:CORS_ORIGINS|TRUSTED_PROXIES|TOKEN_REUSE_SECONDS|REDIS_URL|ADMIN_PORT)$/,
];
