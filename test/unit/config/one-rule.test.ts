import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { isProduction } from "../../../src/config/environment.js";
import { fields, variables } from "../../../src/config/fields.js";
import type { Env } from "../../../src/config/reader.js";

/** Marks every value that must not come back in a problem. */
const mark = "C4N4RY";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The problems that a variable has when it holds this; others may say that it is not needed, or needs another one. */
function problemsOf(name: string, value: string, env: Env = {}): readonly string[] {
  const { problems } = loadConfig({ ...env, [name]: value });
  expect(problems.join()).not.toContain(mark);
  return problems.filter((problem) => problem.startsWith(`${name} `) && !/is set (?:but|without)/.test(problem));
}

const everyVariable = [...variables].map(([variable, name]) => [variable, fields[name].kind] as const);

/** What nobody means to write, in settings of every kind. */
const broken: [what: string, text: string, problem: string][] = [
  ["nothing", "", "is empty"],
  ["blanks alone", " \t ", "is empty"],
  ["a no-break blank alone", "\u00A0", "is empty"],
  ["a byte order mark alone", "\uFEFF", "is empty"],
  ["a line end alone", "\r\n", "is empty"],
  ["bytes that are not UTF-8", `${mark}\uFFFD`, "is not UTF-8"],
  ["a NUL byte", `${mark}\0`, "is not UTF-8"],
  ["half a character", `${mark}\uD800`, "is not UTF-8"],
  ["double quotes", `"${mark}"`, "is in quotes"],
  ["single quotes", `'${mark}'`, "is in quotes"],
  ["backticks", `\`${mark}\``, "is in quotes"],
  ["smart quotes", `\u201C${mark}\u201D`, "is in quotes"],
  ["quotes of a German keyboard", `\u201E${mark}\u201C`, "is in quotes"],
  ["quotes before a line end", `"${mark}"\n`, "is in quotes"],
  ["a placeholder", `<${mark}>`, "is a placeholder"],
  ["a placeholder within a URL", `https://<${mark}>.example`, "is a placeholder"],
  ["a variable that nobody filled in", `\${${mark}}`, "is a placeholder"],
  ["a template that nobody filled in", `{{ ${mark} }}`, "is a placeholder"],
  ["a command that no shell ran", `$(cat ${mark})`, "is a placeholder"],
  ["a variable that no shell knew", "$AMITY_SECRET", "is a placeholder"],
  ["what a program had not", "undefined", "is a placeholder"],
  ["what a console left out", "[REDACTED]", "is a placeholder"],
  ["an order to whoever reads it", "INSERT_KEY_HERE", "is a placeholder"],
  ["dots", "...", "is a placeholder"],
  ["stars, as a console masks a key", "********", "is a placeholder"],
  ["a request to change it", "CHANGE_ME", "is a placeholder"],
  ["the name of a key", "your-server-key", "is a placeholder"],
];

/** What may stand in PEM or JSON, and not in a line. */
const brokenLines: typeof broken = [
  ["two line ends", `${mark}\n\n`, "ends in a line end"],
  ["a line end and another system's", `${mark}\n\r`, "ends in a line end"],
  ["a line end of Unicode", `${mark}\u2028`, "ends in a line end"],
  ["two lines", `${mark}\n${mark}`, "holds a line end"],
  ["PEM", `-----BEGIN PUBLIC KEY-----\n${mark}`, "holds PEM"],
  ["a zero-width blank", `${mark}\u200B`, "holds an invisible character"],
  ["a no-break blank inside", `a\u00A0${mark}`, "holds an invisible character"],
  ["a soft hyphen", `a\u00AD${mark}`, "holds an invisible character"],
  ["a direction", `\u202E${mark}`, "holds an invisible character"],
  ["a control character", `a\u0007${mark}`, "holds an invisible character"],
];

/** What around the entries of a list is no part of them. */
const blanks: typeof broken = [
  ["a blank before", ` ${mark}`, "begins or ends with a blank"],
  ["a blank behind", `${mark} `, "begins or ends with a blank"],
  ["a tab behind", `${mark}\t`, "begins or ends with a blank"],
  ["a blank before the line end", `${mark} \n`, "begins or ends with a blank"],
];

describe.each(everyVariable)("%s, a %s,", (variable, kind) => {
  const isDocument = kind === "document" && !variable.endsWith("_FILE");
  // Other programs take an empty one for none.
  const isShared = /_PROXY$/i.test(variable);
  const rows = isDocument
    ? broken
    : [...broken.filter(([, text]) => !isShared || text !== ""), ...brokenLines, ...(kind === "list" ? [] : blanks)];

  test.each(rows)("is refused for %s", (_what, text, problem) => {
    expect(problemsOf(variable, text)).toEqual([expect.stringContaining(`${variable} ${problem}`)]);
  });
});

describe("an entry of a list", () => {
  test.each(["AUTH_JWT_AUDIENCE", "CORS_ORIGINS", "TRUSTED_PROXIES", "AUTH_MODE"])("of %s is judged alone", (name) => {
    expect(problemsOf(name, `a, "${mark}"`)).toEqual([`${name} is in quotes: leave them out`]);
    expect(problemsOf(name, `a,\u00A0${mark}`)).toEqual([`${name} holds an invisible character`]);
  });
});

const jwt = { AMITY_API_KEY: "api", AUTH_MODE: "jwt", AUTH_JWT_ISSUER: "https://issuer.example" };

/** What a setting of each kind is when it is read. */
const readers: [name: string, value: string, read: (env: Env) => unknown][] = [
  ["AMITY_SERVER_KEY", "server-key", (env) => networkOf(env)?.serverKey?.value],
  ["AUTH_JWT_ISSUER", "https://other.example", (env) => jwtOf(env)?.rules.issuer],
  ["AUTH_JWT_USER_CLAIM", "uid", (env) => jwtOf(env)?.rules.userClaim],
  ["AUTH_JWT_AUDIENCE", "app", (env) => jwtOf(env)?.rules.audience.join()],
  ["PORT", "4711", (env) => String(loadConfig(env).config?.port)],
  ["AMITY_TOKEN_API", "v3", (env) => loadConfig(env).config?.tokenApi],
  ["AMITY_SG_BASE_URL", "https://proxy.example/", (env) => networkOf(env)?.baseUrl.href],
];

function networkOf(env: Env) {
  const regions = loadConfig(env).config?.regions;
  return regions === "emulator" ? undefined : regions?.SG;
}

function jwtOf(env: Env) {
  const auth = loadConfig(env).config?.auth;
  return auth?.mode === "credentials" ? auth.jwt : undefined;
}

describe.each(readers)("%s", (name, value, read) => {
  test.each([
    ["one line end", `${value}\n`],
    ["a line end of Windows", `${value}\r\n`],
    ["half of one", `${value}\r`],
    ["a byte order mark", `\uFEFF${value}`],
  ])("is read without %s", (_what, text) => {
    expect(read({ ...jwt, AUTH_JWT_AUDIENCE: "app", [name]: text })).toBe(value);
  });
});

describe("a file", () => {
  const secret = `${mark}-of-at-least-32-bytes-in-tests`;
  const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
  const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

  const files: [what: string, content: Buffer, problem: string][] = [
    ["of 40 bytes 0x80 to 0xA7", Buffer.from(Array.from({ length: 40 }, (_, i) => 0x80 + i)), "is not UTF-8"],
    ["in UTF-16 of Windows", bytes([0xff, 0xfe], [...Buffer.from(secret, "utf16le")]), "is not UTF-8"],
    ["in UTF-16 without a mark", Buffer.from(secret, "utf16le"), "is not UTF-8"],
    ["in the other UTF-16", bytes([0xfe, 0xff], [...utf16be(secret)]), "is not UTF-8"],
    ["in the other UTF-16 without a mark", utf16be(secret), "is not UTF-8"],
    ["in UTF-32", bytes([0xff, 0xfe, 0, 0], [...Buffer.from(secret, "utf16le")]), "is not UTF-8"],
    ["in Latin-1", Buffer.from(`${secret}é`, "latin1"), "is not UTF-8"],
    ["that was decoded by guess", bytes(secret, "\uFFFD"), "is not UTF-8"],
    ["that ends in NUL", bytes(secret, [0]), "is not UTF-8"],
    ["cut within a character", bytes(secret, [0xe2, 0x82]), "is not UTF-8"],
    ["of a surrogate in UTF-8", bytes(secret, [0xed, 0xa0, 0x80]), "is not UTF-8"],
    ["of random bytes below 0x80", bytes(secret, [0x01, 0x7f]), "holds an invisible character"],
    ["with two line ends", bytes(secret, "\n\n"), "ends in a line end"],
    ["of two lines", bytes(secret, "\n", secret), "holds a line end"],
    ["in quotes", bytes('"', secret, '"\n'), "is in quotes"],
    ["with a blank behind", bytes(secret, " \n"), "begins or ends with a blank"],
    ["of a placeholder", bytes("<your secret>\n"), "is a placeholder"],
    ["of eleven bytes", bytes("\uFEFFeleven byte\n"), "has fewer than 32 bytes"],
    ["of nothing", bytes(), "is empty"],
    ["of a byte order mark", bytes("\uFEFF"), "is empty"],
  ];

  const settings: [string, Env][] = [
    ["AUTH_JWT_SECRET_FILE", { ...jwt, AUTH_JWT_AUDIENCE: "app" }],
    ["AMITY_SERVER_KEY_FILE", { AUTH_MODE: "none" }],
  ];

  describe.each(settings)("that %s names", (name, env) => {
    const rows = files.filter(([, , problem]) => name === "AUTH_JWT_SECRET_FILE" || !problem.includes("32 bytes"));
    test.each(rows)("%s is refused", async (_what, content, problem) => {
      const path = join(folder, "content");
      await writeFile(path, content);
      const subject = `${name} names a file that ${problem}`;
      expect(problemsOf(name, path, env)).toEqual([expect.stringContaining(subject)]);
    });

    test.each([
      ["a byte order mark", bytes("\uFEFF", secret)],
      ["one line end", bytes(secret, "\n")],
      ["both", bytes("\uFEFF", secret, "\r\n")],
    ])("is read without %s", async (_what, content) => {
      const path = join(folder, "content");
      await writeFile(path, content);
      const given = { ...env, [name]: path };
      const keys = jwtOf(given)?.keys;
      const read = keys?.kind === "static" ? String(keys.key) : networkOf(given)?.serverKey?.value;
      expect(read).toBe(secret);
    });
  });

  const unreadable: [string, string, string][] = [
    ["that is not there", "/nowhere/key", "cannot be read (ENOENT): there is none of this name"],
    ["that is a folder", "/", "is a folder (EISDIR)"],
    ["below a file", "/etc/passwd/key", "cannot be read (ENOTDIR): a part of its path is no folder"],
    ["that is a device", "/dev/null", "is not a regular file"],
    ["whose name is a content", "k".repeat(5_000), "cannot be read (ENAMETOOLONG): a path is wanted, not the content"],
  ];
  const paths: [string, Env][] = [
    ["AMITY_API_KEY_FILE", { AUTH_MODE: "none" }],
    ["AUTH_JWT_PUBLIC_KEY_FILE", { ...jwt, AUTH_JWT_AUDIENCE: "app" }],
    ["AUTH_API_KEYS_FILE", { AMITY_API_KEY: "api", AUTH_MODE: "apikey" }],
    ["AMITY_MTLS_CA_FILE", {}],
    ["AMITY_MTLS_CERT_FILE", { AMITY_MTLS_KEY_FILE: "/etc/passwd" }],
  ];
  describe.each(paths)("that %s names", (name, env) => {
    test.each(unreadable)("and %s is told of by its cause", (_what, path, problem) => {
      expect(problemsOf(name, path, env)).toEqual([`${name} names a file that ${problem}`]);
    });
  });
});

describe("NODE_ENV", () => {
  test.each([
    "",
    "Production",
    "PRODUCTION",
    "prod",
    "PRD",
    "live",
    "prodution",
    "production ",
    '"production"',
    "\u201Cproduction\u201D",
  ])("%j does not pass for development", (NODE_ENV) => {
    expect(loadConfig({ NODE_ENV }).problems).toEqual([expect.stringMatching(/^NODE_ENV /)]);
  });

  test("that is of no use keeps the emulator out as production does", () => {
    for (const NodeEnv of ["", "prod", "<env>", "production ", "\uFEFFproduction"])
      expect(isProduction({ NODE_ENV: NodeEnv })).toBe(true);
    for (const NodeEnv of [undefined, "test"]) expect(isProduction({ NODE_ENV: NodeEnv })).toBe(false);
  });

  test.each(["production", "production\n", "production\r\n", "\uFEFFproduction"])("%j is production", (NODE_ENV) => {
    expect(loadConfig({ NODE_ENV, AMITY_SERVER_KEY: "a" }).problems).toEqual([
      expect.stringMatching(/^AUTH_MODE must be set/),
    ]);
  });

  test.each(["development", "test", "staging", "ci"])("%s is not production", (NODE_ENV) => {
    expect(loadConfig({ NODE_ENV }).config?.production).toBe(false);
  });
});

describe("a key of Amity's", () => {
  test.each([
    "/run/secrets/canary",
    "~/canary",
    "./canary",
    "../canary",
    "file:///run/secrets/canary",
    "https://vault.example/canary",
    "op://vault/canary/key",
    "vault:secret/canary",
    "arn:aws:secretsmanager:eu:1:secret:canary",
    "Bearer canary",
  ])("is not %s", (text) => {
    for (const name of ["AMITY_SERVER_KEY", "AMITY_EU_API_KEY", "AMITY_US_ADMIN_TOKEN"]) {
      expect(problemsOf(name, text)).toEqual([expect.stringContaining("says where a key is")]);
    }
  });

  test.each(["b0efe80ed2a4a3b4dd35dd4b5e", "canary/key+with=base64", "key:with:colons", "key with spaces"])(
    "may be %s",
    (text) => {
      expect(problemsOf("AMITY_SERVER_KEY", text)).toEqual([]);
    },
  );
});
