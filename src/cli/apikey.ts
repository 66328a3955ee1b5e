import { parseArgs } from "node:util";
import { createApiKey, parseApiKeys } from "../caller/api-keys.js";
import { defaultDelegateScope } from "../caller/caller.js";
import { UnusableText } from "../system/setting-text.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql apikey create --id ID [options]

Makes a service key: prints it once, and the entry for AUTH_API_KEYS_FILE, which holds only its SHA-256.

  --id ID                 names the key in logs: 1 to 64 of A-Z a-z 0-9 _ -
  --scope SCOPE           what the key may do; may be repeated (default ${defaultDelegateScope})
  --user-id-prefix TEXT   the key may act only for users whose id begins so
  --expires TIME          RFC 3339 time after which it is refused (default never)
  -h, --help              print this text
`;

const options = {
  id: { type: "string" },
  scope: { type: "string", multiple: true },
  "user-id-prefix": { type: "string" },
  expires: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Gives the exit code: 0, or 64 for a wrong command line. */
export async function apikeyCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  if (positionals.join() !== "create" || values.id === undefined) {
    return usage("apikey needs the word create and --id", "apikey");
  }
  const { credential, entry } = createApiKey({
    id: values.id,
    scopes: values.scope ?? [defaultDelegateScope],
    ...(values["user-id-prefix"] !== undefined && { userIdPrefix: values["user-id-prefix"] }),
    ...(values.expires !== undefined && { expires: values.expires }),
  });
  const text = JSON.stringify(entry);
  try {
    parseApiKeys(`[${text}]`);
  } catch (error) {
    return usage(`the entry ${error instanceof UnusableText ? error.message : "is of no use"}`, "apikey");
  }
  process.stdout.write(`# Shown only now. Send it as a header:
Authorization: ApiKey ${credential}

# Add to the JSON list in AUTH_API_KEYS_FILE:
${text}
`);
  return exitCodes.ok;
}
