import type { FileHandle } from "node:fs/promises";
import { isPartOfLine, linkOf } from "./chain.js";
import type { Found } from "./outlet.js";

const lineEnd = 0x0a;
const step = 65_536;
/** The longest line names a hundred users: some 100 kB. */
const most = 1_048_576;

/** How a file of so many bytes ends. */
export async function tailOf(file: FileHandle, size: number): Promise<Found> {
  let bytes = Buffer.alloc(0);
  for (let start = size; start > 0 && bytes.length < most; ) {
    const part = Buffer.alloc(Math.min(step, start));
    start -= part.length;
    const { bytesRead } = await file.read(part, 0, part.length, start);
    bytes = Buffer.concat([part.subarray(0, bytesRead), bytes]);
    const { found, isSure } = endOf(start === 0 ? bytes : bytes.subarray(bytes.indexOf(lineEnd) + 1));
    if (isSure || start === 0) return found;
  }
  return { lines: [], rest: bytes, isMidLine: bytes.length > 0 && bytes.at(-1) !== lineEnd, isForeign: size > 0 };
}

/** Of bytes that begin with a line. `isSure`: what stands before them changes nothing. */
function endOf(bytes: Buffer): { readonly found: Found; readonly isSure: boolean } {
  const lines = linesFromEnd(bytes);
  const isMidLine = lines[0]?.text !== "";
  const index = lines.findIndex(({ text }) => linkOf(text));
  const [last, before] = index < 0 ? [] : lines.slice(index, index + 2);
  if (!last) {
    const isForeign = !lines.every(({ text }) => isPartOfLine(text));
    return { found: { lines: [], rest: bytes, isMidLine, isForeign }, isSure: false };
  }
  const both = before && linkOf(before.text) ? [before.text, last.text] : [last.text];
  return {
    found: { lines: both, rest: bytes.subarray(last.end + 1), isMidLine, isForeign: false },
    isSure: before !== undefined,
  };
}

/** The last first, and where each ends; an empty one stands for the last line end. */
function linesFromEnd(bytes: Buffer): { readonly text: string; readonly end: number }[] {
  const lines: { text: string; end: number }[] = [];
  for (let end = bytes.length; end >= 0; ) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(lineEnd, end - 1) + 1;
    lines.push({ text: bytes.toString("utf8", start, end), end });
    end = start - 1;
  }
  return lines;
}
