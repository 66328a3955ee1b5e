import { rootCertificates } from "node:tls";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { configHelp } from "../../../src/config/help.js";
import { settingsInForce } from "../../../src/config/in-force.js";
import type { Env } from "../../../src/config/reader.js";

const key = (first: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => first + i)).toString("base64");
const [one, other, third] = [key(1), key(2), key(3)];

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig({ TOKEN_REUSE_SECONDS: "60", ...env }, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });
}

const serversOf = (REDIS_URL: string, more: Env = {}) => {
  const { config, problems } = load({ REDIS_URL, ...more });
  if (!config) throw new Error(problems.join());
  return config.redis?.url.value;
};

const plain = { isEncrypted: false, username: undefined, password: undefined, database: 0 };
const sentinel = { REDIS_MODE: "sentinel", REDIS_SENTINEL_MASTER: "main" };

describe("REDIS_URL", () => {
  test.each<[string, object, Env?]>([
    ["redis://redis", { nodes: [{ host: "redis", port: 6379 }] }],
    ["redis://10.0.0.1:7000/3", { nodes: [{ host: "10.0.0.1", port: 7000 }], database: 3 }],
    ["redis://[::1]:7000/", { nodes: [{ host: "::1", port: 7000 }] }],
    ["rediss://r.example", { nodes: [{ host: "r.example", port: 6379 }], isEncrypted: true }],
    ["redis://:p@h", { nodes: [{ host: "h", port: 6379 }], password: "p" }],
    ["redis://u:p%40%2C%2F%3A%23%25@h", { nodes: [{ host: "h", port: 6379 }], username: "u", password: "p@,/:#%" }],
    [
      "redis://a, redis://u:p@b:1",
      {
        nodes: [
          { host: "a", port: 26379 },
          { host: "b", port: 1 },
        ],
        username: "u",
        password: "p",
      },
      sentinel,
    ],
    [
      "redis://a,redis://b",
      {
        nodes: [
          { host: "a", port: 6379 },
          { host: "b", port: 6379 },
        ],
      },
      { REDIS_MODE: "cluster" },
    ],
  ])("%s is read", (url, servers, more = {}) => {
    expect(serversOf(url, more)).toEqual({ ...plain, ...servers });
  });

  test("comes from a file too, and is never shown", () => {
    const env = { REDIS_URL_FILE: "/url" };
    expect(load(env, { "/url": "redis://u:C4N4RY@h\n" }).config?.redis?.url).toMatchObject({ path: "/url" });
    const shown = settingsInForce({ REDIS_URL: "redis://u:C4N4RY@h" }, new Set(), () => "");
    expect(shown.settings).toContainEqual(expect.objectContaining({ name: "REDIS_URL", value: "set" }));
    expect(JSON.stringify(shown)).not.toContain("C4N4RY");
  });

  test("is not needed: nothing is shared then", () => {
    expect(load({}).config?.redis).toBeUndefined();
    expect(configHelp()).toContain("REDIS_URL");
  });
});

describe("refused, by name and without its value, is", () => {
  test.each<[string, string, Env]>([
    ["another scheme", "REDIS_URL", { REDIS_URL: "http://C4N4RY" }],
    ["a host alone", "REDIS_URL", { REDIS_URL: "C4N4RY:6379" }],
    ["a scheme in capitals", "REDIS_URL", { REDIS_URL: "REDIS://C4N4RY" }],
    ["no host", "REDIS_URL", { REDIS_URL: "redis://:C4N4RY@" }],
    ["port 0", "REDIS_URL", { REDIS_URL: "redis://C4N4RY:0" }],
    ["a port too high", "REDIS_URL", { REDIS_URL: "redis://C4N4RY:65536" }],
    ["a path", "REDIS_URL", { REDIS_URL: "redis://h/C4N4RY" }],
    ["a password in the query", "REDIS_URL", { REDIS_URL: "redis://h?password=C4N4RY" }],
    ["a password with a bare #", "REDIS_URL", { REDIS_URL: "redis://u:C4#N4RY@h" }],
    ["a password with a bare %", "REDIS_URL", { REDIS_URL: "redis://u:C4N4RY%@h" }],
    ["a password with a bare @", "REDIS_URL", { REDIS_URL: "redis://u:C4N/4RY@h" }],
    ["a password with a bare comma", "REDIS_URL", { REDIS_URL: "redis://u:C4N4RY,x@h" }],
    ["a user without password", "REDIS_URL", { REDIS_URL: "redis://C4N4RY@h" }],
    ["several for one server", "REDIS_URL", { REDIS_URL: "redis://C4N4RY,redis://b" }],
    ["mixed schemes", "REDIS_URL", { REDIS_URL: "redis://C4N4RY,rediss://b", REDIS_MODE: "cluster" }],
    ["two passwords", "REDIS_URL", { REDIS_URL: "redis://:C4N4RY@a,redis://:q@b", REDIS_MODE: "cluster" }],
    ["two databases", "REDIS_URL", { REDIS_URL: "redis://C4N4RY/1,redis://b/2", ...sentinel }],
    ["a Cluster's database", "REDIS_URL", { REDIS_URL: "redis://C4N4RY/1", REDIS_MODE: "cluster" }],
    ["an empty entry", "REDIS_URL", { REDIS_URL: "redis://C4N4RY,", REDIS_MODE: "cluster" }],
    ["a placeholder", "REDIS_URL", { REDIS_URL: "redis://<host>" }],
    ["a Sentinel without master", "REDIS_SENTINEL_MASTER", { REDIS_URL: "redis://h", REDIS_MODE: "sentinel" }],
    ["a master without Sentinel", "REDIS_SENTINEL_MASTER", { REDIS_URL: "redis://h", REDIS_SENTINEL_MASTER: "C4N4RY" }],
    [
      "a Sentinel's password without one",
      "REDIS_SENTINEL_PASSWORD",
      { REDIS_URL: "redis://h", REDIS_SENTINEL_PASSWORD: "C4N4RY" },
    ],
    ["an unknown mode", "REDIS_MODE", { REDIS_URL: "redis://h", REDIS_MODE: "C4N4RY" }],
    ["a mode without URL", "REDIS_MODE", { REDIS_MODE: "cluster" }],
    ["a prefix with a brace", "REDIS_PREFIX", { REDIS_URL: "redis://h", REDIS_PREFIX: "C4N4RY{" }],
    ["a prefix too long", "REDIS_PREFIX", { REDIS_URL: "redis://h", REDIS_PREFIX: "C4N4RY".repeat(11) }],
    ["no replica", "REPLICAS", { REDIS_URL: "redis://h", REPLICAS: "0" }],
    ["a CA without TLS", "REDIS_CA_FILE", { REDIS_URL: "redis://h", REDIS_CA_FILE: "/ca" }],
    ["a CA that is none", "REDIS_CA_FILE", { REDIS_URL: "rediss://h", REDIS_CA_FILE: "/no-ca" }],
    ["a CA without URL", "REDIS_CA_FILE", { REDIS_CA_FILE: "/ca" }],
    ["a key without URL", "TOKEN_CACHE_KEY", { TOKEN_CACHE_KEY: one }],
    ["a key too short", "TOKEN_CACHE_KEY", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY: one.slice(4) }],
    ["a key in hex", "TOKEN_CACHE_KEY", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY: "c4".repeat(32) }],
    ["a key of one byte", "TOKEN_CACHE_KEY", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY: `${"A".repeat(43)}=` }],
    ["the same key twice", "TOKEN_CACHE_KEY", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY: `${one},${one}` }],
    ["three keys", "TOKEN_CACHE_KEY", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY: `${one},${other},${third}` }],
    ["a key's file that is none", "TOKEN_CACHE_KEY_FILE", { REDIS_URL: "redis://h", TOKEN_CACHE_KEY_FILE: "/nowhere" }],
  ])("%s", (_what, variable, env) => {
    const { problems } = load(env, { "/ca": String(rootCertificates[0]), "/no-ca": "C4N4RY" });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([variable]);
    expect(problems.join()).not.toMatch(/C4N?4RY|N4RY/);
    expect(problems.join()).not.toContain(one);
  });
});

describe("TOKEN_CACHE_KEY", () => {
  test("holds one key or two", () => {
    const keys = load({ REDIS_URL: "redis://h", TOKEN_CACHE_KEY: `${one}, ${other}` }).config?.redis?.cacheKeys?.value;
    expect(keys?.map((one) => one.toString("base64"))).toEqual([one, other]);
  });

  test("is warned of where no token is handed out again", () => {
    const env = { REDIS_URL: "redis://h", REPLICAS: "2", TOKEN_CACHE_KEY: one, TOKEN_REUSE_SECONDS: "0" };
    expect(load(env).warnings).toEqual([expect.stringMatching(/^TOKEN_CACHE_KEY seals no token/)]);
  });
});

test.each([
  ["is warned of where it is one", {}, [expect.stringMatching(/^REPLICAS is 1/)]],
  ["is taken for what it says", { REPLICAS: "2" }, []],
])("REPLICAS with Redis %s", (_what, env, warnings) => {
  expect(load({ REDIS_URL: "redis://h", ...env })).toMatchObject({ problems: [], warnings });
});

test("REPLICAS alone is warned of", () => {
  expect(load({ REPLICAS: "3" })).toMatchObject({ problems: [], warnings: [expect.stringMatching(/^REPLICAS /)] });
});
