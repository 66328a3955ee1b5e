/** A text, with the colon behind it where it is a name; or what opens and closes objects and lists. */
const token = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|[{[]|[}\]]/g;

/**
 * Does a JSON object name one of its own members twice? Parsers differ in which one they keep, so two readers would see
 * two objects (RFC 8259, 4). `json` is valid; what lies deeper is not looked at.
 */
export function hasRepeatedNames(json: string): boolean {
  const names = new Set<unknown>();
  let depth = 0;
  for (const [text, quoted, colon] of json.matchAll(token)) {
    if (quoted === undefined) depth += text === "{" || text === "[" ? 1 : -1;
    else if (colon === ":" && depth === 1) {
      // The same name may be written with and without escapes.
      const name: unknown = JSON.parse(quoted);
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}
