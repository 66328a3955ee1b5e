/** Text that is HTML already: made by `html`, which escapes, and by nothing else but `asData`. */
export class Html {
  private constructor(readonly text: string) {}

  /** For the two functions below, and for files of our own. */
  static of(text: string): Html {
    return new Html(text);
  }
}

/** What may stand in a template: HTML as it is, text and numbers escaped, lists one after another, nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** A template of HTML. Whatever is put in is escaped, in elements and in quoted attributes, unless it is HTML. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return Html.of(strings.map((text, index) => text + textOf(parts[index])).join(""));
}

/** JSON for a script element of type application/json, which it cannot end. */
export function asData(value: unknown): Html {
  return Html.of(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(textOf).join("") : escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
