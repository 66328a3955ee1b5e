import { documentOf } from "./setting-text.js";

export type PemKind = "certificate" | "private key" | "public key";

/**
 * PEM as a setting or a file holds it. Line ends may be written as `\n`, and lines be indented, as out of YAML. Throws
 * UnusableText.
 */
export function pemOf(text: string): string {
  const pem = documentOf(text);
  if (!pem.includes("-----BEGIN ")) return pem;
  const lines = pem.split(/\\r\\n|\\n|\r\n?|\n/);
  return lines.map((line) => line.trim()).join("\n");
}

/** Why a text that cannot be used is not what was wanted, in words that follow its name. Quotes nothing of it. */
export function pemProblem(pem: string, wanted: PemKind): string {
  if (/^(?:ssh|ecdsa)-|-----BEGIN OPENSSH/.test(pem)) return "is an OpenSSH key, not PEM";
  if (/-----BEGIN PGP/.test(pem)) return "is a PGP block, not PEM";
  if (/^\w+:\/\//.test(pem)) return "is a URL, not PEM";
  if (/^\s*[{[]/.test(pem)) return "is JSON, not PEM";
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === undefined) return "is not PEM";
  if (pem.includes("ENCRYPTED")) return "is an encrypted private key, which is taken nowhere";
  const kind = kindOf(pem, label);
  if (kind !== wanted) return `is a ${kind}, where a ${wanted} belongs`;
  if (!pem.includes("-----END ")) return "is cut short: its PEM has no end";
  if (!/-----BEGIN [A-Z0-9 ]+-----\s*[\r\n]/.test(pem)) return "has lost the line ends of its PEM";
  return "is PEM that cannot be read";
}

function kindOf(pem: string, label: string): string {
  if (pem.includes("PRIVATE KEY-----")) return "private key";
  for (const kind of ["certificate request", "certificate", "public key"]) {
    if (label.includes(kind.toUpperCase())) return kind;
  }
  return "PEM block of another kind";
}
