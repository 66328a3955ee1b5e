import { allFieldWords } from "./words.js";

/** Every setting as plain text, for `--help`. */
export function configHelp(): string {
  return allFieldWords()
    .map(({ variables, meaning, values, fallback }) =>
      [
        `  ${variables.join(", ")}`,
        `      ${meaning}`,
        ...(values ? [`      Values: ${values}`] : []),
        ...(fallback ? [`      Default: ${fallback}`] : []),
      ].join("\n"),
    )
    .join("\n");
}
