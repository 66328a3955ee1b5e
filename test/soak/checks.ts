import { ask } from "./client.js";
import { type Log, says } from "./log.js";
import { secrets, type World } from "./world.js";

/** What a process holds, and how many times as much it may hold after the soak. */
const measured = {
  nodejs_heap_size_used_bytes: 1.6,
  nodejs_external_memory_bytes: 3,
  nodejs_active_handles: 1.5,
  process_open_fds: 1.5,
} as const;

type Holding = Readonly<Record<keyof typeof measured, number>>;

/** Below this nothing is a leak: a handful of handles, or a megabyte. */
const slack: Holding = {
  nodejs_heap_size_used_bytes: 4_000_000,
  nodejs_external_memory_bytes: 4_000_000,
  nodejs_active_handles: 10,
  process_open_fds: 10,
};

const names = Object.keys(measured) as (keyof typeof measured)[];

/** What the gateway holds when nobody asks for anything. */
export async function holdingOf({ gateway }: World): Promise<Holding> {
  await gateway.collectGarbage();
  const metrics = await gateway.metrics();
  return Object.fromEntries(names.map((name) => [name, metrics.get(name) ?? Number.NaN])) as Holding;
}

export function compare(before: Holding, after: Holding): { readonly lines: string[]; readonly problems: string[] } {
  const lines = names.map((name) => `${name}: ${before[name]} before, ${after[name]} after`);
  const grown = names.filter((name) => after[name] > before[name] * measured[name] + slack[name]);
  return { lines, problems: grown.map((name) => `${name} grew from ${before[name]} to ${after[name]}`) };
}

/** Is it ready, and every region there? */
export async function serviceProblems({ gateway }: World): Promise<string[]> {
  const ready = await fetch(new URL("/readyz", gateway.adminUrl));
  const headers = { authorization: `ApiKey ${secrets.service}` };
  const { data } = await ask(gateway.url, headers, { query: "{ regions { code status } }" });
  const regions = data["regions"] as unknown as readonly { readonly code: string; readonly status: string }[];
  return [
    ...(ready.status === 200 ? [] : [`/readyz answers ${ready.status}`]),
    ...regions.filter(({ status }) => status !== "AVAILABLE").map(({ code, status }) => `${code} is ${status}`),
  ];
}

/** What stderr may say: that the log cannot be written. */
const complaint = /^amity-graphql: the log cannot be written \(/;

/** A JWT: callers' tokens, and the access tokens of the emulator. */
const jwt = /\beyJ[\w-]{10,}\.[\w-]{10,}/;

/** What is wrong with a line: it holds one of these secrets or any JWT, or tells of a fault of the gateway's own. */
export function lineCheck(held: readonly string[]): ConstructorParameters<typeof Log>[0] {
  const isFault = says({ msg: /internal error|unexpected fault|cannot be sent/ });
  return (line, text) => {
    if (jwt.test(text) || held.some((secret) => text.includes(secret))) return "the log holds a secret";
    return isFault(line) || "stack" in line ? `a fault of the gateway's own: ${text}` : undefined;
  };
}

/** What of all that it printed must not be. */
export function logProblems(log: Log): string[] {
  const strange = log.other.filter((line) => !complaint.test(line));
  return [...log.problems, ...strange.map((line) => `a line that is none of the log's: ${line}`)];
}
