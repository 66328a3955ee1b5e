import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type Config, loadConfig } from "../../../src/config/config.js";
import type { Field } from "../../../src/config/field-kinds.js";
import { type ChoiceOf, fields, type NameOf } from "../../../src/config/fields.js";
import { configHelp } from "../../../src/config/help.js";
import type { Env } from "../../../src/config/reader.js";

/** Settings about tokens are read only where tokens are. */
const byDiscovery: Env = {
  AMITY_API_KEY: "api",
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "app",
};
const bySecret: Env = { ...byDiscovery, AUTH_JWT_SECRET: "a secret of at least thirty-two bytes" };
function neededBy(name: string, value = ""): Env {
  if (name === "REDIS_MODE") {
    return { REDIS_URL: "redis://h", ...(value === "sentinel" && { REDIS_SENTINEL_MASTER: "m" }) };
  }
  if (name === "DRAIN_MS") return { UPSTREAM_TIMEOUT_MS: "1" };
  if (name === "REDIS_TIMEOUT_MS" || name === "REPLICAS" || name === "REDIS_PREFIX") return { REDIS_URL: "redis://h" };
  if (/^VISITOR_LIMIT/.test(name)) return { VISITORS: "on" };
  if (name === "AUDIT_REQUIRED") return { AUDIT_FILE: "/nowhere/audit" };
  if (name === "AMITY_ALLOW_UNSECURE") return { ...byDiscovery, NODE_ENV: "production" };
  return /^AUTH_JW/.test(name) ? byDiscovery : {};
}

function configOf(env: Env): Config {
  const { config, problems } = loadConfig(env);
  if (!config) throw new Error(problems.join("; "));
  return config;
}

const file = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

/** Name and default of each setting that has one, as the documents say it. */
const documents: [string, string, RegExp][] = [
  ["docs/configuration.md", file("docs/configuration.md"), /^\| `([A-Z0-9_]+)`[^|]* \| ([^|]+) \| [^|]*\| [^|]+ \|$/gm],
  [".env.example", file(".env.example"), /^# .* Default: (.+?)\.(?: Or \w+\.)?\n#([A-Z0-9_]+)=$/gm],
  ["--help", configHelp(), /^ {2}([A-Z0-9_]+)(?:, \w+)?\n(?: {6}(?!Default:).*\n)+ {6}Default: (.+)$/gm],
];

const documented = documents.map(([document, text, pattern]) => {
  const found = [...text.matchAll(pattern)].map(([, a = "", b = ""]) =>
    document === ".env.example" ? [b, a] : [a, b],
  );
  return { document, defaults: new Map(found as [string, string][]) };
});

const entries: [string, Field][] = Object.entries(fields);
const withDefault = entries.flatMap(([name, field]) => ("default" in field ? [{ name, field }] : []));

/** Values of the setting that are not this one. What a host can be, any text can be. */
function othersThan(value: string, field: Field): string[] {
  if (field.kind === "choice") return Object.keys(field.choices).filter((choice) => choice !== value);
  if (field.kind === "integer") return [String(Number(value) === field.least ? field.least + 1 : field.least)];
  return ["localhost"];
}

describe.each(documented)("the default that $document names", ({ defaults }) => {
  test.each(withDefault)("for $name is what holds without it", ({ name, field }) => {
    const value = defaults.get(name) ?? "";
    const env = neededBy(name);
    const withoutIt = loadConfig(env);
    expect(loadConfig({ ...env, [name]: value })).toEqual(withoutIt);
    const others = othersThan(value, field).map((other) => loadConfig({ ...env, [name]: other }));
    expect(others).toContainEqual(expect.not.objectContaining(withoutIt));
  });

  test.each<[NameOf<"choice" | "list">, RegExp, Env]>([
    ["AUTH_MODE", /^\w+/, {}],
    ["AMITY_REGION", /\w+$/, {}],
    ["AUTH_JWT_ALGORITHMS", /^[^;]+/, byDiscovery],
    ["AUTH_JWT_ALGORITHMS", /\w+(?= with a secret)/, bySecret],
  ])("for %s, in words, is what holds without it (%s)", (name, words, env) => {
    const [value = ""] = words.exec(defaults.get(name) ?? "") ?? [];
    expect(configOf({ ...env, [name]: value })).toEqual(configOf(env));
  });
});

describe("a whole number", () => {
  const ranges: Readonly<Record<NameOf<"integer">, [least: number, most: number]>> = {
    ADMIN_PORT: [0, 65_535],
    SHUTDOWN_DELAY_MS: [0, 600_000],
    DRAIN_MS: [1, 600_000],
    PORT: [0, 65_535],
    AUTH_JWT_CLOCK_SKEW_S: [0, 300],
    AUTH_JWT_MAX_AGE_S: [0, 31_536_000],
    AUTH_JWKS_CACHE_S: [1, 86_400],
    AUTH_JWKS_STALE_MAX_S: [0, 604_800],
    AUTH_JWKS_COOLDOWN_S: [1, 3_600],
    AUTH_JWKS_TIMEOUT_MS: [1, 60_000],
    UPSTREAM_TIMEOUT_MS: [1, 120_000],
    UPSTREAM_ATTEMPT_TIMEOUT_MS: [1, 120_000],
    TOKEN_REUSE_SECONDS: [0, 420],
    REDIS_TIMEOUT_MS: [1, 1_000],
    REPLICAS: [1, 1_000],
    BODY_LIMIT_BYTES: [1_024, 1_048_576],
    RATE_LIMIT_USER: [0, 1_000_000],
    RATE_LIMIT_SERVICE: [0, 1_000_000],
    RATE_LIMIT_FAILED_AUTH: [0, 1_000_000],
    VISITOR_LIMIT_ADDRESS: [0, 1_000_000],
    VISITOR_LIMIT_DEVICE: [0, 1_000_000],
    SHED_EVENT_LOOP_DELAY_MS: [0, 60_000],
  };
  const rows = Object.entries(ranges).map(([name, range]) => [name, ...range] as const);

  test("is what every setting of its kind is tried with", () => {
    const names = entries.filter(([, { kind }]) => kind === "integer").map(([name]) => name);
    expect(Object.keys(ranges).sort()).toEqual(names.sort());
  });

  test.each(rows)("%s keeps to %i to %i, as documented", (name, least, most) => {
    const env = neededBy(name);
    for (const value of [least, most]) expect(loadConfig({ ...env, [name]: String(value) }).problems).toEqual([]);
    for (const value of [least - 1, most + 1, "C4N4RY", "1.5", "1e2", "0x1", "+1", "١", "9".repeat(40)]) {
      expect(loadConfig({ ...env, [name]: String(value) }).problems).toEqual([
        `${name} must be a whole number from ${least} to ${most}`,
      ]);
    }
    expect(file("docs/configuration.md")).toMatch(
      new RegExp(`^\\| \`${name}\` \\| \\d* \\| ${least} to ${most}[ |]`, "m"),
    );
  });

  test.each(rows)("%s is not empty", (name) => {
    expect(loadConfig({ ...neededBy(name), [name]: "" }).problems).toEqual([
      `${name} is empty: give it a value or unset it`,
    ]);
  });
});

describe("a choice", () => {
  const choices: { readonly [Name in NameOf<"choice">]: readonly ChoiceOf<Name>[] } = {
    AMITY_REGION: ["eu", "sg", "us"],
    AMITY_ADMIN_AUTH: ["bearer", "x-admin-token"],
    AMITY_ALLOW_UNSECURE: ["on", "off"],
    AMITY_HOST_FAMILY: ["api", "apix"],
    AMITY_TOKEN_API: ["v4", "v3"],
    AMITY_SESSION_API: ["v3", "v4", "v5"],
    VISITORS: ["on", "off"],
    USER_PROFILES: ["on", "off"],
    AUDIT_REQUIRED: ["on", "off"],
    TRACES: ["on", "off"],
    REDIS_MODE: ["standalone", "sentinel", "cluster"],
    INTROSPECTION: ["on", "off", "auto"],
    EXPLORER: ["graphiql", "sandbox", "off", "auto"],
    LOG_USER_IDS: ["hash", "plain"],
    LOG_LEVEL: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
  };
  const rows = Object.entries(choices);

  test("is what every setting of its kind is tried with", () => {
    const names = entries.filter(([, { kind }]) => kind === "choice").map(([name]) => name);
    expect(Object.keys(choices).sort()).toEqual(names.sort());
  });

  test.each(rows)("%s takes %j and nothing else", (name, values) => {
    for (const value of values) {
      const env = name === "REDIS_MODE" || name === "AUDIT_REQUIRED" ? neededBy(name, value) : {};
      expect(loadConfig({ ...env, [name]: value }).problems).toEqual([]);
    }
    for (const value of ["C4N4RY", "toString", "__proto__", values.join(",")]) {
      expect(loadConfig({ [name]: value }).problems).toEqual([`${name} must be one of ${values.join(", ")}`]);
    }
  });

  test.each(rows.filter(([name]) => name !== "AMITY_REGION"))("%s is told apart by case", (name, [value = ""]) => {
    expect(loadConfig({ [name]: value.toUpperCase() }).problems).toHaveLength(1);
  });
});
