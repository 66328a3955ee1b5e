import { createPublicKey, verify } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createKeyPair, type KeyPair, privateKeyPem } from "../../../src/x509/keys.js";
import { createCertificateRequest, readCertificateRequest } from "../../../src/x509/request.js";
import { createTestAuthority } from "../../support/certificates.js";

let keys: KeyPair;

beforeAll(async () => {
  keys = await createKeyPair("ec-p256");
});

/** Length of the DER element that begins here, its head included. */
function elementLength(der: Buffer): number {
  const first = der.readUInt8(1);
  if (first < 0x80) return 2 + first;
  const bytes = first - 0x80;
  return 2 + bytes + der.readUIntBE(2, bytes);
}

/** Splits a request (RFC 2986) into what is signed and the signature, without the library that made it. */
function splitRequest(pem: string): { signed: Buffer; signature: Buffer } {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const content = der.subarray(der.length - (elementLength(der) - headLength(der)));
  const signed = content.subarray(0, elementLength(content));
  const algorithm = content.subarray(signed.length);
  const bits = algorithm.subarray(elementLength(algorithm));
  return { signed, signature: bits.subarray(headLength(bits) + 1) };
}

function headLength(der: Buffer): number {
  const first = der.readUInt8(1);
  return first < 0x80 ? 2 : 2 + first - 0x80;
}

describe("createCertificateRequest", () => {
  test.each(["gateway", 'my "svc", x=1', "CN=a+O=b", " spaced ", "#00ff", "Zoë 🛡️ 日本"])(
    "keeps the name %j exactly",
    async (name) => {
      const request = await readCertificateRequest(await createCertificateRequest(name, keys));
      expect(request?.subjectName.toJSON()).toEqual([{ CN: [name] }]);
    },
  );

  test("is PEM signed by the key, by Node's own reckoning", async () => {
    const pem = await createCertificateRequest("gateway", keys);
    const { signed, signature } = splitRequest(pem);
    expect(pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
    expect(verify("sha256", signed, createPublicKey(privateKeyPem(keys)), signature)).toBe(true);
  });
});

describe("readCertificateRequest", () => {
  test("takes the older PEM label too", async () => {
    const pem = await createCertificateRequest("gateway", keys);
    const older = pem.replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
    expect((await readCertificateRequest(`\n${older}`))?.subject).toBe("CN=gateway");
  });

  test("refuses a request whose content was changed after it was signed", async () => {
    const pem = await createCertificateRequest("gateway", keys);
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    der.write("gatewoy", der.indexOf("gateway"));
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await readCertificateRequest(changed)).toBeUndefined();
  });

  test("refuses what is no request", async () => {
    const { ca } = await createTestAuthority();
    const texts = ["", "nonsense", ca, privateKeyPem(keys), "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"];
    for (const text of texts) expect(await readCertificateRequest(text)).toBeUndefined();
  });
});
