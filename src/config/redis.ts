import { isIP } from "node:net";
import { entriesOf, UnusableText } from "../system/setting-text.js";
import { readAuthorities } from "./authorities.js";
import type { FieldName } from "./fields.js";
import type { Given, Reader } from "./reader.js";

export type RedisMode = "standalone" | "sentinel" | "cluster";

/** What REDIS_URL names: servers, or the Sentinels that know them. */
export interface RedisServers {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

/** What replicas share, and how it is reached. */
export interface RedisSettings {
  readonly url: Given<RedisServers, "REDIS_URL">;
  readonly mode: RedisMode;
  /** What the Sentinels call the master; with `sentinel` only. */
  readonly sentinelMaster: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly ca: readonly string[] | undefined;
  /** Every key and channel begins with it. */
  readonly prefix: string;
  /** How long a request waits for an answer. Milliseconds. */
  readonly timeoutMs: number;
  /** How many processes share the limits while Redis is away. */
  readonly replicas: number;
  /** Of 32 bytes: the first seals, each opens. Undefined: tokens are not shared. */
  readonly cacheKeys: Given<readonly Buffer[], "TOKEN_CACHE_KEY"> | undefined;
}

/** Mean nothing without REDIS_URL, so whoever sets one believes that something is shared. */
const dependents = [
  "REDIS_SENTINEL_MASTER",
  "REDIS_SENTINEL_PASSWORD",
  "REDIS_CA_FILE",
  "TOKEN_CACHE_KEY",
] as const satisfies readonly FieldName[];

/** Undefined: every process is for itself. `tokenReuseMs`: 0 when no token is handed out again. */
export function readRedis(reader: Reader, tokenReuseMs: number): RedisSettings | undefined {
  const mode = reader.choice("REDIS_MODE");
  const url = reader.fromSetting("REDIS_URL", (text) => parseRedisServers(text, mode));
  const cacheKeys = reader.fromSetting("TOKEN_CACHE_KEY", parseCacheKeys);
  const settings = {
    mode,
    ...readSentinel(reader, mode),
    ca: readAuthorities(reader, "REDIS_CA_FILE"),
    prefix: readPrefix(reader),
    timeoutMs: reader.integer("REDIS_TIMEOUT_MS"),
    replicas: reader.integer("REPLICAS"),
    cacheKeys,
  };
  if (!reader.isGiven("REDIS_URL")) {
    for (const name of dependents) if (reader.isGiven(name)) reader.problem(`${name} is set without REDIS_URL`);
    if (mode !== "standalone") reader.problem(`REDIS_MODE is ${mode}, and REDIS_URL is not set`);
    if (settings.replicas > 1) reader.warning("REPLICAS splits nothing without REDIS_URL: each has the whole limits");
    return undefined;
  }
  if (settings.ca && url && !url.value.isEncrypted) {
    reader.problem("REDIS_CA_FILE is set, and REDIS_URL begins with redis://, which is not encrypted: write rediss://");
  }
  if (cacheKeys && tokenReuseMs === 0) {
    reader.warning("TOKEN_CACHE_KEY seals no token: TOKEN_REUSE_SECONDS is 0, so none is handed out again");
  }
  if (settings.replicas === 1) {
    reader.warning("REPLICAS is 1: while Redis is away each gateway allows the whole limits; set how many there are");
  }
  return url && { url, ...settings };
}

function readSentinel(reader: Reader, mode: RedisMode): Pick<RedisSettings, "sentinelMaster" | "sentinelPassword"> {
  const sentinelMaster =
    mode === "sentinel"
      ? reader.required("REDIS_SENTINEL_MASTER", "REDIS_MODE=sentinel")
      : reader.text("REDIS_SENTINEL_MASTER");
  const sentinelPassword = reader.fromSetting("REDIS_SENTINEL_PASSWORD", (text) => text)?.value;
  for (const name of ["REDIS_SENTINEL_MASTER", "REDIS_SENTINEL_PASSWORD"] as const) {
    if (mode !== "sentinel" && reader.isGiven(name)) reader.problem(`${name} is set without REDIS_MODE=sentinel`);
  }
  return { sentinelMaster, sentinelPassword };
}

/** No braces, which would be a hash tag of their own, and no star, which stands for anything in rules of access. */
function readPrefix(reader: Reader): string {
  const prefix = reader.text("REDIS_PREFIX");
  if (!/^[\w.:-]{1,64}$/.test(prefix)) reader.refuse("REDIS_PREFIX");
  return prefix;
}

/** Throws UnusableText. */
export function parseRedisServers(text: string, mode: RedisMode): RedisServers {
  const urls = entriesOf(text).map(parseUrl);
  const [first] = urls;
  if (!first) throw new UnusableText("names no server");
  const schemes = new Set(urls.map(({ protocol }) => protocol));
  if (schemes.size > 1) throw new UnusableText("mixes redis:// and rediss://: it is one of them for all");
  if (mode === "standalone" && urls.length > 1) {
    throw new UnusableText("names several servers, and REDIS_MODE is standalone: set it to sentinel or cluster");
  }
  const databases = new Set(urls.map(({ pathname }) => pathname.replace(/^\/?/, "") || "0"));
  const [database = "0"] = databases;
  if (databases.size > 1) throw new UnusableText("names several databases: it is one number for all");
  if (!/^\d{1,4}$/.test(database)) throw new UnusableText("has a path that is no number of a database");
  if (mode === "cluster" && Number(database) !== 0) {
    throw new UnusableText("names a database, and a Cluster has none but 0");
  }
  const defaultPort = mode === "sentinel" ? 26_379 : 6_379;
  return {
    nodes: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? defaultPort : Number(port),
    })),
    isEncrypted: first.protocol === "rediss:",
    ...credentialsIn(urls),
    database: Number(database),
  };
}

function parseUrl(entry: string): URL {
  if (entry === "") throw new UnusableText("has an empty entry between its commas");
  if (!/^rediss?:\/\//.test(entry)) {
    const slip = /^rediss?:/i.test(entry) ? "" : ", or a comma in the password that is not written as %2C";
    throw new UnusableText(`has an entry that does not begin with redis:// or rediss://${slip}`);
  }
  if (/[?#]/.test(entry)) {
    throw new UnusableText(
      "has a ? or #: nothing is read of a query, and in a password they are written as %3F and %23",
    );
  }
  const url = URL.canParse(entry) ? new URL(entry) : undefined;
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  if (!url || !(isIP(host) > 0 || /^[a-z\d]([\w.-]*[\w.])?$/i.test(host)) || url.port === "0") {
    throw new UnusableText(
      "holds no URL such as redis://user:password@host:6379; write @ / : in a password as %40 %2F %3A",
    );
  }
  return url;
}

/** They may stand in one of several URLs, and hold for all. */
function credentialsIn(urls: readonly URL[]): Pick<RedisServers, "username" | "password"> {
  const given = new Map(
    urls.filter(({ username, password }) => username || password).map((url) => [userInfo(url), url]),
  );
  if (given.size > 1) throw new UnusableText("names several users or passwords: they are the same for all servers");
  const [url] = given.values();
  if (!url) return { username: undefined, password: undefined };
  if (!url.password) throw new UnusableText("has a user without a password; a password alone is written as :password@");
  try {
    return {
      username: url.username ? decodeURIComponent(url.username) : undefined,
      password: decodeURIComponent(url.password),
    };
  } catch {
    throw new UnusableText("has a % in its user or password that is not written as %25");
  }
}

function userInfo({ username, password }: URL): string {
  return `${username}:${password}`;
}

const keyBytes = 32;
/** Of 32 random bytes, fewer different ones come less than once in 10^20 tries. */
const leastDifferentBytes = 12;

/** One key or two. Throws UnusableText. */
export function parseCacheKeys(text: string): readonly Buffer[] {
  const keys = entriesOf(text).map((entry) => {
    if (!/^[A-Za-z\d+/]{43}=$/.test(entry)) {
      throw new UnusableText("must be 32 bytes in base64, or two such keys with a comma: openssl rand -base64 32");
    }
    return Buffer.from(entry, "base64");
  });
  if (keys.some((key) => key.length !== keyBytes || new Set(key).size < leastDifferentBytes)) {
    throw new UnusableText("is not random: openssl rand -base64 32 makes a key");
  }
  if (keys.length > 2) throw new UnusableText("holds more than two keys");
  if (keys[1]?.equals(keys[0] ?? keys[1])) throw new UnusableText("holds the same key twice");
  return keys;
}
