// What came over the wire may be anything.

/** Undefined for what is not JSON, which no JSON is. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is at this path, if there is such a path. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce((inner: unknown, key) => Object(inner)[key], value);
}

export function textLike(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

/** A number, or a header with one. Retry-After may also be a date, by another clock than ours: that is left alone. */
export function seconds(value: unknown): number | undefined {
  return textLike(/^\d{1,9}(\.\d+)?$/, String(value)) === undefined ? undefined : Number(value);
}
