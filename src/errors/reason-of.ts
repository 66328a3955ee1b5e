import { type Reason, reasons } from "./reasons.js";

/** Something from outside that cannot be used. The text is in fixed words, and quotes nothing. */
export class Unusable extends Error {
  /** `status`: the HTTP status that came instead. */
  constructor(
    readonly reason: Reason,
    text: string = reason,
    readonly status?: number,
  ) {
    super(text);
  }
}

const byCode: ReadonlyMap<unknown, Reason> = new Map(
  (Object.keys(reasons) as Reason[]).flatMap((reason) =>
    [reason, ...(reasons[reason].codes ?? [])].map((code) => [code, reason] as const),
  ),
);

/**
 * The reason of an error that Node, undici or this project threw. Only what the table holds comes out: a code that it
 * does not know may be anybody's text. `otherwise`: when nothing in the error says why.
 */
export function reasonOf(error: unknown, otherwise: Reason): Reason {
  let inner = error;
  // fetch says why in `cause`; a host with several addresses fails with an error for each.
  for (let depth = 0; typeof inner === "object" && inner !== null && depth < 4; depth++) {
    if (inner instanceof Unusable) return inner.reason;
    const { name, code, message, cause, errors } = inner as Readonly<Record<string, unknown>>;
    const reason = name === "TimeoutError" ? "timeout" : reasonOfCode(code, message);
    if (reason) return reason;
    inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return otherwise;
}

function reasonOfCode(code: unknown, message: unknown): Reason | undefined {
  const known = byCode.get(code);
  if (known || typeof code !== "string") return known;
  if (code === "EPROTO" || /^ERR_(?:SSL|TLS)_/.test(code)) return tlsReason(`${code} ${message}`);
  return code.startsWith("HPE_") ? "malformed HTTP" : undefined;
}

/** OpenSSL names it in the code or, under EPROTO, in the text. Alerts are what the other side said (RFC 8446, 6.2). */
function tlsReason(text: string): Reason {
  if (/alert[ _](?:.*certificate|unknown[ _]ca|access[ _]denied)/i.test(text)) return "client certificate refused";
  return /wrong version number|packet length too long|http request/.test(text) ? "not TLS" : "TLS failure";
}

/** The reason of an answer whose status is not the one wanted. */
export function reasonOfStatus(status: number): Reason {
  return [301, 302, 303, 307, 308].includes(status) ? "redirect" : "unexpected status";
}

/** Is it a page for people, such as a proxy's? JSON and tokens never begin so. */
export function isPage(text: string): boolean {
  return /^\s*</.test(text);
}
