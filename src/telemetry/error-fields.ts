/**
 * What may be logged of an error that nobody expected: its class and the places in the code. Its text stays out, for
 * it may quote a secret.
 */
export function errorFields(error: unknown): { error: string; stack?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  const stack = placesOf(error);
  return { error: error.name, ...(stack && { stack }) };
}

/** The stack behind the text, whose own lines may look like places; none when the text was changed since. */
function placesOf({ stack, message }: Error): string[] | undefined {
  const start = typeof stack === "string" ? stack.indexOf(message) : -1;
  if (start < 0) return undefined;
  return stack
    ?.slice(start + message.length)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
}
