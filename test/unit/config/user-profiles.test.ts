import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";

const region = { AMITY_EU_API_KEY: "a", AMITY_EU_SERVER_KEY: "s", AUTH_MODE: "none" };
const on = { ...region, USER_PROFILES: "on" };

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig(env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });
}

describe("USER_PROFILES=on", () => {
  test.each<[string, Env]>([
    ["the region's admin token", { AMITY_EU_ADMIN_TOKEN: "canary" }],
    ["the default region's", { AMITY_ADMIN_TOKEN: "canary", AMITY_REGION: "eu" }],
    ["the only region's, unnamed", { AMITY_ADMIN_TOKEN: "canary" }],
    ["one from a file", { AMITY_EU_ADMIN_TOKEN_FILE: "/token" }],
  ])("takes %s", (_what, env) => {
    const { config, problems } = load({ ...on, ...env }, { "/token": "canary\n" });
    expect([problems, config?.userProfiles]).toEqual([[], true]);
  });

  test.each<[string, Env, string[]]>([
    ["without an admin token", {}, ["AMITY_EU_ADMIN_TOKEN"]],
    ["with another region's", { AMITY_US_API_KEY: "a", AMITY_US_ADMIN_TOKEN: "canary" }, ["AMITY_EU_ADMIN_TOKEN"]],
    [
      "without that of a second region",
      { AMITY_EU_ADMIN_TOKEN: "canary", AMITY_US_SERVER_KEY: "s" },
      ["AMITY_US_ADMIN_TOKEN"],
    ],
    ["with an empty one", { AMITY_EU_ADMIN_TOKEN: "" }, ["AMITY_EU_ADMIN_TOKEN"]],
    ["with a file that is not there", { AMITY_EU_ADMIN_TOKEN_FILE: "/nowhere" }, ["AMITY_EU_ADMIN_TOKEN_FILE"]],
  ])("is refused %s, by name and once", (_what, env, variables) => {
    const { problems } = load({ ...on, ...env });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(variables);
    expect(problems.join()).not.toContain("canary");
  });

  test("needs no admin token for the emulator", () => {
    expect(load({ USER_PROFILES: "on" }).config?.userProfiles).toBe(true);
  });
});

test.each<[string, Env]>([
  ["by default", {}],
  ["with an admin token, which is for other things too", { AMITY_EU_ADMIN_TOKEN: "canary" }],
  ["when it says so", { AMITY_EU_ADMIN_TOKEN: "canary", USER_PROFILES: "off" }],
])("users are not looked up %s", (_when, env) => {
  const { config, problems } = load({ ...region, ...env });
  expect([problems, config?.userProfiles]).toEqual([[], false]);
});

test.each(["amity:users:write", "amity:users:roles"])("the right to act for users cannot be %s", (scope) => {
  const { problems } = load(
    { ...region, AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: "/keys", AUTH_DELEGATE_SCOPE: scope },
    { "/keys": "[]" },
  );
  expect(problems).toEqual([expect.stringMatching(/^AUTH_DELEGATE_SCOPE must be another scope/)]);
});
