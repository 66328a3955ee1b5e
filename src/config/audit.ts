import { isAbsolute } from "node:path";
import type { AuditSettings } from "../audit/trail.js";
import { lineOf, UnusableText } from "../system/setting-text.js";
import { fields } from "./fields.js";
import type { Reader } from "./reader.js";
import { demandOf } from "./words.js";

/** Undefined: the audit goes into the log alone. */
export function readAudit(reader: Reader): AuditSettings | undefined {
  const [file, socket] = [readOutlet(reader, "AUDIT_FILE"), readOutlet(reader, "AUDIT_SOCKET")];
  const key = readAuditKey(reader);
  const isRequired = reader.choice("AUDIT_REQUIRED") === "on";
  const isGiven = reader.isGiven("AUDIT_FILE") || reader.isGiven("AUDIT_SOCKET");
  if (isRequired && !isGiven) {
    reader.problem("AUDIT_REQUIRED is on without AUDIT_FILE or AUDIT_SOCKET: name where the lines must go");
  }
  if (reader.isGiven("AUDIT_KEY") && !isGiven) {
    reader.warning("AUDIT_KEY is set without AUDIT_FILE or AUDIT_SOCKET: the audit in the log has no chain");
  }
  if (file !== undefined && file === socket) {
    reader.problem("AUDIT_SOCKET names what AUDIT_FILE names: a file and a socket are two");
  }
  return file === undefined && socket === undefined ? undefined : { file, socket, key, isRequired };
}

/** What the chain's hashes are made with; undefined: no key. */
export function readAuditKey(reader: Reader): string | undefined {
  return reader.fromSetting("AUDIT_KEY", (text) => {
    const key = lineOf(text);
    if (Buffer.byteLength(key) < fields.AUDIT_KEY.leastBytes) throw new UnusableText(demandOf(fields.AUDIT_KEY));
    return key;
  })?.value;
}

function readOutlet(reader: Reader, name: "AUDIT_FILE" | "AUDIT_SOCKET"): string | undefined {
  const path = reader.text(name);
  if (path === undefined) return undefined;
  if (isAbsolute(path) && Buffer.byteLength(path) <= fields[name].mostBytes) return path;
  reader.refuse(name);
  return undefined;
}
