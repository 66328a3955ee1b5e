import type { KeyObject } from "node:crypto";
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
  const pem = { AUTH_JWT_PUBLIC_KEY: pemOf(keyOf("ed25519").publicKey) };
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

describe("AUTH_JWT_SECRET", () => {
  test.each([
    ["32 bytes", "x".repeat(32), 32],
    ["16 letters of two bytes", "é".repeat(16), 32],
    ["spaces inside", `${"x".repeat(16)} ${"x".repeat(16)}`, 33],
  ])("may have %s", (_what, AUTH_JWT_SECRET, bytes) => {
    const { keys, rules } = jwtOf({ ...byDiscovery, AUTH_JWT_SECRET });
    expect(keys.kind === "static" && keys.key).toHaveLength(bytes);
    expect(rules.algorithms).toEqual(["HS256"]);
  });

  test.each([`${mark}-too-short`, "x".repeat(31), "é".repeat(15)])("%j is too short", (AUTH_JWT_SECRET) => {
    expect(problemOf({ ...byDiscovery, AUTH_JWT_SECRET })).toBe("AUTH_JWT_SECRET has fewer than 32 bytes");
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

  test.each([byDiscovery, bySecret])("that name nothing are the default (%#)", (env) => {
    expect(jwtOf({ ...env, AUTH_JWT_ALGORITHMS: " , " }).rules.algorithms).toEqual(jwtOf(env).rules.algorithms);
  });
});

describe("AUTH_JWT_PUBLIC_KEY", () => {
  const rsa = keyPairOf("rsa", { modulusLength: 2048 });
  const p256 = keyOf("prime256v1");
  const ed25519 = keyOf("ed25519");

  test.each<[string, KeyObject]>([
    ["RSA of 2048 bits", rsa.publicKey],
    ["P-256", p256.publicKey],
    ["Ed25519", ed25519.publicKey],
  ])("can be %s in PEM or as a JWK", (_what, key) => {
    for (const text of [pemOf(key), jwkOf(key), ` ${jwkOf(key)}`, `# of the app\n${pemOf(key)}`]) {
      const { keys } = jwtOf({ ...byDiscovery, AUTH_JWT_PUBLIC_KEY: text });
      expect(keys.kind === "static" && "equals" in keys.key && keys.key.equals(key)).toBe(true);
    }
  });

  test("can be RSA in its older PEM form", () => {
    const pem = String(rsa.publicKey.export({ format: "pem", type: "pkcs1" }));
    expect(jwtOf({ ...byDiscovery, AUTH_JWT_PUBLIC_KEY: pem }).keys.kind).toBe("static");
  });

  const weak = keyPairOf("rsa", { modulusLength: 1024 }).publicKey;
  const pss = keyPairOf("rsa-pss", { modulusLength: 2048 }).publicKey;
  const password = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
  const otherKind = "is a public key of another kind than RSA, P-256 or Ed25519";
  const isPrivate = "is a private key, where a public key belongs";
  const isKeySet = "is a JWKS document: give one key of it, or its URL in AUTH_JWT_JWKS_URL";
  test.each<[string, string, string]>([
    ["RSA of 1024 bits", pemOf(weak), "is RSA of 1024 bits, where at least 2048 are needed"],
    ["RSA of 1024 bits as a JWK", jwkOf(weak), "is RSA of 1024 bits, where at least 2048 are needed"],
    ["a key for RSA-PSS only", pemOf(pss), otherKind],
    ["P-384", pemOf(keyOf("secp384r1").publicKey), otherKind],
    ["secp256k1", pemOf(keyOf("secp256k1").publicKey), otherKind],
    ["Ed448", pemOf(keyOf("ed448").publicKey), otherKind],
    ["X25519", pemOf(keyOf("x25519").publicKey), otherKind],
    ["a private RSA key", pemOf(rsa.privateKey), isPrivate],
    ["an old private RSA key", String(rsa.privateKey.export({ type: "pkcs1", format: "pem" })), isPrivate],
    ["an old private EC key", String(p256.privateKey.export({ type: "sec1", format: "pem" })), isPrivate],
    [
      "an encrypted private key",
      String(p256.privateKey.export(password)),
      "is an encrypted private key, which is taken nowhere",
    ],
    ["a private key below its public one", pemOf(ed25519.publicKey) + pemOf(ed25519.privateKey), isPrivate],
    ["a private JWK", jwkOf(p256.privateKey), isPrivate],
    [
      "a secret as a JWK",
      JSON.stringify({ kty: "oct", k: Buffer.from(secret).toString("base64url") }),
      "is a shared secret, where a public key belongs",
    ],
    ["a key set", JSON.stringify({ keys: [JSON.parse(jwkOf(p256.publicKey))] }), isKeySet],
    ["a JWK in a list", `[${jwkOf(p256.publicKey)}]`, isKeySet],
    ["half a PEM", pemOf(rsa.publicKey).slice(0, 200), "is cut short: its PEM has no end"],
    [
      "a PEM with its middle gone",
      pemOf(rsa.publicKey).replace(/[A-Za-z0-9+/]{64}\n/, ""),
      "is PEM that cannot be read",
    ],
    ["a PEM on one line", pemOf(rsa.publicKey).replace(/\n/g, " ").trim(), "has lost the line ends of its PEM"],
    ["half a JWK", jwkOf(p256.publicKey).slice(0, -9), "is not JSON, though it begins like it"],
    [
      "a point that is not on its curve",
      JSON.stringify({ ...JSON.parse(jwkOf(p256.publicKey)), x: "AAAA" }),
      "is a JWK that cannot be read",
    ],
    [
      "two public keys",
      pemOf(keyOf("ed25519").publicKey) + pemOf(keyOf("ed25519").publicKey),
      "holds several keys: give one, or publish them and set AUTH_JWT_JWKS_URL",
    ],
    ["a key of OpenSSH", `ssh-ed25519 ${mark}`, "is an OpenSSH key, not PEM"],
    [
      "a request for a certificate",
      `-----BEGIN CERTIFICATE REQUEST-----\n${mark}\n-----END CERTIFICATE REQUEST-----`,
      "is a certificate request, where a public key belongs",
    ],
    ["garbage", mark, "is not PEM"],
    ["an empty object", "{}", "is JSON, but no key (JWK)"],
    ["a URL", `https://${mark}.example/keys`, "is a URL, not PEM"],
    ["a key in quotes", `"${pemOf(rsa.publicKey)}"`, "is in quotes: leave them out"],
    ["a placeholder", `<${mark}>`, "is a placeholder: put the value in its place"],
  ])("cannot be %s, which is said in words", (_what, text, problem) => {
    expect(problemOf({ ...byDiscovery, AUTH_JWT_PUBLIC_KEY: text })).toBe(`AUTH_JWT_PUBLIC_KEY ${problem}`);
    expect(problemOf({ ...byDiscovery, AUTH_JWT_PUBLIC_KEY_FILE: "/key" }, { "/key": text })).toBe(
      `AUTH_JWT_PUBLIC_KEY_FILE names a file that ${problem}`,
    );
  });

  test.each<[string, (pem: string) => string]>([
    ["two characters each", (pem) => pem.replaceAll("\n", "\\n")],
    ["four characters each", (pem) => pem.replaceAll("\n", "\\r\\n")],
    ["those of Windows", (pem) => pem.replaceAll("\n", "\r\n")],
    ["half of those", (pem) => pem.replaceAll("\n", "\r")],
    ["followed by blanks of YAML", (pem) => `  ${pem.replaceAll("\n", "\n  ")}`],
    ["preceded by blanks", (pem) => pem.replaceAll("\n", " \n")],
  ])("may have line ends that are %s", (_how, write) => {
    const { keys } = jwtOf({ ...byDiscovery, AUTH_JWT_PUBLIC_KEY: write(pemOf(rsa.publicKey)) });
    expect(keys.kind === "static" && "equals" in keys.key && keys.key.equals(rsa.publicKey)).toBe(true);
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

type Kind = "ed25519" | "ed448" | "x25519" | "prime256v1" | "secp384r1" | "secp256k1";

function keyOf(kind: Kind): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (kind) {
    case "ed25519":
      return keyPairOf("ed25519");
    case "ed448":
      return keyPairOf("ed448");
    case "x25519":
      return keyPairOf("x25519");
    default:
      return keyPairOf("ec", { namedCurve: kind });
  }
}

function pemOf(key: KeyObject): string {
  return String(key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }));
}

function jwkOf(key: KeyObject): string {
  return JSON.stringify(key.export({ format: "jwk" }));
}

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
