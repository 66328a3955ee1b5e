import { fields } from "./fields.js";

/** Every setting as plain text, for `--help`. */
export function configHelp(): string {
  return fields
    .map(({ name, fallback, meaning, orFile }) =>
      [
        `  ${name}${orFile ? `, ${name}_FILE` : ""}`,
        `      ${meaning}`,
        ...(fallback ? [`      Default: ${fallback}`] : []),
      ].join("\n"),
    )
    .join("\n");
}
