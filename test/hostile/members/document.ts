import type { OutgoingHttpHeaders } from "node:http";
import type { Member } from "../cost.js";
import { fitted } from "./filling.js";

/** A document that is as large as it may be. `source`: made of so many pieces. */
export function document(
  name: string,
  code: string | undefined,
  source: (pieces: number) => string,
  headers: OutgoingHttpHeaders = {},
): Member {
  return written(name, code, fitted(source), headers);
}

/** A document as it stands: too large, or not to be cut. A comment makes it another one for each run. */
export function written(
  name: string,
  code: string | undefined,
  source: string,
  headers: OutgoingHttpHeaders = {},
): Member {
  return { name, code, make: (run) => ({ headers, body: JSON.stringify({ query: `${source}\n#${run}` }) }) };
}
