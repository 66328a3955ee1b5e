import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";

const region = { AMITY_EU_API_KEY: "a", AMITY_EU_SERVER_KEY: "s", AUTH_MODE: "none" };
const on = { ...region, VISITORS: "on" };

function load(env: Env, files: Record<string, string> = {}) {
  return loadConfig(env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return text;
  });
}

describe("VISITORS=on", () => {
  test.each<[string, Env]>([
    ["the region's secret", { AMITY_EU_VISITOR_SECRET: "canary" }],
    ["the default region's", { AMITY_VISITOR_SECRET: "canary", AMITY_REGION: "eu" }],
    ["the only region's, unnamed", { AMITY_VISITOR_SECRET: "canary" }],
    ["one from a file", { AMITY_EU_VISITOR_SECRET_FILE: "/secret" }],
    ["one that no header could hold", { AMITY_EU_VISITOR_SECRET: "geheimß" }],
  ])("takes %s", (_what, env) => {
    const { config, problems } = load({ ...on, ...env }, { "/secret": "canary\n" });
    expect([problems, config?.visitors]).toEqual([[], { limits: { address: 20, device: 6 } }]);
  });

  test.each<[string, Env, string[]]>([
    ["without a secret", {}, ["AMITY_EU_VISITOR_SECRET"]],
    [
      "with another region's",
      { AMITY_US_API_KEY: "a", AMITY_US_VISITOR_SECRET: "canary" },
      ["AMITY_EU_VISITOR_SECRET"],
    ],
    [
      "without that of a second region",
      { AMITY_EU_VISITOR_SECRET: "canary", AMITY_US_SERVER_KEY: "s" },
      ["AMITY_US_VISITOR_SECRET"],
    ],
    ["with an empty one", { AMITY_EU_VISITOR_SECRET: "" }, ["AMITY_EU_VISITOR_SECRET"]],
    ["with a file that is not there", { AMITY_EU_VISITOR_SECRET_FILE: "/nowhere" }, ["AMITY_EU_VISITOR_SECRET_FILE"]],
  ])("is refused %s, by name and once", (_what, env, variables) => {
    const { problems } = load({ ...on, ...env });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(variables);
    expect(problems.join()).not.toContain("canary");
  });

  test("needs no secret for the emulator", () => {
    expect(load({ VISITORS: "on", VISITOR_LIMIT_DEVICE: "1" }).config?.visitors).toEqual({
      limits: { address: 20, device: 1 },
    });
  });
});

describe("a visitor secret", () => {
  test("may be there while visitors are off", () => {
    const { config, problems } = load({ ...region, AMITY_EU_VISITOR_SECRET: "canary" });
    expect([problems, config?.visitors]).toEqual([[], undefined]);
  });

  test.each<[string, Env, string]>([
    [
      "without a key",
      { AMITY_US_VISITOR_SECRET: "canary" },
      "AMITY_US_VISITOR_SECRET is set without an API key or a server key",
    ],
    [
      "twice",
      { AMITY_EU_VISITOR_SECRET: "canary", AMITY_VISITOR_SECRET: "canary" },
      "AMITY_VISITOR_SECRET and AMITY_EU_VISITOR_SECRET are both set for the default region: keep one",
    ],
  ])("given %s is refused", (_what, env, problem) => {
    expect(load({ ...region, ...env }).problems).toEqual([problem]);
  });
});
