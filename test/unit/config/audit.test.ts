import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";

const file = { AUDIT_FILE: "/var/log/amity/audit.jsonl" };
const key = "canary-audit-key";

function load(env: Env) {
  return loadConfig(env, () => `${key}\n`);
}

describe("the audit's settings", () => {
  test.each<[string, Env, object | undefined]>([
    ["none", {}, undefined],
    ["a file", file, { file: file.AUDIT_FILE, socket: undefined, key: undefined, isRequired: false }],
    [
      "a socket that must have each line",
      { AUDIT_SOCKET: "/run/s", AUDIT_REQUIRED: "on" },
      { socket: "/run/s", isRequired: true },
    ],
    ["both with a key", { ...file, AUDIT_SOCKET: "/run/s", AUDIT_KEY: key }, { socket: "/run/s", key }],
    ["a key from a file", { ...file, AUDIT_KEY_FILE: "/key" }, { key }],
  ])("are %s", (_what, env, audit) => {
    const { config, problems } = load(env);
    expect(problems).toEqual([]);
    if (audit) expect(config?.audit).toMatchObject(audit);
    else expect(config?.audit).toBeUndefined();
  });

  test.each<[string, Env, RegExp]>([
    ["required without a sink", { AUDIT_REQUIRED: "on" }, /^AUDIT_REQUIRED is on without AUDIT_FILE or AUDIT_SOCKET/],
    ["a relative file", { AUDIT_FILE: "audit.jsonl" }, /^AUDIT_FILE must be the absolute path of a file/],
    ["a relative socket", { AUDIT_SOCKET: "./s" }, /^AUDIT_SOCKET must be the absolute path of a Unix stream socket/],
    ["a socket beyond its address", { AUDIT_SOCKET: `/${"s".repeat(103)}` }, /of at most 103 bytes$/],
    ["a file whose lock has no address", { AUDIT_FILE: `/${"f".repeat(98)}` }, /of at most 98 bytes$/],
    ["the same place twice", { ...file, AUDIT_SOCKET: file.AUDIT_FILE }, /^AUDIT_SOCKET names what AUDIT_FILE names/],
    ["a short key", { ...file, AUDIT_KEY: "canary" }, /^AUDIT_KEY must have at least 16 bytes$/],
    ["an empty file", { AUDIT_FILE: "" }, /^AUDIT_FILE is empty/],
    ["another word for on", { ...file, AUDIT_REQUIRED: "true" }, /^AUDIT_REQUIRED must be one of on, off/],
  ])("are refused as %s", (_what, env, problem) => {
    const { problems } = load(env);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toContain("canary");
  });

  test("warn of a key that does nothing", () => {
    expect(load({ AUDIT_KEY: key }).warnings).toEqual([expect.stringMatching(/^AUDIT_KEY is set without/)]);
  });

  test("warn of a name with a slip in it", () => {
    expect(load({ ...file, AUDIT_REQIRED: "on" }).warnings).toEqual([
      "AUDIT_REQIRED is not read: did you mean AUDIT_REQUIRED?",
    ]);
  });
});
