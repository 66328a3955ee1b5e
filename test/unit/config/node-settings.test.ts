import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { judgeNodeSettings } from "../../../src/config/node-settings.js";
import { type Env, Reader } from "../../../src/config/reader.js";

/** What is said in production, and elsewhere. */
function judged(env: Env, started: readonly string[] = []) {
  return [true, false].map((production) => {
    const reader = new Reader(env, () => "");
    judgeNodeSettings(reader, env, production, started);
    return { problems: reader.problems, warnings: reader.warnings };
  });
}

describe("a setting of Node's that weakens TLS", () => {
  test.each<[Env, RegExp]>([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, /^NODE_TLS_REJECT_UNAUTHORIZED switches off/],
    [{ NODE_DEBUG: "http" }, /^NODE_DEBUG writes the headers of calls, keys among them/],
    [{ NODE_DEBUG: "net,undici" }, /^NODE_DEBUG writes the headers of calls, keys among them/],
    [{ NODE_OPTIONS: "--inspect=0.0.0.0:9229" }, /^NODE_OPTIONS has --inspect, which lets whoever reaches/],
    [{ NODE_OPTIONS: "--inspect-brk" }, /^NODE_OPTIONS has --inspect-brk, which lets whoever reaches/],
    [{ NODE_OPTIONS: "--tls-min-v1.0" }, /^NODE_OPTIONS has --tls-min-v1\.0, which allows/],
    [{ NODE_OPTIONS: "--max-old-space-size=100 --tls-min-v1.1" }, /^NODE_OPTIONS has --tls-min-v1\.1/],
    [{ NODE_OPTIONS: "--tls_min_v1.0" }, /^NODE_OPTIONS has --tls-min-v1\.0/],
    [{ NODE_OPTIONS: '"--tls-min-v1.0"' }, /^NODE_OPTIONS has --tls-min-v1\.0/],
    [{ NODE_OPTIONS: "--insecure-http-parser" }, /^NODE_OPTIONS has --insecure-http-parser, which lets/],
    [{ NODE_OPTIONS: "--security-revert=CVE-2023-46809" }, /^NODE_OPTIONS has --security-revert, which takes/],
    [{ NODE_OPTIONS: '--tls-keylog="/tmp/a b"' }, /^NODE_OPTIONS has --tls-keylog, which writes/],
    [{ NODE_OPTIONS: "--tls-cipher-list=DEFAULT@SECLEVEL=0" }, /^NODE_OPTIONS has --tls-cipher-list with ciphers/],
    [{ NODE_OPTIONS: "--tls-cipher-list RC4-SHA" }, /^NODE_OPTIONS has --tls-cipher-list with ciphers/],
    [{ NODE_OPTIONS: '--tls-cipher-list="HIGH:eNULL"' }, /^NODE_OPTIONS has --tls-cipher-list with ciphers/],
    [{ NODE_OPTIONS: "--tls-cipher-list=ALL" }, /^NODE_OPTIONS has --tls-cipher-list with ciphers/],
  ])("such as %j is refused in production, and warned of elsewhere", (env, text) => {
    const [production, elsewhere] = judged(env);
    expect(production).toEqual({ problems: [expect.stringMatching(text)], warnings: [] });
    expect(elsewhere).toEqual({ problems: [], warnings: [expect.stringMatching(text)] });
  });

  test("may stand on Node's command line", () => {
    const [production] = judged({}, ["--insecure-http-parser"]);
    expect(production?.problems).toEqual([
      "NODE's command line has --insecure-http-parser, which lets requests be smuggled; take it out: not in production",
    ]);
  });

  test("may be a list of ciphers that nobody checks", () => {
    const warnings = ["NODE_OPTIONS has --tls-cipher-list: whether its ciphers are good is not checked"];
    const env = { NODE_OPTIONS: "--tls-cipher-list=ECDHE-RSA-AES256-GCM-SHA384:!RC4:!aNULL:-DES" };
    expect(judged(env)).toEqual([
      { problems: [], warnings },
      { problems: [], warnings },
    ]);
  });

  test("stops the start with its other problems", () => {
    const { config, problems } = loadConfig({ NODE_ENV: "production", NODE_TLS_REJECT_UNAUTHORIZED: "0", PORT: "x" });
    expect([config, problems.length > 2]).toEqual([undefined, true]);
    expect(problems[0]).toBe(
      "NODE_TLS_REJECT_UNAUTHORIZED switches off that certificates are verified; unset it: not in production",
    );
  });
});

describe("a setting of Node's that weakens nothing", () => {
  test.each<Env>([
    {},
    { NODE_TLS_REJECT_UNAUTHORIZED: "1" },
    { NODE_TLS_REJECT_UNAUTHORIZED: "" },
    { NODE_OPTIONS: "" },
    { NODE_OPTIONS: "--tls-min-v1.2 --tls-max-v1.3 --use-openssl-ca --max-http-header-size=8192" },
    { NODE_OPTIONS: "--title=--tls-min-v1.0" },
    { NODE_EXTRA_CA_CERTS: "/ca.pem", SSL_CERT_FILE: "/ca.pem" },
  ])("such as %j is nobody's affair", (env) => {
    for (const said of judged(env)) expect(said).toEqual({ problems: [], warnings: [] });
  });
});
