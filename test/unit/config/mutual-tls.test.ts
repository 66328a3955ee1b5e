import { rootCertificates } from "node:tls";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import type { MutualTlsConfig } from "../../../src/config/mutual-tls.js";
import type { Env } from "../../../src/config/reader.js";
import { createTestAuthority, lives } from "../../support/certificates.js";

const files: Record<string, string> = { "/empty": "\n", "/text": "C4N4RY" };

/** Made once: keys take their time. */
beforeAll(async () => {
  const authority = await createTestAuthority();
  files["/ca"] = authority.ca;
  for (const [name, life] of Object.entries({ good: lives.valid, old: lives.expired, next: lives.notYetValid })) {
    const { cert, key } = await authority.client(name, life);
    Object.assign(files, { [`/${name}.pem`]: cert, [`/${name}.key`]: key });
  }
  files["/cut.pem"] = `${files["/good.pem"]}${authority.ca.slice(0, authority.ca.length / 2)}`;
});

function load(env: Env) {
  return loadConfig({ AMITY_SERVER_KEY: "canary-key", AUTH_MODE: "none", ...env }, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`C4N4RY: no ${path}`);
    return text;
  });
}

function mutualTlsOf(env: Env): MutualTlsConfig {
  const { config, problems } = load(env);
  if (!config) throw new Error(problems.join("; "));
  return config.mutualTls;
}

const first = (name: string) => ({ AMITY_MTLS_CERT_FILE: `/${name}.pem`, AMITY_MTLS_KEY_FILE: `/${name}.key` });
const second = (name: string) => ({ AMITY_MTLS_CERT2_FILE: `/${name}.pem`, AMITY_MTLS_KEY2_FILE: `/${name}.key` });

/** The pair as it is read: where it came from, and which certificate it is. */
const pair = (name: string, setting: string) => ({
  name: setting,
  paths: [`/${name}.pem`, `/${name}.key`],
  first: expect.objectContaining({ cert: files[`/${name}.pem`], key: files[`/${name}.key`] }),
});

describe("client certificates", () => {
  test("are none by default", () => {
    expect(mutualTlsOf({})).toEqual({ ca: undefined, pairs: [] });
  });

  test("are read in their order", () => {
    const { pairs } = mutualTlsOf({ ...second("old"), ...first("good") });
    expect(pairs).toEqual([pair("good", "AMITY_MTLS_CERT_FILE"), pair("old", "AMITY_MTLS_CERT2_FILE")]);
  });

  test("may be the second pair alone", () => {
    expect(mutualTlsOf(second("good")).pairs).toEqual([pair("good", "AMITY_MTLS_CERT2_FILE")]);
  });

  test.each([
    ["the first has expired", { ...first("old"), ...second("good") }],
    ["the second is of later", { ...first("good"), ...second("next") }],
  ])("are enough when %s", (_when, env) => {
    expect(mutualTlsOf(env).pairs).toHaveLength(2);
  });
});

describe("a problem with client certificates", () => {
  const problems: [string, () => Env, string][] = [
    ["none valid now", () => first("old"), "AMITY_MTLS_CERT_FILE: no client certificate is valid now"],
    [
      "none of two valid now",
      () => ({ ...first("old"), ...second("next") }),
      "AMITY_MTLS_CERT_FILE: no client certificate is valid now",
    ],
    [
      "no key",
      () => ({ AMITY_MTLS_CERT_FILE: "/good.pem" }),
      "AMITY_MTLS_CERT_FILE and AMITY_MTLS_KEY_FILE go together",
    ],
    [
      "no certificate",
      () => ({ AMITY_MTLS_KEY2_FILE: "/good.key" }),
      "AMITY_MTLS_CERT2_FILE and AMITY_MTLS_KEY2_FILE go together",
    ],
    [
      "another's key",
      () => ({ ...first("good"), AMITY_MTLS_KEY_FILE: "/old.key" }),
      "AMITY_MTLS_KEY_FILE: the key is not the certificate's",
    ],
    [
      "no PEM for a certificate",
      () => ({ ...first("good"), AMITY_MTLS_CERT_FILE: "/text" }),
      "AMITY_MTLS_CERT_FILE: the certificate is not PEM",
    ],
    [
      "a chain that is cut",
      () => ({ ...first("good"), AMITY_MTLS_CERT_FILE: "/cut.pem" }),
      "AMITY_MTLS_CERT_FILE: the certificate has a chain that TLS cannot use",
    ],
    [
      "no PEM for a key",
      () => ({ ...first("good"), AMITY_MTLS_KEY_FILE: "/text" }),
      "AMITY_MTLS_KEY_FILE: the key is not PEM",
    ],
    [
      "the two exchanged",
      () => ({ AMITY_MTLS_CERT_FILE: "/good.key", AMITY_MTLS_KEY_FILE: "/good.pem" }),
      "AMITY_MTLS_CERT_FILE: the certificate is a private key, where a certificate belongs",
    ],
    [
      "a file that is not there",
      () => ({ ...first("good"), AMITY_MTLS_KEY_FILE: "/none" }),
      "AMITY_MTLS_KEY_FILE names a file that cannot be read",
    ],
    [
      "an empty file",
      () => ({ ...first("good"), AMITY_MTLS_CERT_FILE: "/empty" }),
      "AMITY_MTLS_CERT_FILE names a file that is empty: give it a value or unset it",
    ],
    [
      "an authority that is no certificate",
      () => ({ AMITY_MTLS_CA_FILE: "/text" }),
      "AMITY_MTLS_CA_FILE names a file that is not PEM",
    ],
  ];
  test.each(problems)("as %s is told without a quote", (_what, env, problem) => {
    const { config, problems: told } = load(env());
    expect([config, told]).toEqual([undefined, [problem]]);
  });
});

test("an authority stands beside Node's own", () => {
  expect(mutualTlsOf({ AMITY_MTLS_CA_FILE: "/ca" })).toEqual({ ca: [...rootCertificates, files["/ca"]], pairs: [] });
});

test("an authority stands beside those of NODE_EXTRA_CA_CERTS", () => {
  const { ca } = mutualTlsOf({ AMITY_MTLS_CA_FILE: "/ca", NODE_EXTRA_CA_CERTS: "/good.pem" });
  expect(ca).toEqual([...rootCertificates, files["/good.pem"], files["/ca"]]);
});

test("authorities of NODE_EXTRA_CA_CERTS alone are judged too", () => {
  expect(load({ NODE_EXTRA_CA_CERTS: "/good.pem" }).problems).toEqual([]);
  expect(load({ NODE_EXTRA_CA_CERTS: "/good.key" }).problems).toEqual([
    "NODE_EXTRA_CA_CERTS names a file that is a private key, where a certificate belongs",
  ]);
  expect(load({ NODE_EXTRA_CA_CERTS: "/nowhere" }).problems).toEqual([
    expect.stringMatching(/^NODE_EXTRA_CA_CERTS names a file that cannot be read/),
  ]);
});

describe("a bundle of authorities", () => {
  const bundle = (...names: string[]) => names.map((name) => `# of ${name}\n${files[name]}`).join("\n");

  test("may have several, with words between", () => {
    files["/bundle"] = bundle("/ca", "/good.pem");
    expect(mutualTlsOf({ AMITY_MTLS_CA_FILE: "/bundle" }).ca?.at(-1)).toBe(files["/bundle"]);
  });

  test.each<[string, () => string, string]>([
    ["a key", () => files["/good.key"] ?? "", "is a private key, where a certificate belongs"],
    ["a second one cut short", () => bundle("/ca", "/good.pem").slice(0, -60), "is PEM that cannot be read"],
    [
      "a second one damaged",
      () => `${files["/ca"]}${files["/good.pem"]?.replace("MII", "AAA")}`,
      "is PEM that cannot be read",
    ],
    ["JSON", () => '{"C4N4RY":1}', "is JSON, not PEM"],
  ])("with %s is refused whole", (_what, text, problem) => {
    files["/bundle"] = text();
    for (const name of ["AMITY_MTLS_CA_FILE", "NODE_EXTRA_CA_CERTS"]) {
      expect(load({ AMITY_MTLS_CA_FILE: "/ca", [name]: "/bundle" }).problems).toEqual([
        `${name} names a file that ${problem}`,
      ]);
    }
  });
});

describe("a client's PEM", () => {
  test.each<[string, (pem: string) => string]>([
    ["line ends in two characters each", (pem) => pem.replaceAll("\n", "\\n")],
    ["a byte order mark", (pem) => `\uFEFF${pem}`],
    ["words before it", (pem) => `Bag Attributes\n    friendlyName: C:\\new\n${pem}`],
  ])("may have %s", (_what, write) => {
    files["/odd.pem"] = write(files["/good.pem"] ?? "");
    files["/odd.key"] = write(files["/good.key"] ?? "");
    expect(load(first("odd")).problems).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["AMITY_MTLS_KEY_FILE", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nC4N4RY\n-----END", "is an encrypted private key"],
    ["AMITY_MTLS_KEY_FILE", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "is an encrypted private key"],
    ["AMITY_MTLS_KEY_FILE", "-----BEGIN OPENSSH PRIVATE KEY-----\nC4N4RY", "is an OpenSSH key"],
    ["AMITY_MTLS_KEY_FILE", "-----BEGIN PUBLIC KEY-----\nC4N4RY", "is a public key, where a private key belongs"],
    ["AMITY_MTLS_CERT_FILE", "-----BEGIN CERTIFICATE REQUEST-----\nC4N4RY", "is a certificate request"],
    ["AMITY_MTLS_CERT_FILE", "-----BEGIN CERTIFICATE-----\nC4N4RY", "is cut short"],
    ["AMITY_MTLS_CERT_FILE", "-----BEGIN CERTIFICATE----- C4N4RY -----END CERTIFICATE-----", "has lost the line ends"],
    ["AMITY_MTLS_CERT_FILE", "-----BEGIN PKCS7-----\nC4N4RY\n-----END PKCS7-----", "is a PEM block of another kind"],
  ])("in %s, %j, is refused because it %s", (name, text, problem) => {
    files["/broken"] = text;
    const { problems } = load({ ...first("good"), [name]: "/broken" });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: the (?:certificate|key) ${problem}`))]);
    expect(problems.join()).not.toContain("C4N4RY");
  });
});
