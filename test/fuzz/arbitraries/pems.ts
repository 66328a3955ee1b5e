import fc from "fast-check";
import { canary } from "../target.js";
import { edited, mostly, oddTexts } from "./texts.js";

/** What editors, mail programs and the copying of files make of a PEM text, or of two. */
const changes: readonly ((pem: string, other: string) => string)[] = [
  (pem) => pem.replaceAll("\n", "\r\n"),
  (pem) => pem.replaceAll("\n", "\r"),
  (pem) => pem.replaceAll("\n", ""),
  (pem) => pem.replaceAll("\n", "\\n"),
  (pem) => pem.replaceAll("\n", "\n\n"),
  (pem) => pem.replaceAll("\n", " \n"),
  (pem) => pem.replace(/^/gm, "  "),
  (pem) => `\ufeff${pem}`,
  (pem) => `Bag Attributes: ${canary}\n${pem}`,
  (pem) => `${pem}${canary}`,
  (pem) => pem + pem,
  (pem, other) => pem + other,
  (pem, other) => other + pem,
  (_pem, other) => other,
  (pem) => pem.slice(0, pem.length / 2),
  (pem) => pem.slice(pem.length / 2),
  (pem) => `${pem}${pem.slice(0, pem.length / 2)}`,
  (pem) => pem.replace(/-----END .*-----\n?/, ""),
  (pem) => pem.replace(/-----BEGIN .*-----\n/, ""),
  (pem) => pem.replace("-----END", "----END"),
  (pem) => pem.replace(/(BEGIN .*-----\n)/, `$1Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${"0".repeat(32)}\n\n`),
  (pem) => pem.replace(/[A-Za-z0-9+/=\n]{8,}(?=-----END)/, "\n"),
  (pem) => pem.replace(/(.{60})/g, "$1="),
];

const labels = [
  "CERTIFICATE",
  "TRUSTED CERTIFICATE",
  "X509 CERTIFICATE",
  "PRIVATE KEY",
  "EC PRIVATE KEY",
  "PUBLIC KEY",
  "X",
];
const relabels = fc
  .constantFrom(...labels)
  .map((label) => (pem: string) => pem.replaceAll(/(BEGIN|END) [^-]*/g, `$1 ${label}`));

/** PEM texts near this one; `other` is what may stand beside it. Bytes of any kind, as Latin-1, may be among them. */
export function pemsAround(pem: string, other: string): fc.Arbitrary<string> {
  const one = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...changes) }, { weight: 2, arbitrary: relabels });
  const changed = fc.array(one, { maxLength: 2 }).map((all) => all.reduce((text, change) => change(text, other), pem));
  return edited(mostly(changed, oddTexts, 20), 4, fc.oneof(fc.constantFrom("A", "=", "-----", "\n"), oddTexts));
}
