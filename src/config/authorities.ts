import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { pemOf, pemProblem } from "../system/pem.js";
import { UnusableText } from "../system/setting-text.js";
import type { Reader } from "./reader.js";

/**
 * Whom to trust beyond Node's usual: undefined without a setting, for then Node's own certificates and those of
 * NODE_EXTRA_CA_CERTS are trusted anyway. A list of one's own would leave both out, so they are put into it.
 * Node leaves out in silence what is no certificate, so that is judged here either way.
 */
export function readAuthorities(
  reader: Reader,
  name: "AMITY_MTLS_CA_FILE" | "REDIS_CA_FILE",
): readonly string[] | undefined {
  const extraPath = reader.nodeVariable("NODE_EXTRA_CA_CERTS");
  const extra = extraPath && reader.fromFile("NODE_EXTRA_CA_CERTS", extraPath, certificatesIn);
  const path = reader.text(name);
  if (path === undefined) return undefined;
  const own = reader.fromFile(name, path, (text) => certificatesIn(pemOf(text)));
  return [...rootCertificates, ...(extra ? [extra] : []), ...(own ? [own] : [])];
}

/** One certificate or several. Throws UnusableText. */
function certificatesIn(pem: string): string {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^-]*(?:-----END [A-Z0-9 ]*CERTIFICATE-----)?/g);
  try {
    for (const block of blocks ?? [pem]) new X509Certificate(block);
    return pem;
  } catch {
    throw new UnusableText(pemProblem(pem, "certificate"));
  }
}
