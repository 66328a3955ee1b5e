/** BODY_LIMIT_BYTES as it is by default. */
export const bodyBytes = 102_400;

/** As much text as fits into so many bytes: `before`, one piece after another, `after`. */
export function filled(bytes: number, before: string, piece: (index: number) => string, after: string): string {
  const pieces: string[] = [];
  let left = bytes - Buffer.byteLength(before) - Buffer.byteLength(after);
  for (let index = 0; ; index++) {
    const next = piece(index);
    left -= Buffer.byteLength(next);
    if (left < 0) return before + pieces.join("") + after;
    pieces.push(next);
  }
}

/** The same, with commas between the pieces, for what wants no comma before the end. */
export function listed(bytes: number, before: string, piece: (index: number) => string, after: string): string {
  return filled(bytes, before, (index) => (index === 0 ? piece(index) : `,${piece(index)}`), after);
}

/** So many pieces with blanks between them. */
export function times(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join(" ");
}

/** `inner` between so many opening and closing brackets. */
export function nested(depth: number, open: string, inner: string, close: string): string {
  return `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
}
