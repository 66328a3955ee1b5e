import { parseArgs } from "node:util";
import { limits } from "../amity/input-rules.js";
import { type RegionCode, regionNames } from "../amity/regions.js";
import { targetUserId } from "../caller/access.js";
import { type Asker, anybody } from "../caller/caller.js";
import type { Config } from "../config/config.js";
import type { Env } from "../config/reader.js";
import { AppError } from "../errors/app-error.js";
import { IssuedSessionService } from "../session/issued-session.service.js";
import type { Revocation } from "../session/issued-session.type.js";
import { lineOf, UnusableText } from "../system/setting-text.js";
import { exitCodes } from "./exit-codes.js";
import { callOnce, readNetwork, regionOption } from "./network.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql session status --token-stdin [options]
       amity-graphql session revoke --token-stdin [options]
       amity-graphql session revoke-all --user ID [options]

Looks after sessions that were opened: status tells whether one lives, revoke ends it, revoke-all ends all of a user's.
A gateway hands out auth tokens that it keeps for the user (TOKEN_REUSE_SECONDS) unless its revokeUserSessions was used.

  --token-stdin    read the session's access token from standard input, one line
  --user ID        the user, 1 to ${limits.sessionUserId} characters; revoke-all needs the region's admin token
  --region CODE    ${regionNames} (default: the gateway's default region)
  --json           print the answer as JSON
  -h, --help       print this text

It needs the gateway's settings for Amity, from the environment or .env; those about callers (AUTH_*) do not matter.
Exits 0 when Amity answered, whatever it said.
`;

const options = {
  "token-stdin": { type: "boolean", default: false },
  user: { type: "string" },
  region: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

/** More than any token has. Bytes. */
const mostInput = 65_536;

/** Whose session, or whose sessions: a token or a user's id, by the action. */
interface Order {
  readonly region: RegionCode;
  readonly subject: string;
}

/** What an answer is in words, and as data. */
interface Told {
  readonly text: string;
  readonly data: object;
}

type Action = (service: IssuedSessionService, order: Order, asker: Asker) => Promise<Told>;

const place = "the token on standard input";

const actions: Readonly<Record<string, Action>> = {
  async status(service, { region, subject: accessToken }, asker) {
    const data = await service.status({ region, accessToken, place }, asker);
    return { data, text: data.userId === undefined ? data.state : `${data.state} ${JSON.stringify(data.userId)}` };
  },
  revoke: async (service, { region, subject: accessToken }, asker) =>
    told(await service.revoke({ region, accessToken, place }, asker)),
  async "revoke-all"(service, { region, subject }, asker) {
    const userId = targetUserId(anybody, "--user", subject);
    return told(await service.revokeAll({ region, userId, place: "--user" }, asker));
  },
};

function told(data: Revocation): Told {
  return { data, text: data.revoked ? "revoked" : "there was nothing to revoke" };
}

/** Gives the exit code: 0, 1 (no answer: an AppError), 64 (wrong command line or input), 78 (configuration). */
export async function sessionCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const [name = "", ...rest] = positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const { region, problem } = regionOption(values.region);
  const wrong = rest.length > 0 ? "too many arguments" : (wrongOptions(name, values) ?? problem);
  if (!action) return usage(`session needs one of ${Object.keys(actions).join(", ")}`, "session");
  if (wrong !== undefined) return usage(wrong, "session");
  const config = await readNetwork(env, "look after sessions");
  if (!config) return exitCodes.configuration;
  try {
    const subject = values.user ?? lineOf(await standardInput());
    const answer = await run(config, action, { region: region ?? config.defaultRegion, subject });
    process.stdout.write(`${values.json ? JSON.stringify(answer.data) : answer.text}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof UnusableText) return usage(`${place} ${error.message}`, "session");
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return exitCodes.failure;
  }
}

function wrongOptions(
  action: string,
  { user, "token-stdin": fromInput }: { user?: string | undefined; "token-stdin": boolean },
): string | undefined {
  if (action === "revoke-all")
    return user === undefined || fromInput ? "session revoke-all needs --user alone" : undefined;
  return !fromInput || user !== undefined ? `session ${action} needs --token-stdin alone` : undefined;
}

/** Through the same service as the gateway's own fields. */
function run(config: Config, action: Action, order: Order) {
  return callOnce(config, "session", ({ asker, ...tools }) =>
    action(new IssuedSessionService({ ...tools, onUserRevoked: () => {} }), order, asker),
  );
}

async function standardInput(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > mostInput) break;
  }
  return text;
}
