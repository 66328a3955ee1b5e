import { get, type IncomingMessage } from "node:http";
import { parseArgs } from "node:util";
import { type Listening, listeningOf } from "../config/listening.js";
import type { Env } from "../config/reader.js";
import { livezPath, readyzPath } from "../server/paths.js";
import { canonicalAddress } from "../system/address.js";
import { exitCodes } from "./exit-codes.js";

/** Orchestrators have more patience than that, as a rule. Milliseconds. */
const patienceMs = 3_000;

const help = `Usage: amity-graphql healthcheck [options]

Asks the gateway that runs on this machine with the same HOST, PORT and ADMIN_PORT whether it lives: for images without
curl. It reads no other setting and no secret. Where ADMIN_PORT is set it asks there, where clients crowd nobody out.

  --ready     ask whether it should get traffic (/readyz) instead of whether it lives (/livez)
  -h, --help  print this text

Exit codes: 0 yes, 1 no or no answer within ${patienceMs / 1_000} seconds, which one line tells; 64 wrong arguments.
`;

const options = { ready: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } } as const;

/** Gives the exit code: 0, 1 (not healthy, or not to be asked), 64 (wrong command line). */
export async function healthcheckCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { listening, problems } = listeningOf(env);
  const problem = problems.length > 0 ? problems.join("; ") : await problemOf(listening, values.ready);
  if (problem === undefined) process.stdout.write(values.ready ? "ready\n" : "alive\n");
  else process.stderr.write(`amity-graphql is not ${values.ready ? "ready" : "healthy"}: ${problem}\n`);
  return problem === undefined ? exitCodes.ok : exitCodes.failure;
}

/** What is wrong with the gateway that listens there, in words; undefined: nothing. */
async function problemOf({ host, port, adminPort }: Listening, isToBeReady: boolean): Promise<string | undefined> {
  const known = adminPort || port;
  if (known === 0) return "PORT is 0, so its port is not known: name one, or set ADMIN_PORT";
  const [path, well] = isToBeReady ? [readyzPath, "ready"] : [livezPath, "ok"];
  const place = `${host.includes(":") ? `[${host}]` : host}:${known}${path}`;
  try {
    const { statusCode, status } = await ask(reachable(host), known, path);
    if (statusCode === 200 && status === well) return undefined;
    return `${place} answers ${statusCode}${status === undefined ? ", and is no gateway" : `: ${status}`}`;
  } catch (error) {
    return error instanceof Error && error.name === "AbortError"
      ? `${place} does not answer within ${patienceMs / 1_000} seconds`
      : `${place} cannot be asked (${error instanceof Error && "code" in error ? error.code : "no HTTP"})`;
  }
}

/** Whoever listens on all addresses is reached by loopback; that of IPv4 is there even without IPv6. */
function reachable(host: string): string {
  return ["0.0.0.0", "::"].includes(canonicalAddress(host) ?? host) ? "127.0.0.1" : host;
}

interface Health {
  readonly statusCode: number | undefined;
  /** In the gateway's own word; undefined when somebody else answers. */
  readonly status: string | undefined;
}

function ask(host: string, port: number, path: string): Promise<Health> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patienceMs);
    get({ host, port, path, agent: false, signal }, (response) => {
      statusOf(response).then((status) => resolve({ statusCode: response.statusCode, status }), reject);
    }).once("error", reject);
  });
}

/** Far more than health takes. Bytes. */
const mostBytes = 1_000;

async function statusOf(response: IncomingMessage): Promise<string | undefined> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > mostBytes) break;
  }
  return /^\{"status":"([a-z ]{1,40})"\}$/.exec(text)?.[1];
}
