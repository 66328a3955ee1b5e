import type { FileHandle } from "node:fs/promises";
import { linkOf } from "./chain.js";
import { type Found, NotOurs } from "./outlet.js";

const lineEnd = 0x0a;
const step = 65_536;
/** The longest line names a hundred users: some 100 kB. */
const most = 1_048_576;

/** How a file of so many bytes ends. Throws NotOurs for what holds bytes and no audit. */
export async function tailOf(file: FileHandle, size: number): Promise<Found> {
  let bytes = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const part = Buffer.alloc(Math.min(step, start));
    start -= part.length;
    const { bytesRead } = await file.read(part, 0, part.length, start);
    bytes = Buffer.concat([part.subarray(0, bytesRead), bytes]);
    const found = endOf(start === 0 ? bytes : bytes.subarray(bytes.indexOf(lineEnd) + 1));
    if (found.lines.length === 2 || (start === 0 && (found.lines.length > 0 || isPartOfFirst(bytes)))) return found;
    if (bytes.length >= most) break;
  }
  if (size > 0) throw new NotOurs("holds something else than an audit: name another file");
  return endOf(bytes);
}

/** A crash may leave a part of the very first line. */
function isPartOfFirst(bytes: Buffer): boolean {
  return '{"seq":1,"previous":"'.startsWith(bytes.subarray(0, 21).toString()) && !bytes.includes(lineEnd);
}

/** Of bytes that begin with a line. */
function endOf(bytes: Buffer): Found {
  const [lines, isMidLine] = [bytes.toString().split("\n"), bytes.length > 0 && bytes.at(-1) !== lineEnd];
  const last = lines.findLastIndex((line) => linkOf(line) !== undefined);
  if (last < 0) return { lines: [], rest: bytes, isMidLine };
  const end = Buffer.byteLength(lines.slice(0, last + 1).join("\n")) + 1;
  const before = lines[last - 1];
  const both = before !== undefined && linkOf(before) ? [before, lines[last] ?? ""] : [lines[last] ?? ""];
  return { lines: both, rest: bytes.subarray(end), isMidLine };
}
