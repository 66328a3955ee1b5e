import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { hostsByProxy } from "../../../src/config/outgoing.js";
import type { Env } from "../../../src/config/reader.js";

const keys = { AMITY_API_KEY: "api", AMITY_SERVER_KEY: "server", AUTH_MODE: "none" };

function load(env: Env) {
  return loadConfig({ ...keys, ...env });
}

function nameFor(env: Env, url = "https://api.example"): string | undefined {
  const { config, problems } = load(env);
  if (!config) throw new Error(problems.join("; "));
  return config.proxyFor(new URL(url))?.name;
}

describe("the proxy", () => {
  test.each<[Env, string | undefined]>([
    [{}, undefined],
    [{ HTTPS_PROXY: "http://proxy.example:3128" }, "proxy.example:3128 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "proxy.example:3128" }, "proxy.example:3128 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "user:pass@proxy.example:3128" }, "proxy.example:3128 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "http://user:p%40ss@proxy.example" }, "proxy.example:80 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "https://proxy.example/" }, "proxy.example:443 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "http://[::1]:3128" }, "[::1]:3128 (HTTPS_PROXY)"],
    [{ https_proxy: "http://proxy.example:1" }, "proxy.example:1 (https_proxy)"],
    [{ https_proxy: "http://a.example:1", HTTPS_PROXY: "http://b.example:2" }, "a.example:1 (https_proxy)"],
    [{ https_proxy: "", HTTPS_PROXY: "http://b.example:2" }, "b.example:2 (HTTPS_PROXY)"],
    [{ HTTPS_PROXY: "" }, undefined],
    [{ ALL_PROXY: "http://c.example:3" }, "c.example:3 (ALL_PROXY)"],
    [{ all_proxy: "http://c.example:3" }, "c.example:3 (all_proxy)"],
    [{ HTTPS_PROXY: "http://b.example:2", ALL_PROXY: "socks5://c.example:3" }, "b.example:2 (HTTPS_PROXY)"],
    [{ HTTP_PROXY: "http://d.example:4" }, undefined],
    [{ HTTPS_PROXY: "http://b.example:2", NO_PROXY: "example" }, undefined],
    [{ HTTPS_PROXY: "http://b.example:2", no_proxy: "example", NO_PROXY: "other" }, undefined],
  ])("of %j is %s", (env, name) => {
    expect(nameFor(env)).toBe(name);
  });

  test.each(["https://127.0.0.1:9", "https://localhost", "https://[::1]", "http://127.1.2.3"])(
    "never stands before %s",
    (url) => {
      expect(nameFor({ HTTPS_PROXY: "http://proxy.example:3128", ALL_PROXY: "http://proxy.example:1" }, url)).toBe(
        undefined,
      );
    },
  );

  test.each([
    "true",
    "proxy.example",
    "http://",
    "http:///x",
    "http://proxy.example:99999",
    "proxy.example:99999",
    "ftp://proxy.example:21",
    "socks5://proxy.example:1080",
    "http://proxy.example/proxy.pac",
    "http://proxy.example?x=1",
    "http://proxy.example#x",
    "http://secret%zz:canary@proxy.example:3128",
    "http://secret%0d%0a:canary@proxy.example:3128",
    "http://secret%3auser:canary@proxy.example:3128",
    "http://a b:3128",
    "http:proxy.example",
  ])("%j is a problem that says nothing of it", (value) => {
    for (const variable of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
      const { problems, warnings } = load({ [variable]: value });
      expect([problems, warnings]).toEqual([
        [`${variable} must be an http or https URL with or without user and password, or host:port`],
        [],
      ]);
    }
  });

  test("has exceptions of no form counted", () => {
    expect(load({ NO_PROXY: "10.*,a.example,1.2.3.4/99" }).warnings).toEqual([
      "NO_PROXY has entries of no known form, which except nothing: 2",
    ]);
  });
});

describe("a proxy for other programs", () => {
  test.each<[Env, string[]]>([
    [{ HTTP_PROXY: "http://d.example:4" }, ["HTTP_PROXY is not read: did you mean HTTPS_PROXY?"]],
    [{ http_proxy: "http://d.example:4" }, ["http_proxy is not read: did you mean HTTPS_PROXY?"]],
    [{ HTTPS_PROXYY: "http://d.example:4" }, ["HTTPS_PROXYY is not read: did you mean HTTPS_PROXY?"]],
    [{ HTTP_PROXY: "http://d.example:4", https_proxy: "http://d.example:4" }, []],
    [{ http_proxy: "http://d.example:4", ALL_PROXY: "http://d.example:4" }, []],
    [{ GOPROXY: "direct", FTP_PROXY: "x" }, []],
    [{ NOPROXY: "x" }, ["NOPROXY is not read: did you mean NO_PROXY?"]],
  ])("%j is warned of: %j", (env, warnings) => {
    expect(load(env).warnings).toEqual(warnings);
  });
});

describe("what the start says of the proxy", () => {
  const proxy = { HTTPS_PROXY: "http://user:canary-password@proxy.example:3128" };
  const signedIn = { AUTH_MODE: "jwt", AUTH_JWT_AUDIENCE: "app" };

  test.each<[Env, string[] | undefined]>([
    [{}, ["apix.sg.amity.co"]],
    [{ NO_PROXY: "amity.co" }, undefined],
    [{ ...signedIn, AUTH_JWT_ISSUER: "https://id.example/realm" }, ["apix.sg.amity.co", "id.example"]],
    [
      { ...signedIn, AUTH_JWT_ISSUER: "x", AUTH_JWT_JWKS_URL: "https://keys.example:8443/jwks" },
      ["apix.sg.amity.co", "keys.example:8443"],
    ],
    [{ ...signedIn, AUTH_JWT_ISSUER: "https://id.example", AUTH_JWT_SECRET: "s".repeat(32) }, ["apix.sg.amity.co"]],
  ])("with %j is %j", (env, hosts) => {
    const { config, problems } = load({ AMITY_REGION: "sg", AMITY_HOST_FAMILY: "apix", ...proxy, ...env });
    expect(problems).toEqual([]);
    const said = config && Object.fromEntries(hostsByProxy(config));
    expect(said).toEqual(hosts ? { "proxy.example:3128 (HTTPS_PROXY)": hosts } : {});
  });
});
