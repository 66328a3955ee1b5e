import type { IncomingHttpHeaders } from "node:http";

/** Text of the body, or undefined when it is encoded (we asked for identity) or not UTF-8. */
export function decodeBody(headers: IncomingHttpHeaders, chunks: Buffer[]): string | undefined {
  if (!isIdentity(headers["content-encoding"])) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

/** A list of codings (RFC 9110, 8.4) that changes nothing. */
function isIdentity(codings = ""): boolean {
  return codings.split(",").every((coding) => ["", "identity"].includes(coding.trim().toLowerCase()));
}
