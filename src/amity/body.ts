import type { IncomingHttpHeaders } from "node:http";
import { Unusable } from "../errors/reason-of.js";

/** Text of the body. Throws Unusable when it is encoded (we asked for identity) or not UTF-8. */
export function decodeBody(headers: IncomingHttpHeaders, chunks: Buffer[]): string {
  if (!isIdentity(headers["content-encoding"])) throw new Unusable("encoded body");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Unusable("not UTF-8");
  }
}

/** A list of codings (RFC 9110, 8.4) that changes nothing. */
export function isIdentity(codings = ""): boolean {
  return codings.split(",").every((coding) => ["", "identity"].includes(coding.trim().toLowerCase()));
}
