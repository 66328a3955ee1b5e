import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createTestAuthority, lives, type TestAuthority, validFor } from "../../support/certificates.js";

let authority: TestAuthority;

beforeAll(async () => {
  authority = await createTestAuthority();
});

describe("an authority", () => {
  test("signs itself as an authority", () => {
    const ca = new X509Certificate(authority.ca);
    expect([ca.ca, ca.subject, ca.issuer, ca.verify(ca.publicKey)]).toEqual([true, "CN=Test CA", "CN=Test CA", true]);
  });

  test("signs a server's names and addresses", async () => {
    const { cert, key } = await authority.server(["api.example", "127.0.0.1", "::1"]);
    const server = new X509Certificate(cert);
    expect(server.checkIssued(new X509Certificate(authority.ca))).toBe(true);
    expect(server.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
    expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([server.checkHost("api.example"), server.checkHost("localhost")]).toEqual(["api.example", undefined]);
    expect([server.checkIP("127.0.0.1"), server.checkIP("::1")]).toEqual(["127.0.0.1", "::1"]);
    expect([server.ca, server.keyUsage]).toEqual([false, ["1.3.6.1.5.5.7.3.1"]]);
  });

  test("signs a client's name and key for client authentication", async () => {
    const { cert, key } = await authority.client("my gateway");
    const client = new X509Certificate(cert);
    expect(client.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
    expect(client.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([client.subject, client.ca, client.keyUsage]).toEqual(["CN=my gateway", false, ["1.3.6.1.5.5.7.3.2"]]);
  });

  test.each([
    ["expired", lives.expired],
    ["not yet valid", lives.notYetValid],
    ["valid for ten days", validFor(10)],
  ])("signs a certificate that is %s", async (_title, validity) => {
    const { validFrom, validTo } = new X509Certificate((await authority.client("c", validity)).cert);
    const seconds = (date: Date | string) => Math.floor(new Date(date).getTime() / 1000);
    expect([validFrom, validTo].map(seconds)).toEqual([validity.notBefore, validity.notAfter].map(seconds));
  });

  test("gives every certificate a serial number of its own", async () => {
    const issued = await Promise.all([authority.client(), authority.client(), authority.server()]);
    expect(new Set(issued.map(({ cert }) => new X509Certificate(cert).serialNumber)).size).toBe(3);
  });
});
