import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";

const production = {
  NODE_ENV: "production",
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "app",
};

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig(env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });
}

/** The variables that the problems are about. */
function refusedFor(env: Env, files?: Record<string, string>): (string | undefined)[] {
  return load(env, files).problems.map((problem) => problem.split(" ")[0]);
}

describe("production", () => {
  test.each<[string, Env, string[]]>([
    ["the default region", { AMITY_API_KEY: "canary" }, ["AMITY_SG_SERVER_KEY"]],
    ["the named default region", { AMITY_API_KEY: "canary", AMITY_REGION: "eu" }, ["AMITY_EU_SERVER_KEY"]],
    ["a region of its own", { AMITY_US_API_KEY: "canary" }, ["AMITY_US_SERVER_KEY"]],
    [
      "one of two",
      { AMITY_EU_API_KEY: "canary", AMITY_EU_SERVER_KEY: "s", AMITY_US_API_KEY: "canary" },
      ["AMITY_US_SERVER_KEY"],
    ],
    [
      "both of two",
      { AMITY_EU_API_KEY: "canary", AMITY_US_API_KEY: "canary" },
      ["AMITY_EU_SERVER_KEY", "AMITY_US_SERVER_KEY"],
    ],
    [
      "a region whose key is another's",
      { AMITY_US_API_KEY: "canary", AMITY_SERVER_KEY: "s", AMITY_REGION: "eu" },
      ["AMITY_US_SERVER_KEY"],
    ],
  ])("is refused with %s in unsecure mode, by name", (_what, env, variables) => {
    expect(refusedFor({ ...production, ...env })).toEqual(variables);
    expect(load({ ...production, ...env }).problems.join()).not.toContain("canary");
  });

  test.each<[string, Env]>([
    ["a server key", { AMITY_EU_SERVER_KEY: "s", AMITY_EU_API_KEY: "a" }],
    ["the default region's server key", { AMITY_SERVER_KEY: "s", AMITY_EU_API_KEY: "a", AMITY_REGION: "eu" }],
    ["a server key from a file", { AMITY_EU_SERVER_KEY_FILE: "/key", AMITY_EU_API_KEY: "a" }],
    ["a server key alone", { AMITY_EU_SERVER_KEY: "s" }],
  ])("starts with %s, and without a warning", (_what, env) => {
    expect(load({ ...production, ...env }, { "/key": "s" })).toMatchObject({ problems: [], warnings: [] });
  });

  test("blames a server key that cannot be read for that alone", () => {
    const { problems } = load({ ...production, AMITY_EU_API_KEY: "a", AMITY_EU_SERVER_KEY_FILE: "/nowhere" });
    expect(problems).toEqual([expect.stringMatching(/^AMITY_EU_SERVER_KEY_FILE names a file/)]);
  });

  test("says how secure mode is switched on", () => {
    const { problems } = load({ ...production, AMITY_EU_API_KEY: "a" });
    expect(problems).toEqual([
      "AMITY_EU_SERVER_KEY must be set in production: without it the network in Europe is in unsecure mode, where whoever has its API key can be any user; in Amity's console open Settings, then Integrations (or Security), switch secure mode on and generate a server key (docs/connect.md), or accept that with AMITY_ALLOW_UNSECURE=on",
    ]);
  });

  test("with AMITY_ALLOW_UNSECURE warns of each such region", () => {
    const keys = { AMITY_EU_API_KEY: "a", AMITY_EU_SERVER_KEY: "s", AMITY_SG_API_KEY: "a", AMITY_US_API_KEY: "a" };
    const { problems, warnings } = load({ ...production, ...keys, AMITY_ALLOW_UNSECURE: "on" });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^AMITY_ALLOW_UNSECURE is on: the network in Singapore is in unsecure mode/),
      expect.stringMatching(/^AMITY_ALLOW_UNSECURE is on: the network in United States is in unsecure mode/),
    ]);
  });
});

test("outside production unsecure mode is nobody's concern", () => {
  expect(load({ AMITY_API_KEY: "a", AUTH_MODE: "none" })).toMatchObject({ problems: [], warnings: [] });
});
