// @peculiar/x509 asks for the reflection polyfill before it is loaded.
import "reflect-metadata";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { loadConfig } from "../../src/config/config.js";
import { type Check, isHealthy } from "../../src/doctor/check.js";
import { examine } from "../../src/doctor/doctor.js";
import { CertificateAuthority, type Validity } from "../../src/x509/authority.js";
import { createKeyPair, type KeyPair, privateKeyPem } from "../../src/x509/keys.js";
import { createCertificateRequest, nameOf, readCertificateRequest, signingAlgorithm } from "../../src/x509/request.js";
import { regionAt } from "../support/gateway.js";

const dayMs = 24 * 60 * 60 * 1000;

let folder: string;
let authority: CertificateAuthority;
let keys: KeyPair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  authority = await CertificateAuthority.create("Test CA");
  keys = await createKeyPair("ec-p256");
  await writeFile(join(folder, "ca.pem"), authority.certificate);
});

afterAll(() => rm(folder, { recursive: true }));

/** Began yesterday and ends in so many days. */
function endsIn(days: number): Validity {
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + days * dayMs + dayMs / 2) };
}

/** An HTTPS server that answers 404 on 127.0.0.1, closed when `use` ends. */
async function withServer(options: ServerOptions, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer({ key: privateKeyPem(keys), ...options }, (_request, response) => {
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const hosts = ["127.0.0.1", "localhost"];

/** What an environment's doctor says, with the test's authority trusted unless told otherwise. */
async function diagnose(url: string, more: Record<string, string> = {}): Promise<Check[]> {
  const env = regionAt(url, { AUTH_MODE: "none", AMITY_MTLS_CA_FILE: join(folder, "ca.pem"), ...more });
  return examine(loadConfig(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "-"))));
}

function find(checks: readonly Check[], name: string): Check | undefined {
  return checks.find(({ check }) => check === name);
}

/** Files of a client certificate for the test's key pair, as settings. */
async function clientCertificate(validity: Validity, suffix = ""): Promise<Record<string, string>> {
  const request = await readCertificateRequest(await createCertificateRequest("gateway", keys));
  if (!request) throw new Error("unreadable request");
  const paths = { cert: join(folder, `client${suffix}.pem`), key: join(folder, `client${suffix}.key.pem`) };
  await writeFile(paths.cert, await authority.issueClient(request, validity));
  await writeFile(paths.key, privateKeyPem(keys));
  return { [`AMITY_MTLS_CERT${suffix}_FILE`]: paths.cert, [`AMITY_MTLS_KEY${suffix}_FILE`]: paths.key };
}

describe("amity-graphql doctor on a server's certificate", () => {
  test("one of a trusted CA is fine", async () => {
    await withServer({ cert: await authority.issueServer(hosts, keys, endsIn(90)) }, async (url) => {
      const checks = await diagnose(url);
      expect(find(checks, "connection")?.detail).toBe(`${new URL(url).host}, TLSv1.3`);
      expect(find(checks, "server certificate")).toMatchObject({
        status: "ok",
        detail: expect.stringMatching(/^valid for 127\.0\.0\.1 until \d{4}-\d\d-\d\d, 90 days$/),
      });
      expect([find(checks, "clock")?.status, isHealthy(checks)]).toEqual(["ok", true]);
    });
  });

  test.each([
    ["NODE_EXTRA_CA_CERTS", "extra.pem", "other.pem"],
    ["AMITY_MTLS_CA_FILE", "other.pem", "extra.pem"],
  ])("one of the CA of %s is fine beside another CA", async (_name, extra, own) => {
    await writeFile(join(folder, "extra.pem"), authority.certificate);
    await writeFile(join(folder, "other.pem"), (await CertificateAuthority.create("Other CA")).certificate);
    const files = { NODE_EXTRA_CA_CERTS: join(folder, extra), AMITY_MTLS_CA_FILE: join(folder, own) };
    await withServer({ cert: await authority.issueServer(hosts, keys, endsIn(90)) }, async (url) => {
      expect(find(await diagnose(url, files), "server certificate")?.status).toBe("ok");
    });
  });

  test("one that ends soon is a warning", async () => {
    await withServer({ cert: await authority.issueServer(hosts, keys, endsIn(29)) }, async (url) => {
      const checks = await diagnose(url);
      expect([find(checks, "server certificate")?.status, isHealthy(checks)]).toEqual(["warn", true]);
    });
  });

  async function selfSigned(): Promise<string> {
    const names = new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...endsIn(90),
      name: nameOf("127.0.0.1"),
      keys,
      signingAlgorithm: signingAlgorithm(keys),
      extensions: [names],
    });
    return certificate.toString("pem");
  }

  const past = { notBefore: new Date("2020-01-01"), notAfter: new Date("2020-01-02") };
  const future = { notBefore: new Date("2090-01-01"), notAfter: new Date("2090-01-02") };

  test.each<[string, () => Promise<string>, Record<string, string>, string, RegExp]>([
    [
      "expired",
      () => authority.issueServer(hosts, keys, past),
      {},
      "the server's certificate has expired, or one of its chain has (CERT_HAS_EXPIRED)",
      /renew/,
    ],
    [
      "early",
      () => authority.issueServer(hosts, keys, future),
      {},
      "the server's certificate is not valid yet (CERT_NOT_YET_VALID)",
      /this machine's clock/,
    ],
    [
      "another host's",
      () => authority.issueServer(["api.example", "192.0.2.1"], keys),
      {},
      "is for api.example, 192.0.2.1, not for 127.0.0.1",
      /AMITY_EU_BASE_URL/,
    ],
    [
      "self-signed",
      selfSigned,
      {},
      "the server's certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)",
      /AMITY_MTLS_CA_FILE/,
    ],
    [
      "unknown",
      () => authority.issueServer(hosts, keys),
      { AMITY_MTLS_CA_FILE: "-" },
      "the server's certificate is signed by a CA that is not known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
      /set AMITY_MTLS_CA_FILE/,
    ],
  ])("one that is %s fails with its cause", async (_what, issue, env, detail, advice) => {
    await withServer({ cert: await issue() }, async (url) => {
      const checks = await diagnose(url, env);
      expect(find(checks, "server certificate")).toEqual({
        scope: "EU",
        check: "server certificate",
        status: "fail",
        detail,
        advice: expect.stringMatching(advice),
      });
      expect([find(checks, "connection"), isHealthy(checks)]).toEqual([undefined, false]);
    });
  });
});

describe("amity-graphql doctor on mutual TLS", () => {
  /** A server that asks for a client certificate of the test's authority, and may go on without one. */
  async function asking(rejectUnauthorized: boolean, maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3") {
    const cert = await authority.issueServer(hosts, keys);
    return { cert, ca: authority.certificate, requestCert: true, rejectUnauthorized, maxVersion };
  }

  test.each(["TLSv1.2", "TLSv1.3"] as const)("a request for a certificate is seen in %s", async (version) => {
    await withServer(await asking(false, version), async (url) => {
      const checks = await diagnose(url);
      expect(find(checks, "client certificate")).toMatchObject({
        status: "warn",
        detail: "the server asks for one and none is configured",
      });
    });
  });

  test("a server that demands one fails without", async () => {
    await withServer(await asking(true), async (url) => {
      const checks = await diagnose(url);
      expect([find(checks, "client certificate"), isHealthy(checks)]).toMatchObject([
        { status: "fail", detail: "the server demands one and none is configured (certificate required)" },
        false,
      ]);
    });
  });

  test("a demand in TLS 1.2 is a failed handshake", async () => {
    await withServer(await asking(true, "TLSv1.2"), async (url) => {
      const { status, detail, advice } = find(await diagnose(url), "connection") ?? {};
      expect([status, detail]).toEqual(["fail", expect.stringContaining("failed (handshake failure)")]);
      expect(advice).toContain("AMITY_MTLS_CERT_FILE");
    });
  });

  test("the configured certificate opens such a server", async () => {
    const client = await clientCertificate(endsIn(90));
    await withServer(await asking(true), async (url) => {
      const checks = await diagnose(url, client);
      expect(find(checks, "client certificate")).toMatchObject({
        status: "ok",
        detail: "the server asks for one and took the connection with AMITY_MTLS_CERT_FILE",
      });
      expect(find(checks, "AMITY_MTLS_CERT_FILE")?.detail).toMatch(/^fits its key; .*, 90 days; in use$/);
    });
  });

  test("a certificate that the server refuses is named", async () => {
    const client = await clientCertificate(endsIn(90));
    const other = await CertificateAuthority.create("Another CA");
    await withServer({ ...(await asking(true)), ca: other.certificate }, async (url) => {
      const { status, detail } = find(await diagnose(url, client), "client certificate") ?? {};
      expect(status).toBe("fail");
      expect(detail).toMatch(/^the server broke off when it was shown AMITY_MTLS_CERT_FILE \(/);
    });
  });

  test.each([
    [29, "warn"],
    [6, "fail"],
  ])("a client certificate with %i days left is told", async (days, status) => {
    const client = await clientCertificate(endsIn(days));
    await withServer({ cert: await authority.issueServer(hosts, keys) }, async (url) => {
      const checks = await diagnose(url, client);
      expect(find(checks, "AMITY_MTLS_CERT_FILE")?.status).toBe(status);
      expect(find(checks, "client certificate")?.detail).toBe("the server does not ask for AMITY_MTLS_CERT_FILE");
    });
  });

  test("a certificate with another key is a problem", async () => {
    const client = await clientCertificate(endsIn(90));
    await writeFile(String(client["AMITY_MTLS_KEY_FILE"]), privateKeyPem(await createKeyPair("ec-p256")));
    const [check] = await diagnose("https://127.0.0.1:1", client);
    expect(check).toMatchObject({ status: "fail", detail: "AMITY_MTLS_KEY_FILE: the key is not the certificate's" });
  });
});
