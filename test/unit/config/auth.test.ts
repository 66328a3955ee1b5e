import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";
import { keyPairOf } from "../../support/key-pairs.js";

/** Marks every value that must not come back in a problem. */
const mark = "C4N4RY";
const secret = `${mark}-of-at-least-32-bytes-in-tests`;

const amity = { AMITY_API_KEY: "api", AMITY_SERVER_KEY: "server" };
const byDiscovery = {
  ...amity,
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "app",
};
const bySecret = { ...byDiscovery, AUTH_JWT_SECRET: secret };
const byApiKey = { ...amity, AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: "/keys" };
const keysFile = JSON.stringify([{ id: "billing", sha256: "0f".repeat(32), scopes: [] }]);

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig(env, (path) => {
    const text = { "/keys": keysFile, ...files }[path];
    if (text === undefined) throw new Error(`${mark}: no such file`);
    return text;
  });
}

function configOf(env: Env, files?: Record<string, string>) {
  const { config, problems } = load(env, files);
  if (!config) throw new Error(problems.join("; "));
  return config;
}

function jwtOf(env: Env, files?: Record<string, string>) {
  const { auth } = configOf(env, files);
  const jwt = auth.mode === "credentials" ? auth.jwt : undefined;
  if (!jwt) throw new Error("no jwt mode");
  return jwt;
}

/** The one problem of these settings, which quotes no value. */
function problemOf(env: Env, files?: Record<string, string>): string {
  const { config, problems } = load(env, files);
  expect(config).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain(mark);
  return problems.join();
}

describe("AUTH_MODE", () => {
  test.each([
    ["jwt", bySecret, ["jwt"]],
    ["apikey", byApiKey, ["apiKeys"]],
    ["jwt,apikey", { ...byApiKey, ...bySecret }, ["jwt", "apiKeys"]],
    [" apikey , jwt ", { ...byApiKey, ...bySecret }, ["jwt", "apiKeys"]],
    ["jwt,jwt", bySecret, ["jwt"]],
  ])("%j reads what it names", (AUTH_MODE, env, parts) => {
    const { auth } = configOf({ ...env, AUTH_MODE });
    expect(Object.keys(auth).sort()).toEqual(["delegateScope", "mode", ...parts].sort());
  });

  test.each(["jwt", "apikey"])("%s is good enough for production on any address", (AUTH_MODE) => {
    const env = { ...(AUTH_MODE === "jwt" ? bySecret : byApiKey), HOST: "0.0.0.0", NODE_ENV: "production" };
    expect(load(env).problems).toEqual([]);
  });

  test.each(["JWT", "None", "header", "jwt;apikey", "jwt,", ",", "jwt none", "basic"])("%j is refused", (mode) => {
    expect(problemOf({ ...amity, AUTH_MODE: mode })).toMatch(/^AUTH_MODE must be/);
  });

  test.each(["none,jwt", "apikey,none", "none,none", "none,"])("%j is refused beside none", (AUTH_MODE) => {
    expect(problemOf({ ...amity, AUTH_MODE })).toBe("AUTH_MODE=none cannot stand beside another mode");
  });

  test.each([
    ["a public address", { HOST: "0.0.0.0" }],
    ["every IPv6 address", { HOST: "::" }],
    ["a name that may be anywhere", { HOST: "localhost.example" }],
    ["an address that looks like loopback", { HOST: "128.0.0.1" }],
    ["production", { NODE_ENV: "production" }],
  ])("none is refused with %s", (_what, env) => {
    expect(problemOf({ ...amity, AUTH_MODE: "none", ...env })).toMatch(/^AUTH_MODE=none lets anybody mint tokens/);
  });

  test.each([
    ["with real keys", amity],
    ["on a public address", { HOST: "0.0.0.0" }],
  ])("must be set %s", (_when, env) => {
    expect(problemOf(env)).toMatch(/^AUTH_MODE must be set/);
  });

  test("may be unset before the emulator alone", () => {
    expect(configOf({}).auth).toEqual({ mode: "none" });
  });
});

describe("a setting of a mode that is off", () => {
  const jwtSettings: Env = {
    AUTH_JWT_ISSUER: `https://${mark}`,
    AUTH_JWT_AUDIENCE: mark,
    AUTH_JWT_JWKS_URL: `https://${mark}`,
    AUTH_JWT_PUBLIC_KEY: mark,
    AUTH_JWT_PUBLIC_KEY_FILE: `/${mark}`,
    AUTH_JWT_SECRET: secret,
    AUTH_JWT_SECRET_FILE: `/${mark}`,
    AUTH_JWT_ALGORITHMS: mark,
    AUTH_JWT_USER_CLAIM: mark,
    AUTH_JWT_CLOCK_SKEW_S: mark,
    AUTH_JWT_MAX_AGE_S: mark,
    AUTH_JWT_TYP: mark,
    AUTH_JWKS_CACHE_S: mark,
    AUTH_JWKS_STALE_MAX_S: mark,
    AUTH_JWKS_COOLDOWN_S: mark,
    AUTH_JWKS_TIMEOUT_MS: mark,
  };

  test.each(Object.entries(jwtSettings))("%s is refused without jwt", (name, value) => {
    const problem = `${name} is set but AUTH_MODE does not name \`jwt\``;
    expect(problemOf({ ...byApiKey, [name]: value })).toBe(problem);
    expect(problemOf({ ...amity, AUTH_MODE: "none", [name]: value })).toBe(problem);
    expect(problemOf({ [name]: value })).toBe(problem);
  });

  test("AUTH_API_KEYS_FILE is refused without apikey", () => {
    const problem = "AUTH_API_KEYS_FILE is set but AUTH_MODE does not name `apikey`";
    expect(problemOf({ ...bySecret, AUTH_API_KEYS_FILE: `/${mark}` })).toBe(problem);
    expect(problemOf({ ...amity, AUTH_MODE: "none", AUTH_API_KEYS_FILE: `/${mark}` })).toBe(problem);
  });
});

describe("the jwt mode", () => {
  test("has safe defaults", () => {
    expect(jwtOf(byDiscovery)).toEqual({
      rules: {
        issuer: "https://issuer.example",
        audience: ["app"],
        algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
        userClaim: "sub",
        clockSkewSeconds: 30,
        maxAgeSeconds: 0,
        typ: undefined,
        delegateScope: undefined,
        displayNameClaim: undefined,
      },
      keys: {
        kind: "published",
        location: { issuer: "https://issuer.example" },
        cacheMs: 600_000,
        staleMaxMs: 21_600_000,
        cooldownMs: 10_000,
        timeoutMs: 3_000,
      },
    });
  });

  test("takes every rule as it is set", () => {
    const env = {
      ...byDiscovery,
      AUTH_JWT_AUDIENCE: " app , other app,",
      AUTH_JWT_ALGORITHMS: "ES256, EdDSA",
      AUTH_JWT_USER_CLAIM: "https://app.example/id",
      AUTH_JWT_CLOCK_SKEW_S: "0",
      AUTH_JWT_MAX_AGE_S: "3600",
      AUTH_JWT_TYP: "at+jwt",
      AUTH_DELEGATE_SCOPE: "mint",
      AUTH_DISPLAY_NAME_CLAIM: "name",
    };
    expect(jwtOf(env).rules).toEqual({
      issuer: "https://issuer.example",
      audience: ["app", "other app"],
      algorithms: ["ES256", "EdDSA"],
      userClaim: "https://app.example/id",
      clockSkewSeconds: 0,
      maxAgeSeconds: 3_600,
      typ: "at+jwt",
      delegateScope: "mint",
      displayNameClaim: "name",
    });
  });

  test.each(["AUTH_JWT_ISSUER", "AUTH_JWT_AUDIENCE"])("needs %s", (name) => {
    expect(problemOf({ ...bySecret, [name]: undefined })).toBe(`${name} must be set with AUTH_MODE=jwt`);
  });

  test.each([",", " , "])("takes no audience from %j", (AUTH_JWT_AUDIENCE) => {
    expect(problemOf({ ...bySecret, AUTH_JWT_AUDIENCE })).toBe("AUTH_JWT_AUDIENCE must be set with AUTH_MODE=jwt");
  });

  test("names everything that is missing at once", () => {
    expect(load({ ...amity, AUTH_MODE: "jwt,apikey" }).problems).toEqual([
      "AUTH_JWT_ISSUER must be set with AUTH_MODE=jwt",
      "AUTH_JWT_AUDIENCE must be set with AUTH_MODE=jwt",
      "AUTH_API_KEYS_FILE must be set with AUTH_MODE=apikey",
    ]);
  });
});

describe("AUTH_JWT_ISSUER", () => {
  test.each(["https://issuer.example", "https://issuer.example/", "https://issuer.example/realms/a", "http://[::1]:1"])(
    "%s is good for discovery",
    (AUTH_JWT_ISSUER) => {
      const { rules, keys } = jwtOf({ ...byDiscovery, AUTH_JWT_ISSUER });
      expect(rules.issuer).toBe(AUTH_JWT_ISSUER);
      expect(keys).toMatchObject({ location: { issuer: AUTH_JWT_ISSUER } });
    },
  );

  test.each([`http://${mark}.example`, mark, `${mark}.example`, `ftp://${mark}`, "http://169.254.169.254"])(
    "%j is refused for discovery",
    (AUTH_JWT_ISSUER) => {
      expect(problemOf({ ...byDiscovery, AUTH_JWT_ISSUER })).toMatch(/^AUTH_JWT_ISSUER must be an https URL/);
    },
  );

  test.each(["my-backend", "http://issuer.example", "https://issuer.example/"])(
    "%s is any name beside a key source",
    (AUTH_JWT_ISSUER) => {
      expect(jwtOf({ ...bySecret, AUTH_JWT_ISSUER }).rules.issuer).toBe(AUTH_JWT_ISSUER);
    },
  );
});

describe("AUTH_JWT_JWKS_URL", () => {
  test.each(["https://issuer.example/keys?v=1", "http://127.0.0.1:8080/keys", "http://[::1]/keys"])(
    "%s is taken",
    (AUTH_JWT_JWKS_URL) => {
      const { keys } = jwtOf({ ...byDiscovery, AUTH_JWT_JWKS_URL });
      expect(keys).toMatchObject({ kind: "published", location: { jwksUrl: new URL(AUTH_JWT_JWKS_URL) } });
    },
  );

  test.each([
    `http://${mark}.example/keys`,
    `https://user:${mark}@issuer.example/keys`,
    `https://${mark}@issuer.example/keys`,
    `file:///${mark}`,
    `data:application/json,${mark}`,
    `/${mark}`,
    mark,
  ])("%s is refused", (AUTH_JWT_JWKS_URL) => {
    expect(problemOf({ ...byDiscovery, AUTH_JWT_JWKS_URL })).toMatch(/^AUTH_JWT_JWKS_URL must be an https URL/);
  });
});

describe("a key source", () => {
  const url = { AUTH_JWT_JWKS_URL: "https://issuer.example/keys" };
  const pem = {
    AUTH_JWT_PUBLIC_KEY: String(keyPairOf("ed25519").publicKey.export({ format: "pem", type: "spki" })),
  };
  const shared = { AUTH_JWT_SECRET: secret };

  test.each<[string, Env, string]>([
    ["a secret and a key", { ...shared, ...pem }, "AUTH_JWT_SECRET and AUTH_JWT_PUBLIC_KEY"],
    ["a secret and a URL", { ...shared, ...url }, "AUTH_JWT_SECRET and AUTH_JWT_JWKS_URL"],
    ["a key and a URL", { ...pem, ...url }, "AUTH_JWT_PUBLIC_KEY and AUTH_JWT_JWKS_URL"],
    ["all three", { ...shared, ...pem, ...url }, "AUTH_JWT_SECRET and AUTH_JWT_PUBLIC_KEY and AUTH_JWT_JWKS_URL"],
    ["files of two", { AUTH_JWT_SECRET_FILE: "/s", AUTH_JWT_PUBLIC_KEY_FILE: "/p" }, "AUTH_JWT_SECRET and AUTH_JWT_PU"],
  ])("is one and not %s", (_what, env, names) => {
    const files = { "/s": secret, "/p": pem.AUTH_JWT_PUBLIC_KEY };
    expect(problemOf({ ...byDiscovery, ...env }, files)).toContain(names);
  });

  test.each(["AUTH_JWT_SECRET", "AUTH_JWT_PUBLIC_KEY"])("%s comes from a file as well", (name) => {
    const text = name === "AUTH_JWT_SECRET" ? secret : pem.AUTH_JWT_PUBLIC_KEY;
    const { keys } = jwtOf({ ...byDiscovery, [`${name}_FILE`]: "/key" }, { "/key": `${text}\r\n` });
    expect(keys).toEqual({ ...jwtOf({ ...byDiscovery, [name]: text }).keys, file: { name, path: "/key" } });
  });

  test.each(["AUTH_JWT_SECRET", "AUTH_JWT_PUBLIC_KEY"])("%s is not given twice", (name) => {
    const text = name === "AUTH_JWT_SECRET" ? secret : pem.AUTH_JWT_PUBLIC_KEY;
    const problem = problemOf({ ...byDiscovery, [name]: text, [`${name}_FILE`]: "/key" }, { "/key": text });
    expect(problem).toBe(`${name} and ${name}_FILE are both set: keep one`);
  });

  test.each([
    ["AUTH_JWT_SECRET_FILE", "missing", undefined, "names a file that cannot be read"],
    ["AUTH_JWT_SECRET_FILE", "empty", "", "names a file that is empty: give it a value or unset it"],
    ["AUTH_JWT_PUBLIC_KEY_FILE", "missing", undefined, "names a file that cannot be read"],
    ["AUTH_JWT_PUBLIC_KEY_FILE", "blank", " \n", "names a file that is empty: give it a value or unset it"],
  ])("%s of a %s file is refused", (name, _what, text, problem) => {
    const files = text === undefined ? {} : { [`/${mark}`]: text };
    expect(problemOf({ ...byDiscovery, [name]: `/${mark}` }, files)).toBe(`${name} ${problem}`);
  });
});

describe("AUTH_JWT_ALGORITHMS", () => {
  test.each(["RS256", "PS256", "ES256", "EdDSA", "RS256,ES256", "HS256 with a secret"])("can be %s", (text) => {
    const [names = ""] = text.split(" ");
    const env = text.endsWith("secret") ? bySecret : byDiscovery;
    expect(jwtOf({ ...env, AUTH_JWT_ALGORITHMS: names }).rules.algorithms).toEqual(names.split(","));
  });

  test.each(["none", "None", "HS256", "RS256,HS256", "RS512", "ES256K", "rs256", `RS256,${mark}`, "RS256 ES256"])(
    "cannot be %s with public keys",
    (AUTH_JWT_ALGORITHMS) => {
      expect(problemOf({ ...byDiscovery, AUTH_JWT_ALGORITHMS })).toBe(
        "AUTH_JWT_ALGORITHMS can name RS256, PS256, ES256, EdDSA with this key source",
      );
    },
  );

  test.each(["none", "RS256", "HS256,RS256", "HS384", "HS512", mark])("cannot be %s with a secret", (text) => {
    expect(problemOf({ ...bySecret, AUTH_JWT_ALGORITHMS: text })).toBe(
      "AUTH_JWT_ALGORITHMS can name HS256 with this key source",
    );
  });

  test("are those of the key source by default", () => {
    expect(jwtOf(bySecret).rules.algorithms).toEqual(["HS256"]);
    expect(jwtOf(byDiscovery).rules.algorithms).toEqual(["RS256", "PS256", "ES256", "EdDSA"]);
  });

  test.each([byDiscovery, bySecret])("that name nothing are the default (%#)", (env) => {
    expect(jwtOf({ ...env, AUTH_JWT_ALGORITHMS: " , " }).rules.algorithms).toEqual(jwtOf(env).rules.algorithms);
  });
});

test.each([
  ["AUTH_JWT_SECRET", `${mark}-too-short`, "has fewer than 32 bytes"],
  ["AUTH_JWT_PUBLIC_KEY", mark, "is not PEM"],
])("what %s cannot be is said of it or its file", (name, text, problem) => {
  expect(problemOf({ ...byDiscovery, [name]: text })).toBe(`${name} ${problem}`);
  expect(problemOf({ ...byDiscovery, [`${name}_FILE`]: "/key" }, { "/key": text })).toBe(
    `${name}_FILE names a file that ${problem}`,
  );
});

describe("published keys", () => {
  const timesOf = (cache: number, stale: number, cooldown: number) => ({
    ...byDiscovery,
    AUTH_JWKS_CACHE_S: String(cache),
    AUTH_JWKS_STALE_MAX_S: String(stale),
    AUTH_JWKS_COOLDOWN_S: String(cooldown),
  });

  test("may be fetched again until they are too old", () => {
    expect(jwtOf(timesOf(4, 6, 10)).keys).toMatchObject({ cacheMs: 4_000, staleMaxMs: 6_000, cooldownMs: 10_000 });
    expect(jwtOf(timesOf(4, 6, 11)).keys).toMatchObject({ cooldownMs: 10_000 });
  });
});

describe("AUTH_API_KEYS_FILE", () => {
  test("is read at the start", () => {
    const { auth } = configOf(byApiKey);
    expect(auth.mode === "credentials" && auth.apiKeys).toEqual({
      path: "/keys",
      first: [{ id: "billing", sha256: "0f".repeat(32), scopes: [] }],
    });
  });

  test.each([
    ["is not set", { AUTH_API_KEYS_FILE: undefined }, "must be set with AUTH_MODE=apikey"],
    ["cannot be read", { AUTH_API_KEYS_FILE: `/${mark}` }, "names a file that cannot be read"],
    ["is empty", { AUTH_API_KEYS_FILE: "/empty" }, "names a file that is empty"],
    ["is no JSON", { AUTH_API_KEYS_FILE: "/text" }, "names a file that is not JSON"],
    ["names an unknown property", { AUTH_API_KEYS_FILE: "/property" }, "names a file that holds no key at list.0: "],
  ])("is refused when it %s", (_when, env, problem) => {
    const files = { "/empty": "\n", "/text": mark, "/property": `[{"${mark}":1,${keysFile.slice(2)}` };
    expect(problemOf({ ...byApiKey, ...env }, files)).toMatch(new RegExp(`^AUTH_API_KEYS_FILE ${problem}`));
  });
});

test("every limit of requests comes through", () => {
  const env = {
    BODY_LIMIT_BYTES: "2048",
    RATE_LIMIT_USER: "1",
    RATE_LIMIT_SERVICE: "2",
    RATE_LIMIT_FAILED_AUTH: "3",
    SHED_EVENT_LOOP_DELAY_MS: "4",
  };
  expect(configOf(env).inbound).toEqual({
    bodyLimitBytes: 2_048,
    corsOrigins: [],
    corsHeaders: [],
    trustedProxies: [],
    rateLimits: { user: 1, service: 2, failedAuth: 3 },
    shedDelayMs: 4,
  });
});

describe("CORS_ORIGINS", () => {
  test.each([
    ["https://app.example", ["https://app.example"]],
    [
      "https://app.example, http://localhost:3000 ,http://[::1]:1",
      ["https://app.example", "http://localhost:3000", "http://[::1]:1"],
    ],
    ["capacitor://localhost,ionic://localhost", ["capacitor://localhost", "ionic://localhost"]],
  ])("%s is taken", (CORS_ORIGINS, origins) => {
    expect(configOf({ CORS_ORIGINS }).inbound.corsOrigins).toEqual(origins);
  });

  test.each([
    "*",
    "null",
    "https://app.example/",
    `https://app.example/${mark}`,
    `https://app.example?${mark}`,
    `https://user:${mark}@app.example`,
    "https://APP.example",
    "https://app.example:443",
    "http://app.example:80",
    "https:app.example",
    "app.example",
    "//app.example",
    "ftp://app.example",
    "file://",
    "file://host",
    "ws://app.example",
    "blob://app.example",
    "capacitor://*",
    "capacitor://localhost/",
    `capacitor://${mark}@localhost`,
    "Capacitor://localhost",
    "https://bücher.example",
    "https://good.example https://other.example",
    `https://good.example,${mark}`,
  ])("%s is refused", (CORS_ORIGINS) => {
    expect(problemOf({ CORS_ORIGINS })).toBe(
      "CORS_ORIGINS must list exact origins such as https://app.example.com or capacitor://localhost, with commas",
    );
  });
});

describe("CORS_HEADERS", () => {
  const CorsOrigins = "https://app.example";

  test("is read in lower case", () => {
    expect(configOf({ CORS_ORIGINS: CorsOrigins, CORS_HEADERS: "X-Tenant, b3" }).inbound.corsHeaders).toEqual([
      "x-tenant",
      "b3",
    ]);
  });

  test.each(["*", "x tenant", "x-tenant:1", "x-tenänt", `x-"${mark}"`])("%s is refused", (CORS_HEADERS) => {
    expect(problemOf({ CORS_ORIGINS: CorsOrigins, CORS_HEADERS })).toBe(
      "CORS_HEADERS must list names of headers, without a star, with commas",
    );
  });

  test("without origins would do nothing", () => {
    expect(problemOf({ CORS_HEADERS: "x-tenant" })).toBe("CORS_HEADERS is set without CORS_ORIGINS");
  });
});

describe("TRUSTED_PROXIES", () => {
  test.each([
    ["10.0.0.1", ["10.0.0.1"]],
    ["10.0.0.0/8, ::1 ,fd00::/8", ["10.0.0.0/8", "::1", "fd00::/8"]],
    ["192.0.2.1/32,2001:db8::1/128", ["192.0.2.1/32", "2001:db8::1/128"]],
  ])("%s is taken", (TRUSTED_PROXIES, proxies) => {
    expect(configOf({ TRUSTED_PROXIES }).inbound.trustedProxies).toEqual(proxies);
  });

  test.each([
    "*",
    "true",
    "1",
    "loopback",
    "proxy.example",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/ 8",
    "10.0.0.0/1e1",
    "10.0.0/8",
    "010.0.0.1",
    "10.0.0.1:80",
    "::1/129",
    "[::1]",
    `10.0.0.1,${mark}`,
  ])("%s is refused", (TRUSTED_PROXIES) => {
    expect(problemOf({ TRUSTED_PROXIES })).toBe("TRUSTED_PROXIES must list IP addresses or CIDR ranges, with commas");
  });
});

describe("a setting that would do nothing", () => {
  const jwt = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: "https://issuer.example", AUTH_JWT_AUDIENCE: "app" };
  test.each<[string, Record<string, string>]>([
    ["a display name claim without tokens", { AUTH_DISPLAY_NAME_CLAIM: "name" }],
    ["a delegate scope without callers", { AUTH_DELEGATE_SCOPE: "any" }],
    ["a key cache beside a fixed secret", { ...jwt, AUTH_JWT_SECRET: "s".repeat(32), AUTH_JWKS_CACHE_S: "60" }],
    ["a public key for a shared secret", { ...jwt, AUTH_JWT_SECRET: "-----BEGIN PUBLIC KEY-----aaaaaaaaaaaa" }],
    ["an issuer with a user to discover", { ...jwt, AUTH_JWT_ISSUER: "https://user:pass@issuer.example" }],
    ["a proxy range of everybody", { TRUSTED_PROXIES: "0.0.0.0/0" }],
    ["an origin with a star", { CORS_ORIGINS: "https://*.app.example" }],
  ])("is refused: %s", (_what, env) => {
    expect(loadConfig(env).problems).toHaveLength(1);
  });
});
