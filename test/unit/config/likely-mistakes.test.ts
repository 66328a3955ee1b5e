import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { Env } from "../../../src/config/reader.js";

describe("a variable that is not read", () => {
  test.each([
    ["PORTT", "PORT"],
    ["PROT", "PORT"],
    ["port", "PORT"],
    ["HOTS", "HOST"],
    ["DRAINMS", "DRAIN_MS"],
    ["LOGLEVEL", "LOG_LEVEL"],
    ["NODE_EVN", "NODE_ENV"],
    ["node_env", "NODE_ENV"],
    ["AMITY_SERVER_KEY_FIEL", "AMITY_SERVER_KEY_FILE"],
    ["AMITY-API-KEY", "AMITY_API_KEY"],
    ["UPSTREAM_TIMEOUT", "UPSTREAM_TIMEOUT_MS"],
    ["shutdown_delay", "SHUTDOWN_DELAY_MS"],
    ["AMITY_MTLS_KEY", "AMITY_MTLS_KEY_FILE"],
    ["NODE_EXTRA_CA_CERT", "NODE_EXTRA_CA_CERTS"],
  ])("%s is answered with %s", (name, meant) => {
    expect(loadConfig({ [name]: "C4N4RY" }).warnings).toEqual([`${name} is not read: did you mean ${meant}?`]);
  });

  test("of ours that nothing is like is told of too", () => {
    expect(loadConfig({ AMITY_TELEPORT: "1" }).warnings).toEqual([
      "AMITY_TELEPORT is not read: no setting has a name like it",
    ]);
  });

  test.each(["HOSTNAME", "HOSTTYPE", "GHOSTS", "SSH_TTY", "PWD", "SHLVL", "REPORT", "LOGNAME", "LOG", "AUTH", "BODY"])(
    "%s of others is none of ours",
    (name) => {
      expect(loadConfig({ [name]: "x" }).warnings).toEqual([]);
    },
  );
});

describe("a value that is none of the choices", () => {
  test.each([
    ["LOG_LEVEL", "DEBUG", "debug"],
    ["LOG_LEVEL", "inof", "info"],
    ["EXPLORER", "graphql", "graphiql"],
    ["AMITY_TOKEN_API", "V4", "v4"],
    ["INTROSPECTION", "ON", "on"],
    ["LOG_USER_IDS", "hashed", undefined],
    ["INTROSPECTION", "no", undefined],
    ["AMITY_SESSION_API", "v6", undefined],
    ["LOG_LEVEL", "C4N4RY", undefined],
  ])("of %s, %s, is answered with %s", (name, value, meant) => {
    const [problem = ""] = loadConfig({ [name]: value }).problems;
    expect(/did you mean (\w+)\?$/.exec(problem)?.[1]).toBe(meant);
    expect(problem).toMatch(new RegExp(`^${name} must be one of `));
  });

  test.each([
    ["jtw", "jwt"],
    ["JWT", "jwt"],
    ["api-key", "apikey"],
    ["cookie", undefined],
  ])("of AUTH_MODE, %s, is answered with %s", (AUTH_MODE, meant) => {
    const [problem = ""] = loadConfig({ AMITY_API_KEY: "a", AUTH_MODE }).problems;
    expect(/did you mean (\w+)\?$/.exec(problem)?.[1]).toBe(meant);
  });
});

describe("what a platform sets", () => {
  const ofKubernetes: Env = {
    ADMIN_PORT: "tcp://10.0.0.1:80",
    ADMIN_PORT_80_TCP: "tcp://10.0.0.1:80",
    ADMIN_PORT_80_TCP_ADDR: "10.0.0.1",
    ADMIN_SERVICE_HOST: "10.0.0.1",
    AMITY_X_SERVICE_HOST: "10.0.0.1",
    AMITY_X_SERVICE_PORT: "80",
    AMITY_X_SERVICE_PORT_HTTP: "80",
    AMITY_X_PORT: "udp://10.0.0.1:80",
    AMITY_X_PORT_80_UDP_PROTO: "udp",
    AUTH_JWKS_PORT: "tcp://[fd00::1]:443",
    KUBERNETES_PORT: "tcp://10.0.0.1:443",
  };

  test("is not read, and one warning says so", () => {
    const { config, warnings } = loadConfig(ofKubernetes);
    expect(config?.adminPort).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(/^ADMIN_PORT, AMITY_X_SERVICE_HOST, .*: not read, for the platform/),
    ]);
    expect(warnings.join()).not.toMatch(/KUBERNETES_PORT|10\.0\.0\.1/);
  });

  test("for others' services is nobody's business", () => {
    expect(loadConfig({ KUBERNETES_PORT: "tcp://10.0.0.1:443", REDIS_SERVICE_HOST: "10.0.0.2" }).warnings).toEqual([]);
  });

  test.each(["http://10.0.0.1:80", "80/tcp", "10.0.0.1:80"])("does not look like %s", (ADMIN_PORT) => {
    expect(loadConfig({ ADMIN_PORT }).problems).toEqual(["ADMIN_PORT must be a whole number from 0 to 65535"]);
  });

  test.each(["x86_64-conda-linux-gnu", "http://0.0.0.0", "[::1]", "*", "a..b", "-a", "0.0.0.0:80"])(
    "as HOST, %s, is named by that name",
    (HOST) => {
      expect(loadConfig({ AMITY_API_KEY: "a", AUTH_MODE: "apikey", HOST }).problems).toContain(
        "HOST must be an IP address or a host name",
      );
    },
  );

  test.each<Env>([{}, { AMITY_API_KEY: "a" }, { AUTH_MODE: "none" }])(
    "as HOST takes effect under %j and is named",
    (env) => {
      expect(loadConfig({ ...env, HOST: "arm64-apple-darwin20.0.0" }).problems).toEqual([
        expect.stringMatching(/^AUTH_MODE.*\(HOST is set, and names no loopback address\)$/),
      ]);
    },
  );
});

describe("ports", () => {
  test("that are one and the same are refused", () => {
    expect(loadConfig({ PORT: "9000", ADMIN_PORT: "9000" }).problems).toEqual([
      "ADMIN_PORT must be another port than PORT",
    ]);
    expect(loadConfig({ ADMIN_PORT: "4000" }).problems).toHaveLength(1);
  });

  test("may both be any free one", () => {
    expect(loadConfig({ PORT: "0", ADMIN_PORT: "0" }).problems).toEqual([]);
  });
});

describe("TRUSTED_PROXIES", () => {
  test.each([
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1,128.0.0.0/1",
    "8.0.0.0/7",
    "2000::/3",
    "::/1",
    "::ffff:0.0.0.0/96",
    "::ffff:0:0/97",
    "::/64",
    "10.0.0.1,1.2.3.4/0",
  ])("%s believes anybody, and is refused for that", (TRUSTED_PROXIES) => {
    expect(loadConfig({ TRUSTED_PROXIES }).problems).toEqual([
      expect.stringMatching(/^TRUSTED_PROXIES holds a range as wide as the internet/),
    ]);
  });

  test.each(["10.0.0.0/8", "fc00::/7", "::ffff:10.0.0.0/104", "2001:db8::/32", "127.0.0.0/8", "::1/128"])(
    "%s is a network of one's own",
    (TRUSTED_PROXIES) => {
      expect(loadConfig({ TRUSTED_PROXIES }).problems).toEqual([]);
    },
  );
});
