import { reasonSections, reasons } from "../../../src/errors/reasons.js";
import { markdownTable } from "./markdown.js";

const preface = `# Troubleshooting

Generated from the one table of reasons in \`src/errors/reasons.ts\` (\`npm run generate\`).

Whoever asks for help quotes a request id; it is in every error (\`extensions.requestId\`) and in the header
\`x-request-id\` of every answer. Search the log for it: the lines with that \`requestId\` say what happened to the
request, and \`reason\` says why. The audit has the same \`reason\`, and \`amity-graphql doctor\` names it in brackets.

The request's own line has a \`reason\` in its \`calls\` for each call to Amity that failed, even where the client got a
token of before (TOKEN_REUSE_SECONDS) and saw no error. At LOG_LEVEL=debug its timings have one for each try.

Beside \`reason\` a line may have:

| Field | Meaning |
| --- | --- |
| \`code\` | the error code that the client saw: [error codes](errors.md) |
| \`phase\` | how far a call had come: \`lookup\` (DNS), \`connect\`, \`tls\`, \`request\` (it is sent), \`answer\` (it has begun) |
| \`region\`, \`operation\` | the region of Amity's, and what it was asked for |
| \`amity\` | the HTTP status and Amity's own number for the error |
| \`claim\` | the claim of a token that the reason is about |
| \`document\`, \`status\` | of the identity provider's: \`discovery\` document or \`keys\`; the HTTP status |
| \`name\`, \`problem\` | the variable that names a file, and what is wrong with it |`;

/** The text of docs/troubleshooting.md: every reason, what it means, and what to do. */
export function troubleshootingPage(): string {
  const sections = reasonSections.map(([title, names]) => {
    const rows = names.map((name) => {
      const { means, todo, codes = [] } = reasons[name];
      const others = codes.length > 0 ? ` (also ${codes.map((code) => `\`${code}\``).join(", ")})` : "";
      return [`\`${name}\``, means + others, todo];
    });
    return `## ${title}\n\n${markdownTable(["`reason`", "What it means", "What to do"], rows)}`;
  });
  return `${[preface, ...sections].join("\n\n")}\n`;
}
