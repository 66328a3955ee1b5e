import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chanceOf } from "../support/chance.js";
import { redisProgram } from "../support/redis.js";
import { allWell, type ClusterNode, settingsFor, withCluster } from "./cluster.js";
import type { FleetGateway } from "./gateway.js";
import { type Failure, tally } from "./load.js";
import { nginxPath } from "./nginx.js";
import { type Fleet, secrets, withFleet } from "./world.js";

/** Three gateways behind nginx share a Redis Cluster, under load; any of them and any of its nodes may die. */

const usage = `npm run test:fleet -- [--seconds N] [--seed S]

  --seconds N   how long they are killed: 40 unless given
  --seed S      the order of another run`;

const mostSeed = 2 ** 31;
const perSecond = 250;

/** Between the end of one harm and the begin of the next. Milliseconds. */
const mostPauseMs = 1_500;
/** How long a node of the Cluster is away or stands still. Milliseconds. */
const mostAwayMs = 4_000;

/** What a heap may be in the end, of what it was when warm; below the slack nothing is a leak. */
const mostGrowth = 1.6;
const slackBytes = 4_000_000;

function readArguments(): { readonly seconds: number; readonly seed: number } {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ options: { seconds: text, seed: text } });
    const { seconds = "40", seed = String(randomInt(mostSeed)) } = values;
    if (Number(seconds) > 0 && /^\d{1,10}$/.test(seed)) return { seconds: Number(seconds), seed: Number(seed) };
  } catch {}
  console.error(usage);
  process.exit(1);
}

function say(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** Plays harm, one after the other, and counts what it costs. */
class Chaos {
  readonly problems: string[] = [];
  readonly played: Record<string, number> = {};
  /** Requests that were under way at a gateway that was killed, and had no answer. */
  lost = 0;

  constructor(
    private readonly fleet: Fleet,
    private readonly nodes: readonly ClusterNode[],
    private readonly chance: () => number,
  ) {}

  async play(ms: number): Promise<void> {
    const until = performance.now() + ms;
    const gatewayHarms = [() => this.#killGateway(), () => this.#restartGateway()];
    const nodeHarms = [() => this.#killNode(), () => this.#pauseNode(), () => this.#flush()];
    // Side by side, so that a gateway dies while Redis fails over.
    await Promise.all(
      [gatewayHarms, nodeHarms].map(async (lane) => {
        while (performance.now() < until) {
          await this.#pick(lane)();
          await sleep(this.chance() * mostPauseMs);
        }
      }),
    );
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.chance() * list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  /** The first one lives on, or nothing could be said of its memory. */
  #gateway(): FleetGateway {
    return this.#pick(this.fleet.gateways.slice(1));
  }

  async #killGateway(): Promise<void> {
    this.#count("gateway killed");
    const { load, nginx } = this.fleet;
    const gateway = this.#gateway();
    const [before, atMost] = [load.failures.length, load.underWay];
    await gateway.stop("SIGKILL");
    // Whatever was under way is over by then, one way or the other.
    await load.more(perSecond / 2);
    const failures = load.failures.slice(before);
    await gateway.start();
    const strange = await notOf(gateway, failures, await nginx.log(1));
    if (strange.length > 0) this.problems.push(`a kill cost other requests: ${JSON.stringify(tally(strange))}`);
    if (failures.length > atMost) this.problems.push(`a kill cost ${failures.length} requests of ${atMost} under way`);
    this.lost += failures.length;
    await load.until(async () => (await gateway.metric("amity_root_fields_total")) > 0);
  }

  async #restartGateway(): Promise<void> {
    this.#count("gateway restarted");
    const gateway = this.#gateway();
    await this.#unharmed("a restart", async () => {
      const end = await gateway.stop();
      if (end !== 0) this.problems.push(`a gateway ended with ${end}`);
      await gateway.start();
      await this.fleet.load.until(async () => (await gateway.metric("amity_root_fields_total")) > 0);
    });
  }

  async #killNode(): Promise<void> {
    const node = this.#pick(this.nodes);
    this.#count(`${await roleOf(node)} killed`);
    await node.kill();
    await sleep(this.chance() * mostAwayMs);
    await node.start();
    await allWell(this.nodes);
  }

  async #pauseNode(): Promise<void> {
    const node = this.#pick(this.nodes);
    this.#count(`${await roleOf(node)} paused`);
    node.pause();
    await sleep(this.chance() * mostAwayMs);
    node.resume();
    await allWell(this.nodes);
  }

  async #flush(): Promise<void> {
    this.#count("Cluster flushed");
    for (const node of this.nodes) await node.ask("FLUSHALL").catch(() => {});
  }

  /** Nothing fails meanwhile, for nothing was under way that could not be answered. */
  async #unharmed(what: string, run: () => Promise<void>): Promise<void> {
    const { load } = this.fleet;
    const before = load.failures.length;
    await run();
    const failures = load.failures.slice(before);
    if (failures.length > 0) this.problems.push(`${what} cost ${JSON.stringify(tally(failures))}`);
  }

  #count(what: string): void {
    this.played[what] = (this.played[what] ?? 0) + 1;
  }
}

async function roleOf(node: ClusterNode): Promise<string> {
  const [role] = (await node.ask("ROLE")) as readonly string[];
  return role === "master" ? "master" : "replica";
}

/** Those that nginx did not send to this gateway alone, or that ended otherwise than by its end. */
function notOf({ port }: FleetGateway, failures: readonly Failure[], log: readonly string[]): readonly Failure[] {
  const ended = log.filter((line) => line.includes(` from 127.0.0.1:${port} 502 `));
  const ids = new Set(ended.map((line) => / id (\S+)$/.exec(line)?.[1]));
  return failures.filter(({ requestId, what }) => what !== "status 502" || !ids.has(requestId));
}

/** With its dot, which no sealed text has: its random letters begin like a JWT's now and then. */
const jwt = /eyJ[\w-]{10,}\.[\w-]{10,}/;

/** What of all that Redis holds nobody may read there. */
async function leaks(nodes: readonly ClusterNode[], { load }: Fleet): Promise<{ entries: number; problems: string[] }> {
  const texts = (await Promise.all(nodes.map((node) => node.texts()))).flat();
  const held = texts.join("\n");
  const isHeld = (needles: readonly string[]) => needles.some((needle) => held.includes(needle));
  const found = {
    "a userId": /user-\d{1,3}(?!\d)/.test(held),
    "a token": isHeld(load.tokens) || jwt.test(held),
    "a key": isHeld(secrets) || /canary-/.test(held),
  };
  const problems = Object.entries(found).flatMap(([what, is]) => (is ? [`Redis holds ${what} in clear`] : []));
  return { entries: texts.length, problems };
}

async function run(fleet: Fleet, nodes: readonly ClusterNode[], seconds: number, seed: number): Promise<string[]> {
  const { gateways, load, ownership } = fleet;
  const [survivor] = gateways;
  const chaos = new Chaos(fleet, nodes, chanceOf(seed));
  load.start(perSecond);
  for (const gateway of gateways) await load.until(async () => (await gateway.metric("amity_redis_used")) === 1);
  await load.more(8 * perSecond);
  const before = (await survivor?.heapInUse()) ?? 0;
  await chaos.play(seconds * 1_000);
  for (const gateway of gateways) await load.until(async () => (await gateway.metric("amity_redis_used")) === 1);
  await load.more(4 * perSecond);
  const { entries, problems } = await leaks(nodes, fleet);
  await load.stop();
  const after = (await survivor?.heapInUse()) ?? 0;
  await ownership.checkOpaque();
  const insured = await survivor?.metric("amity_rate_limit_insurance_total");
  say(`${JSON.stringify(chaos.played)}`);
  say(`${load.answered} requests, ${ownership.checked} tokens and sessions checked, ${chaos.lost} lost with a gateway`);
  say(
    `${percentile(load.times, 0.5)} ms p50, ${percentile(load.times, 0.99)} ms p99; ${insured} counted by the survivor alone`,
  );
  say(`heap of the survivor: ${before} bytes before, ${after} after; ${entries} entries in Redis`);
  const others = load.failures.length - chaos.lost;
  return [
    ...chaos.problems,
    ...(others === 0
      ? []
      : [`${others} requests failed that nothing excuses: ${JSON.stringify(tally(load.failures))}`]),
    ...ownership.problems,
    ...problems,
    ...(entries > 0 ? [] : ["Redis holds nothing: nothing is shared"]),
    ...(after > before * mostGrowth + slackBytes ? [`the heap grew from ${before} to ${after}`] : []),
  ];
}

function percentile(times: readonly number[], share: number): number {
  return Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN);
}

const { seconds, seed } = readArguments();
console.log(`seed ${seed}`);
if (![nginxPath, redisProgram].every((path) => existsSync(path))) {
  console.log("skipped: it needs Debian's nginx and redis-server");
  process.exit(process.env["REQUIRE_SYSTEM_PROGRAMS"] === "1" ? 1 : 0);
}
await withCluster(async (nodes) => {
  await withFleet({ chance: chanceOf(seed), env: settingsFor(nodes) }, async (fleet) => {
    const problems = new Set(await run(fleet, nodes, seconds, seed));
    for (const problem of problems) console.log(`NOT OK - ${problem}`);
    console.log(problems.size === 0 ? "all holds" : `${problems.size} problems, seed ${seed}`);
    process.exitCode = problems.size === 0 ? 0 : 1;
  });
});
