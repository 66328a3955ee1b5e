import { allFieldWords } from "../../../src/config/words.js";
import { type ErrorCodeInfo, errorCodes } from "../../../src/errors/codes.js";
import { markdownTable } from "./markdown.js";

/** The text of `.env.example`. */
export function envExample(): string {
  const blocks = allFieldWords().map(({ variables: [name, file], meaning, values, fallback }) => {
    const sentences = [
      meaning,
      values && `Values: ${values}`,
      fallback && `Default: ${fallback}`,
      file && `Or ${file}`,
    ];
    return `# ${sentences
      .filter(Boolean)
      .map((sentence) => `${sentence}.`)
      .join(" ")}\n#${name}=\n`;
  });
  return `# Copy to .env and uncomment what you set. With no key at all the embedded Amity emulator runs.\n\n${blocks.join("\n")}`;
}

/** The table of docs/configuration.md. */
export function configTable(): string {
  const rows = allFieldWords().map(({ variables, meaning, values, fallback }) => [
    variables.map((variable) => `\`${variable}\``).join(" or "),
    fallback,
    values,
    meaning,
  ]);
  return markdownTable(["Variable", "Default", "Values", "Meaning"], rows);
}

/** The table of docs/errors.md. */
export function errorTable(): string {
  const infos: [string, ErrorCodeInfo][] = Object.entries(errorCodes);
  const rows = infos.map(([code, { http, requestError, retryable, when }]) => [
    `\`${code}\``,
    requestError ? `${http} *` : String(http),
    retryable ? "yes" : "no",
    when,
  ]);
  return markdownTable(["`extensions.code`", "HTTP", "retryable", "When"], rows);
}
