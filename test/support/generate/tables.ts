import { fields } from "../../../src/config/fields.js";
import { type ErrorCodeInfo, errorCodes } from "../../../src/errors/codes.js";
import { markdownTable } from "./markdown.js";

/** The text of `.env.example`. */
export function envExample(): string {
  const blocks = fields.map(
    ({ name, fallback, meaning, orFile }) =>
      `# ${meaning}.${fallback && ` Default: ${fallback}.`}${orFile ? ` Or ${name}_FILE.` : ""}\n#${name}=\n`,
  );
  return `# Copy to .env and uncomment what you set. With no key at all the embedded Amity emulator runs.\n\n${blocks.join("\n")}`;
}

/** The README's configuration table. */
export function configTable(): string {
  const rows = fields.map(({ name, fallback, meaning, orFile }) => [
    `\`${name}\`${orFile ? ` or \`${name}_FILE\`` : ""}`,
    fallback,
    meaning,
  ]);
  return markdownTable(["Variable", "Default", "Meaning"], rows);
}

/** The README's error table. */
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
