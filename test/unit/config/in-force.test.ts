import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { fields, variables } from "../../../src/config/fields.js";
import { type InForce, type Setting, settingsInForce } from "../../../src/config/in-force.js";
import type { Env } from "../../../src/config/reader.js";

/** Marks every value that must not be shown. */
const mark = "C4N4RY";

const files: Readonly<Record<string, string>> = {
  "/secrets/key": `${mark}-key`,
  "/secrets/jwt": `${mark}-secret-of-at-least-32-bytes`,
  "/secrets/binary": "\uFFFD",
  "/secrets/keys.json": "[]",
};

function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
  return text;
}

function inForce(env: Env, ...fromEnvFile: string[]): InForce {
  return settingsInForce(env, new Set(fromEnvFile), readFile);
}

function setting(env: Env, name: string): Setting | undefined {
  return inForce(env).settings.find((one) => one.name === name);
}

const jwt: Env = {
  AMITY_API_KEY: `${mark}-api`,
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://issuer.example",
  AUTH_JWT_AUDIENCE: "app",
};
const production: Env = { NODE_ENV: "production", AMITY_SERVER_KEY: `${mark}-server` };

describe("the settings in force", () => {
  test.each<Env>([{}, jwt, { PORT: "x", NODE_ENV: "production" }])("are all of them, whatever %j holds", (env) => {
    const names = inForce(env).settings.map(({ name }) => name);
    expect(names).toEqual(["NODE_ENV", "NODE_EXTRA_CA_CERTS", ...Object.keys(fields)]);
  });

  test.each([...variables, ["NODE_ENV", "NODE_ENV"], ["NODE_EXTRA_CA_CERTS", "NODE_EXTRA_CA_CERTS"]])(
    "say that %s gave %s",
    (variable, name) => {
      const settingOf = (...fromEnvFile: string[]) =>
        inForce({ [variable]: "/secrets/key" }, ...fromEnvFile).settings.find((one) => one.name === name);
      const isFile = variable === `${name}_FILE`;
      const file = { kind: "file", variable, path: "/secrets/key" };
      expect(settingOf()?.source).toEqual(
        isFile ? { ...file, place: "environment" } : { kind: "environment", variable },
      );
      expect(settingOf(variable)?.source).toEqual(isFile ? { ...file, place: ".env" } : { kind: ".env", variable });
      const others = inForce({ [variable]: "/secrets/key" }).settings.filter((one) => one.name !== name);
      expect(others.filter(({ source }) => source.kind !== "default")).toEqual([]);
    },
  );

  test.each<Env>([
    {},
    { UPSTREAM_TIMEOUT_MS: "30000", AMITY_REGION: "EU", TRUSTED_PROXIES: "10.0.0.0/8, 127.0.0.1" },
    { ...jwt, AMITY_HOST_FAMILY: "apix", AUTH_JWT_AUDIENCE: "a, b" },
    { ...jwt, AMITY_API_KEY: undefined, AMITY_US_SERVER_KEY: `${mark}-server`, NODE_ENV: "production" },
    { ...jwt, AUTH_JWT_SECRET: `${mark}-secret-of-at-least-32-bytes`, EXPLORER: "graphiql" },
    { ...jwt, AMITY_SG_BASE_URL: "https://proxy.example/amity", CORS_ORIGINS: "https://a.example,https://b.example" },
    { AMITY_API_KEY: `${mark}-api`, AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: "/secrets/keys.json", HOST: "0.0.0.0" },
  ])("given back are the same configuration as %j", (env) => {
    const { settings, problems } = inForce(env);
    expect(problems).toEqual([]);
    const isBare = (name: string) =>
      Object.entries(fields).some(([one, { kind }]) => one === name && kind !== "secret");
    const given = settings.flatMap(({ name, value }) => (value !== undefined && isBare(name) ? [[name, value]] : []));
    // What others decide alone cannot be given: settings of modes that are off, URLs without keys, a choice of none.
    const isRead = ([name = "", value]: string[]) =>
      env[name] !== undefined || !(/^AUTH_J|_BASE_URL$/.test(name) || value === "signed-in");
    const again = loadConfig({ ...env, ...Object.fromEntries(given.filter(isRead)) }, readFile);
    expect(again.problems).toEqual([]);
    expect(JSON.stringify(again.config)).toBe(JSON.stringify(loadConfig(env, readFile).config));
  });

  test.each([
    ["EXPLORER", {}, "auto"],
    ["EXPLORER", { ...jwt, ...production }, "off"],
    ["INTROSPECTION", { ...jwt, ...production, INTROSPECTION: "auto" }, "signed-in"],
    ["DRAIN_MS", { UPSTREAM_TIMEOUT_MS: "30000" }, "30000"],
    ["AMITY_REGION", { ...jwt, AMITY_API_KEY: undefined, AMITY_EU_API_KEY: "key-of-europe" }, "eu"],
    ["AMITY_SG_BASE_URL", { ...jwt, AMITY_HOST_FAMILY: "apix" }, "https://apix.sg.amity.co/"],
    ["AUTH_MODE", {}, "none"],
    ["AUTH_JWT_ALGORITHMS", { ...jwt, AUTH_JWT_SECRET_FILE: "/secrets/jwt" }, "HS256"],
  ])("name what %s amounts to under %j", (name, env, value) => {
    expect(setting(env, name)?.value).toBe(value);
  });

  test("take the proxy's name in lower case first, and an empty one for none", () => {
    const upper = { HTTPS_PROXY: "http://upper.example:3128" };
    const source = (env: Env) => setting({ ...upper, ...env }, "HTTPS_PROXY")?.source;
    expect(source({ https_proxy: "http://lower.example:3128" })).toEqual({
      kind: "environment",
      variable: "https_proxy",
    });
    expect(source({ https_proxy: "" })).toEqual({ kind: "environment", variable: "HTTPS_PROXY" });
    expect(source({ https_proxy: "", HTTPS_PROXY: "" })).toEqual({ kind: "default" });
  });

  test("say in words what an absent value amounts to", () => {
    expect(setting({}, "AUTH_JWT_TYP")).toEqual({ name: "AUTH_JWT_TYP", note: "any", source: { kind: "default" } });
    expect(setting({}, "ADMIN_PORT")).toEqual({ name: "ADMIN_PORT", source: { kind: "default" } });
  });

  test("are shown beside problems, without the refused value", () => {
    const { settings, problems } = inForce({ PORT: mark, LOG_LEVEL: "debug", AMITY_SERVER_KEY: "" });
    const of = (name: string) => settings.find((one) => one.name === name);
    expect(problems).toHaveLength(3);
    expect(of("LOG_LEVEL")?.value).toBe("debug");
    for (const name of ["PORT", "AMITY_SERVER_KEY"]) {
      expect(of(name)).toEqual({ name, note: "refused", source: { kind: "environment", variable: name } });
    }
  });

  test.each([
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["AUTH_JWT_ALGORITHMS", "none"],
    ["HOST", "*"],
    ["PORT", "65536"],
    ["AMITY_SG_BASE_URL", "https://amity.example/?x"],
  ])("do not show %s for %s, which is well written and refused", (name, value) => {
    expect(setting({ ...jwt, [name]: value }, name)).toMatchObject({ note: "refused" });
    expect(setting({ ...jwt, [name]: value }, name)?.value).toBeUndefined();
  });

  test("of NAME and NAME_FILE blame the file, which would be read", () => {
    const env = { AMITY_SERVER_KEY: `${mark}-other`, AMITY_SERVER_KEY_FILE: "/secrets/key" };
    expect(setting(env, "AMITY_SERVER_KEY")).toMatchObject({ note: "refused", source: { path: "/secrets/key" } });
  });

  test("name a file that cannot be used, and no path that leads nowhere", () => {
    const source = (path: string) => setting({ AMITY_SERVER_KEY_FILE: path }, "AMITY_SERVER_KEY")?.source;
    expect(source("/secrets/binary")).toMatchObject({ kind: "file", path: "/secrets/binary" });
    expect(source(`/${mark}`)).toEqual({ kind: "file", variable: "AMITY_SERVER_KEY_FILE", place: "environment" });
  });
});

describe("variables that give nothing", () => {
  test("are told by their names alone", () => {
    const env = { AMITY_TELEPORT: mark, PORTT: mark, AUTH_HEADER_NAME: mark, HOSTNAME: mark };
    expect(inForce(env).unread).toEqual([
      { name: "AMITY_TELEPORT", why: "unknown" },
      { name: "PORTT", why: "unknown" },
      { name: "AUTH_HEADER_NAME", why: "not supported" },
    ]);
  });

  test("and are a platform's are told as ignored", () => {
    const { unread, settings } = inForce({ ADMIN_PORT: "tcp://10.0.0.1:80", KUBERNETES_PORT: "tcp://10.0.0.1:443" });
    expect(unread).toEqual([{ name: "ADMIN_PORT", why: "ignored: set by the platform" }]);
    expect(settings).toContainEqual({ name: "ADMIN_PORT", source: { kind: "default" } });
  });
});

/** Secrets where they may stand by intention or by mistake. */
const guises = [
  `https://${mark}:${mark}@host.example/path?key=${mark}#${mark}`,
  `https://${mark}@host.example/?${mark}`,
  `https:///${mark}:${mark}@host.example/`,
  `https:\\\\${mark}:${mark}@host.example/`,
  `HTTPS://${mark}:p%40${mark}@host.example:8443`,
  `https://${mark}:${mark}/${mark}@host.example`,
  `https:${mark}:${mark}@host.example`,
  `redis+tls://:${mark}@host.example/0?password=${mark}`,
  `//${mark}:${mark}@host.example/`,
  `${mark}:${mark}@host.example:3128`,
  `host.example/path?key=${mark}`,
  `https://good.example,https://${mark}:${mark}@host.example`,
];

const everyVariable = [...variables].map(([variable, name]) => [variable, fields[name].kind] as const);

/** The parts of what is told that hold the mark. */
function leaks(env: Env): unknown[] {
  const { settings, ...others } = inForce(env);
  return [...settings, others].filter((part) => JSON.stringify(part).includes(mark));
}

describe.each<[string, Env]>([
  ["alone", {}],
  ["with tokens", jwt],
  ["with a mode that nobody knows", { ...jwt, AUTH_MODE: "jtw" }],
])("a secret %s", (_what, env) => {
  test.each(everyVariable)("never comes back from %s, a %s", (variable, kind) => {
    const isFreeText = (kind === "text" || kind === "list") && !variable.endsWith("_FILE");
    const bare = isFreeText ? [] : [mark, `${mark}-secret-of-at-least-32-bytes`, `/${mark}`];
    expect([...guises, ...bare].flatMap((text) => leaks({ ...env, [variable]: text }))).toEqual([]);
  });

  test.each(everyVariable.filter(([variable]) => variable.endsWith("_FILE")))(
    "never comes back from the file of %s",
    (variable) => {
      expect(Object.keys(files).flatMap((path) => leaks({ ...env, [variable]: path }))).toEqual([]);
    },
  );
});

test("a private key where a public one belongs never comes back", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const text = JSON.stringify(inForce({ ...jwt, AUTH_JWT_PUBLIC_KEY: pem }));
  expect(text).not.toContain(pem.split("\n")[1]);
});
