import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";

const good = {
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "app",
};

function problemsOf(env: Record<string, string>): readonly string[] {
  const { problems } = loadConfig(env);
  for (const problem of problems) expect(problem).not.toContain("H1DDEN");
  return problems;
}

const pemOf = (type: "rsa" | "ec" | "ed25519", options: object, part: "publicKey" | "privateKey" = "publicKey") =>
  generateKeyPairSync(type as "rsa", options as { modulusLength: number })
    [part].export({ type: part === "publicKey" ? "spki" : "pkcs8", format: "pem" } as { type: "spki"; format: "pem" })
    .toString();

describe("AUTH_MODE=jwt", () => {
  test.each([
    ["without an issuer", { AUTH_JWT_ISSUER: undefined }, /^AUTH_JWT_ISSUER must be set/],
    ["without an audience", { AUTH_JWT_AUDIENCE: undefined }, /^AUTH_JWT_AUDIENCE must be set/],
    ["with commas for an audience", { AUTH_JWT_AUDIENCE: " , " }, /^AUTH_JWT_AUDIENCE must be set/],
    [
      "with an http issuer to discover",
      { AUTH_JWT_ISSUER: "http://issuer.example" },
      /^AUTH_JWT_ISSUER must be an https/,
    ],
    ["with an issuer that is no URL", { AUTH_JWT_ISSUER: "H1DDEN" }, /^AUTH_JWT_ISSUER must be an https/],
    [
      "with a key set over http",
      { AUTH_JWT_JWKS_URL: "http://x.example/H1DDEN" },
      /^AUTH_JWT_JWKS_URL must be an https/,
    ],
    ["with a user in the key set's URL", { AUTH_JWT_JWKS_URL: "https://u:H1DDEN@x.example" }, /^AUTH_JWT_JWKS_URL/],
    ["with a short secret", { AUTH_JWT_SECRET: "H1DDEN".repeat(5) }, /^AUTH_JWT_SECRET must have at least 32 bytes/],
    ["with a key that is none", { AUTH_JWT_PUBLIC_KEY: "H1DDEN" }, /^AUTH_JWT_PUBLIC_KEY must be/],
    [
      "with a private key",
      { AUTH_JWT_PUBLIC_KEY: pemOf("ec", { namedCurve: "P-256" }, "privateKey") },
      /^AUTH_JWT_PUBLIC_KEY/,
    ],
    ["with a small RSA key", { AUTH_JWT_PUBLIC_KEY: pemOf("rsa", { modulusLength: 1024 }) }, /^AUTH_JWT_PUBLIC_KEY/],
    ["with another curve", { AUTH_JWT_PUBLIC_KEY: pemOf("ec", { namedCurve: "P-384" }) }, /^AUTH_JWT_PUBLIC_KEY/],
    ["with none for an algorithm", { AUTH_JWT_ALGORITHMS: "RS256,none" }, /^AUTH_JWT_ALGORITHMS can name/],
    ["with HS256 beside published keys", { AUTH_JWT_ALGORITHMS: "HS256" }, /^AUTH_JWT_ALGORITHMS can name/],
    ["with an hour of skew", { AUTH_JWT_CLOCK_SKEW_S: "3600" }, /^AUTH_JWT_CLOCK_SKEW_S must be a whole number/],
    ["with service keys", { AUTH_API_KEYS_FILE: "/H1DDEN" }, /^AUTH_API_KEYS_FILE is set but AUTH_MODE/],
  ])("%s is refused", (_what, change, problem) => {
    const env = Object.fromEntries(Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined));
    expect(problemsOf(env as Record<string, string>)).toEqual([expect.stringMatching(problem)]);
  });

  test("with two key sources is refused", () => {
    const env = { ...good, AUTH_JWT_SECRET: "H1DDEN".repeat(6), AUTH_JWT_JWKS_URL: "https://x.example" };
    expect(problemsOf(env)).toEqual(["AUTH_JWT_SECRET and AUTH_JWT_JWKS_URL are both key sources: keep one"]);
  });

  test.each([
    ["discovery", {}],
    ["discovery on loopback", { AUTH_JWT_ISSUER: "http://127.0.0.1:8080" }],
    ["any issuer's name beside a fixed key", { AUTH_JWT_ISSUER: "me", AUTH_JWT_PUBLIC_KEY: pemOf("ed25519", {}) }],
    ["an RSA key", { AUTH_JWT_PUBLIC_KEY: pemOf("rsa", { modulusLength: 2048 }) }],
    ["a secret of 32 bytes", { AUTH_JWT_SECRET: "é".repeat(16) }],
  ])("takes %s", (_what, change) => {
    expect(problemsOf({ ...good, ...change })).toEqual([]);
  });
});

test.each(["AUTH_JWT_ISSUER", "AUTH_JWKS_CACHE_S", "AUTH_API_KEYS_FILE"])("%s without its mode is refused", (name) => {
  expect(problemsOf({ [name]: "1" })).toEqual([expect.stringContaining(`${name} is set but AUTH_MODE`)]);
});

describe("what the server takes", () => {
  test.each([
    ["CORS_ORIGINS", "*"],
    ["CORS_ORIGINS", "https://app.example/"],
    ["CORS_ORIGINS", "https://APP.example"],
    ["CORS_ORIGINS", "null"],
    ["CORS_ORIGINS", "file://x"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "10.0.0.0/8/8"],
    ["TRUSTED_PROXIES", "proxy.example"],
    ["TRUSTED_PROXIES", "0.0.0.0/"],
    ["BODY_LIMIT_BYTES", "10"],
    ["RATE_LIMIT_USER", "-1"],
    ["SHED_EVENT_LOOP_DELAY_MS", "soon"],
    ["TOKEN_REUSE_SECONDS", "421"],
    ["ADMIN_PORT", "65536"],
  ])("is not %s=%s", (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} must`))]);
  });

  test("may be several of each", () => {
    const env = {
      CORS_ORIGINS: "https://a.example, http://localhost:3000",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1, 2001:db8::/32",
    };
    expect(loadConfig(env).config?.inbound).toMatchObject({
      corsOrigins: ["https://a.example", "http://localhost:3000"],
      trustedProxies: ["10.0.0.0/8", "::1", "2001:db8::/32"],
    });
  });
});
