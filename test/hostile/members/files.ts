import { createHash } from "node:crypto";
import { filled, listed } from "./filling.js";

/** A file may have so many. */
const fileBytes = 1_048_576;

/** A file that the operator's own tools may have written. */
export interface HostileFile {
  readonly name: string;
  /** Is it taken, or kept out? */
  readonly taken: boolean;
  readonly text: string;
}

const sha256 = (secret: string) => createHash("sha256").update(secret).digest("hex");
const key = (index: number, more = "") =>
  `{"id":"key-${index}","sha256":"${sha256(String(index))}","scopes":[]${more}}`;

function file(name: string, taken: boolean, text: string): HostileFile {
  return { name, taken, text };
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
    "nulls",
    false,
    listed(fileBytes, "[", () => "0", "]"),
  ),
  file(
    "a key of many scopes",
    true,
    listed(fileBytes, `[{"id":"a","sha256":"${sha256("a")}","scopes":[`, () => '"a"', "]}]"),
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
