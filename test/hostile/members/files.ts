import { createHash } from "node:crypto";
import { filled, listed } from "./filling.js";

/** A file may have so many. */
const fileBytes = 1_048_576;

/** A file that the operator's own tools may have written. */
export interface HostileFile {
  readonly name: string;
  /** Is it taken, or kept out? */
  readonly taken: boolean;
  /** `good`: a text that would be taken. */
  readonly text: (good: string) => string;
}

const sha256 = (secret: string) => createHash("sha256").update(secret).digest("hex");
const key = (index: number, more = "") => serviceKey(`key-${index}`, more);

/** An entry of the file, with `more` JSON in it. */
export function serviceKey(id: string, more = ""): string {
  return `{"id":"${id}","sha256":"${sha256(id)}","scopes":[]${more}}`;
}

const scopes = `[{"id":"a","sha256":"${sha256("a")}","scopes":[`;

function file(name: string, taken: boolean, text: string | HostileFile["text"]): HostileFile {
  return { name, taken, text: typeof text === "string" ? () => text : text };
}

/** AUTH_API_KEYS_FILE of 1 MiB. */
export const serviceKeyFiles: readonly HostileFile[] = [
  file(
    "8,000 keys",
    true,
    listed(fileBytes, "[", (i) => key(i), "]"),
  ),
  file(
    "keys of one id",
    false,
    listed(fileBytes, "[", () => key(0), "]"),
  ),
  file(
    "keys that end",
    true,
    listed(fileBytes, "[", (i) => key(i, ',"expires":"2099-01-01T00:00:00.000Z"'), "]"),
  ),
  file(
    "keys with unknown properties",
    false,
    listed(fileBytes, "[", (i) => key(i, `,"a${i}":0`), "]"),
  ),
  file(
    "empty keys",
    false,
    listed(fileBytes, "[", () => "{}", "]"),
  ),
  file(
    "a key of scopes that are none",
    false,
    listed(fileBytes, scopes, () => "0", "]}]"),
  ),
  file("one byte too many", false, " ".repeat(fileBytes + 1)),
  file(
    "nulls",
    false,
    listed(fileBytes, "[", () => "0", "]"),
  ),
  file(
    "a key of many scopes",
    true,
    listed(fileBytes, scopes, () => '"a"', "]}]"),
  ),
  file(
    "a key with an id of 1 MB",
    false,
    filled(fileBytes, '[{"id":"', () => "a", `","sha256":"${sha256("a")}","scopes":[]}]`),
  ),
  file(
    "a key with an end of 1 MB",
    false,
    filled(
      fileBytes,
      `[{"id":"a","sha256":"${sha256("a")}","scopes":[],"expires":"2026-01-01T00:00:00.`,
      () => "0",
      'Z!"}]',
    ),
  ),
  file("lists in lists", false, `${"[".repeat(fileBytes / 2)}${"]".repeat(fileBytes / 2)}`),
  file(
    "blanks",
    true,
    filled(fileBytes, "[", () => " ", `${key(0)}]`),
  ),
  file("no JSON", false, "a".repeat(fileBytes)),
];

/** More of a file than `good`, up to the limit. */
const padded = (piece: string) => (good: string) => filled(fileBytes, good, () => piece, "");
const pem = (label: string, base64: string) => `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

/** AMITY_MTLS_CERT_FILE of 1 MiB, whose key stays. */
export const certificateFiles: readonly HostileFile[] = [
  file("a chain of as many certificates as fit", true, (good) => padded(good)(good)),
  file("line ends after the certificate", true, padded("\n")),
  file("comments before the certificate", true, (good) => filled(fileBytes, "", () => "# a comment\n", good)),
  file("empty certificates after it", false, padded(pem("CERTIFICATE", ""))),
  file("empty certificates before it", false, (good) => filled(fileBytes, "", () => pem("CERTIFICATE", ""), good)),
  file("beginnings without an end", false, (good) =>
    filled(fileBytes, "", () => "-----BEGIN CERTIFICATE-----\n", good),
  ),
  file(
    "one certificate of 1 MiB",
    false,
    filled(fileBytes, "-----BEGIN CERTIFICATE-----\n", () => `${"A".repeat(64)}\n`, "-----END CERTIFICATE-----\n"),
  ),
  file("a key for a certificate", false, pem("PRIVATE KEY", "A".repeat(1_000_000))),
  file("no PEM", false, "a".repeat(fileBytes)),
];
