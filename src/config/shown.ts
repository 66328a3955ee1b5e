import type { Field } from "./field-kinds.js";

/** What stands for a value that nobody may see. */
const set = "set";

/**
 * A setting's text as anybody may see it; undefined for what the setting cannot be, which may be a secret in the wrong
 * place. `isFile`: whether a path leads to a file, for only such a one is no secret.
 */
export function shown(field: Field, text: string, isFile: (path: string) => boolean): string | undefined {
  switch (field.kind) {
    case "secret":
    case "document":
      return set;
    case "integer":
      return /^\d{1,15}$/.test(text) ? text : undefined;
    case "choice":
      return isChoice(field.choices, field.anyCase ? text.toLowerCase() : text) ? text : undefined;
    case "list": {
      const { choices } = field;
      if (choices) return text.split(",").every((entry) => isChoice(choices, entry)) ? text : undefined;
      return text.split(",").map(withoutCredentials).join(",");
    }
    case "text":
      return withoutCredentials(text);
    case "url":
      return /^https?:/i.test(text) ? withoutCredentials(text) : undefined;
    case "path":
      return isFile(text) ? text : undefined;
    case "outlet":
      // It need not be there yet, so a key in the wrong place looks no different.
      return set;
  }
}

function isChoice(choices: Readonly<Record<string, string>>, text: string): boolean {
  return Object.hasOwn(choices, text);
}

/**
 * A URL without user information, query and fragment; what has none of the three, as it is. `set` where they may hide
 * in something else, such as a second URL.
 */
export function withoutCredentials(text: string): string {
  if (!/[@?#]/.test(text)) return text;
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*:[\\/]+)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || rest === undefined || !URL.canParse(text)) return set;
  const bare = rest.replace(/[?#].*$/s, "").replace(/^[^\\/]*@/, "");
  return bare.includes("@") ? set : scheme + bare;
}
