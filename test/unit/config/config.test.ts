import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";
import { noProxy } from "../../../src/system/forward-proxy.js";

const keys = { AMITY_API_KEY: "api", AMITY_SERVER_KEY: "server", AUTH_MODE: "none" };

function problemsOf(env: Env, files: Record<string, string> = {}): readonly string[] {
  return load(env, files).problems;
}

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig(env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });
}

function configOf(env: Env, files: Record<string, string> = {}) {
  const { config, problems } = load(env, files);
  if (!config) throw new Error(problems.join("; "));
  return config;
}

describe("an empty environment", () => {
  test("means the emulator on loopback", () => {
    expect(configOf({})).toEqual({
      production: false,
      host: "127.0.0.1",
      port: 4000,
      defaultRegion: "SG",
      regions: "emulator",
      hostFamily: "api",
      tokenApi: "v4",
      sessionApi: "v3",
      adminAuth: "bearer",
      upstreamTimeoutMs: 10_000,
      upstreamAttemptTimeoutMs: 5_000,
      shutdown: { delayMs: 0, drainMs: 10_000 },
      introspection: "on",
      explorer: "auto",
      auth: { mode: "none" },
      inbound: {
        bodyLimitBytes: 102_400,
        corsOrigins: [],
        corsHeaders: [],
        trustedProxies: [],
        rateLimits: { user: 30, service: 600, failedAuth: 20 },
        shedDelayMs: 250,
      },
      traces: false,
      visitors: undefined,
      userProfiles: false,
      mutualTls: { ca: undefined, pairs: [] },
      proxyFor: noProxy,
      tokenReuseMs: 0,
      adminPort: undefined,
      logUserIds: "hash",
      logLevel: "info",
    });
  });

  test("is refused in production", () => {
    expect(problemsOf({ NODE_ENV: "production" })).toEqual([
      "AMITY_API_KEY or AMITY_SERVER_KEY must be set in production: the emulator never runs there",
      "AUTH_MODE must be set: `jwt`, `apikey`, several with commas; `none` on a loopback HOST, for development only",
    ]);
  });
});

describe("AUTH_MODE", () => {
  test.each([
    ["unset beside real keys", { AMITY_API_KEY: "k" }],
    ["unset on a public address", { HOST: "0.0.0.0" }],
    ["none on a public address", { ...keys, HOST: "0.0.0.0" }],
    ["none in production", { ...keys, NODE_ENV: "production" }],
    ["a mode that is unknown", { ...keys, AUTH_MODE: "cookie" }],
    ["none beside another mode", { ...keys, AUTH_MODE: "none,jwt" }],
  ])("is refused when %s", (_when, env) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^AUTH_MODE/)]);
  });

  test.each(["localhost", "::1", "127.0.0.2"])("none is accepted on the loopback host %s", (HOST) => {
    expect(problemsOf({ ...keys, HOST })).toEqual([]);
  });
});

describe("the default region", () => {
  test.each([
    ["as named", { AMITY_REGION: "US" }, "US"],
    ["as named in lower case", { AMITY_REGION: "eu" }, "EU"],
    ["the only configured one", { AMITY_EU_API_KEY: "k", AUTH_MODE: "none" }, "EU"],
    ["SG among several", { AMITY_EU_API_KEY: "k", AMITY_US_API_KEY: "k", AUTH_MODE: "none" }, "SG"],
    ["SG for unnamed keys", keys, "SG"],
  ])("is %s", (_what, env, region) => {
    expect(configOf(env).defaultRegion).toBe(region);
  });

  test("receives the keys that name no region", () => {
    expect(configOf({ ...keys, AMITY_REGION: "us" }).regions).toMatchObject({
      US: { apiKey: { value: "api" }, serverKey: { value: "server" }, baseUrl: new URL("https://api.us.amity.co/") },
      EU: { apiKey: undefined, serverKey: undefined },
    });
  });

  test("joins its own key with an unnamed one", () => {
    const env = { AMITY_API_KEY: "api", AMITY_EU_SERVER_KEY: "server", AUTH_MODE: "none" };
    expect(configOf(env).regions).toMatchObject({
      EU: { apiKey: { value: "api" }, serverKey: { value: "server" } },
    });
  });

  test("refuses one key given twice", () => {
    expect(problemsOf({ ...keys, AMITY_SG_API_KEY: "other" })).toEqual([
      "AMITY_API_KEY and AMITY_SG_API_KEY are both set for the default region: keep one",
    ]);
  });
});

test("a secondary server key needs a primary one", () => {
  expect(problemsOf({ AMITY_EU_API_KEY: "k", AMITY_EU_SERVER_KEY_SECONDARY: "k", AUTH_MODE: "none" })).toEqual([
    "AMITY_EU_SERVER_KEY_SECONDARY is set without the primary key",
  ]);
});

describe("a base URL", () => {
  const withUrl = (url: string) => ({ ...keys, AMITY_SG_BASE_URL: url });

  test.each(["https://proxy.example/amity", "http://127.0.0.1:8080", "http://[::1]:8080/x/", "http://localhost:1"])(
    "%s is taken and ends in a slash",
    (url) => {
      const { regions } = configOf(withUrl(url));
      expect(regions !== "emulator" && regions.SG.baseUrl.href).toBe(`${url.replace(/\/$/, "")}/`);
    },
  );

  test.each([
    "http://api.example",
    "ftp://127.0.0.1",
    "not a url",
    "https://user:SECRET@api.example",
    "https://api.example/?x=SECRET",
    "https://api.example/#SECRET",
    "https://api.example/?",
  ])("%s is refused", (url) => {
    const problems = problemsOf(withUrl(url));
    expect(problems).toEqual([expect.stringMatching(/^AMITY_SG_BASE_URL must/)]);
    expect(problems.join()).not.toContain("SECRET");
  });

  test("needs a key of its region", () => {
    expect(problemsOf({ AMITY_EU_BASE_URL: "https://proxy.example" })).toEqual([
      "AMITY_EU_BASE_URL is set without a key: set AMITY_EU_API_KEY or AMITY_EU_SERVER_KEY",
    ]);
  });
});

describe("a secret", () => {
  test("comes from a file without its line end", () => {
    const env = { AMITY_EU_SERVER_KEY_FILE: "/run/key", AUTH_MODE: "none" };
    expect(configOf(env, { "/run/key": "from-file\n" }).regions).toMatchObject({
      EU: { serverKey: { value: "from-file", path: "/run/key" } },
    });
  });

  test.each([
    ["both given", { AMITY_EU_API_KEY: "SECRET", AMITY_EU_API_KEY_FILE: "/a" }, "are both set"],
    ["a missing file", { AMITY_EU_API_KEY_FILE: "/none" }, "cannot be read"],
    ["an empty file", { AMITY_EU_API_KEY_FILE: "/empty" }, "names a file that is empty"],
    ["an empty value", { AMITY_EU_API_KEY: "" }, "is empty"],
    ["a line break", { AMITY_EU_API_KEY: "SECRET\r\nx: y" }, "holds a line end"],
    ["a letter beyond ASCII", { AMITY_EU_API_KEY: "SECRETé" }, "cannot be an HTTP header"],
    ["a trailing space", { AMITY_EU_API_KEY: "SECRET " }, "begins or ends with a blank"],
  ])("with %s is refused by name", (_what, env, text) => {
    const problems = problemsOf({ ...env, AUTH_MODE: "none" }, { "/a": "SECRET", "/empty": "\n" });
    expect(problems).toEqual([expect.stringContaining(text)]);
    expect(problems.join()).not.toContain("SECRET");
  });
});

test("all problems are listed at once", () => {
  const env = { ...keys, PORT: "65536", LOG_LEVEL: "loud", AMITY_TOKEN_API: "v5", UPSTREAM_TIMEOUT_MS: "0" };
  expect(problemsOf(env)).toHaveLength(4);
});

test.each(["AUTH_HEADER_NAME", "AUTH_HEADER_SECRET"])("%s of a later version is refused", (name) => {
  expect(problemsOf({ [name]: "1" })).toEqual([`${name} is not supported by this version: unset it`]);
});

describe("an admin token", () => {
  test("belongs to the default region or to the one that it names", () => {
    const { defaultRegion, regions } = configOf({
      ...keys,
      AMITY_REGION: "sg",
      AMITY_ADMIN_TOKEN: "a",
      AMITY_US_API_KEY: "k",
      AMITY_US_ADMIN_TOKEN: "u",
    });
    if (regions === "emulator") throw new Error("no region is configured");
    expect([regions[defaultRegion], regions.US, regions.EU].map(({ adminToken }) => adminToken?.value)).toEqual([
      "a",
      "u",
      undefined,
    ]);
  });

  test.each([
    ["without any key", { AMITY_ADMIN_TOKEN: "SECRET" }, "AMITY_ADMIN_TOKEN is set without an API key or a server key"],
    [
      "of a region without keys",
      { ...keys, AMITY_US_ADMIN_TOKEN: "SECRET" },
      "AMITY_US_ADMIN_TOKEN is set without an API key or a server key",
    ],
    [
      "that is given twice",
      { ...keys, AMITY_ADMIN_TOKEN: "SECRET", AMITY_SG_ADMIN_TOKEN: "SECRET" },
      "AMITY_ADMIN_TOKEN and AMITY_SG_ADMIN_TOKEN are both set for the default region: keep one",
    ],
  ])("%s is refused by name", (_what, env, problem) => {
    expect(problemsOf(env)).toEqual([problem]);
  });
});

describe("a misspelt variable", () => {
  test.each([
    ["AMITY_APIKEY", "AMITY_API_KEY"],
    ["AMITY_EU_SERVERKEY", "AMITY_EU_SERVER_KEY"],
    ["AMTIY_API_KEY", "AMITY_API_KEY"],
    ["AUTHMODE", "AUTH_MODE"],
    ["amity_region", "AMITY_REGION"],
  ])("%s is answered with %s", (name, likely) => {
    const { warnings } = load({ [name]: "SECRET" });
    expect(warnings).toEqual([`${name} is not read: did you mean ${likely}?`]);
  });

  test.each(["PATH", "HOSTNAME", "AUTH_TOKEN", "NODE_ENV", "AMITY_EU_API_KEY_FILE"])("%s is none", (name) => {
    expect(load({ [name]: "x" }).warnings).toEqual([]);
  });
});
