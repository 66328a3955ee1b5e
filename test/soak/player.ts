import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../support/chance.js";
import { clients } from "./faults/clients.js";
import { connections } from "./faults/connections.js";
import { emulated } from "./faults/emulated.js";
import type { Fault, Lane } from "./faults/fault.js";
import { files } from "./faults/files.js";
import { clock, fullLog } from "./faults/process.js";
import { provider } from "./faults/provider.js";
import { proxied } from "./faults/proxied.js";
import { scripted } from "./faults/scripted.js";
import type { Traffic } from "./traffic.js";
import type { World } from "./world.js";

/** Those of one lane take turns; the lanes go on side by side. */
const lanes: readonly Lane[] = [
  { region: "SG", faults: (world) => [...emulated(world), ...connections(world)] },
  scripted,
  proxied,
  provider,
  files,
  clock,
  clients,
];

/** A fault lasts until the log names it, and then a moment more. Far beyond what that takes. Milliseconds. */
const mostMs = 45_000;
/** One that nothing is to name lasts so long. */
const silentMs = 1_500;
/** At the most, after it was named and before the next one. */
const pauseMs = 400;
/** Between two times at which nobody reads the log. */
const roundMs = 60_000;

export interface Played {
  readonly name: string;
  /** What the log complained of while it was played and not named. */
  readonly complaints: readonly string[];
}

/** Plays faults: in each lane in an order that the seed gives. */
export class Player {
  readonly played: Played[] = [];
  /** Those that the log did not name. */
  readonly #hidden: { readonly fault: Fault; readonly region: Lane["region"] }[] = [];
  readonly problems: string[] = [];
  /** Those that the log does not name, even where they were played alone. */
  readonly unnamed: Played[] = [];
  readonly #queues: ReadonlyMap<Lane, () => Fault>;
  /** So many faults there are. */
  readonly total: number;

  constructor(
    private readonly world: World,
    private readonly traffic: Traffic,
    seed: number,
  ) {
    const tables = lanes.map((lane) => [lane, lane.faults(world)] as const);
    this.#queues = new Map(tables.map(([lane, faults], i) => [lane, shuffledAgain(faults, chanceOf(seed + i))]));
    this.total = tables.reduce((sum, [, faults]) => sum + faults.length, 1);
  }

  /** Plays for so long, and ends when all faults that were begun have ended. */
  async play(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      const roundEnd = performance.now() + Math.min(left, roundMs);
      await Promise.all(lanes.map((lane) => this.#playLane(lane, roundEnd)));
      await this.#playOne(fullLog(this.world));
    }
    await this.#playHiddenAlone();
  }

  /** Beside another lane's fault one may not show; alone it must. */
  async #playHiddenAlone(): Promise<void> {
    for (const { fault, region } of this.#hidden.splice(0)) {
      if (region) await this.traffic.serves(region);
      await this.#playOne(fault, region);
      if (this.#hidden.pop()) this.unnamed.push(...this.played.slice(-1));
    }
  }

  async #playLane(lane: Lane, until: number): Promise<void> {
    const { chance, gateway } = this.world;
    while (performance.now() < until && !gateway.hasEnded) {
      const fault = this.#queues.get(lane)?.();
      if (!fault) return;
      await this.#playOne(fault, lane.region);
      // The next fault is to meet calls.
      if (lane.region && !(await this.traffic.serves(lane.region))) {
        this.problems.push(`${lane.region} does not serve again after: ${fault.name}`);
      }
      await sleep(chance() * pauseMs);
    }
  }

  async #playOne(fault: Fault, region?: Lane["region"]): Promise<void> {
    const { log } = this.world.gateway;
    const since = log.length;
    try {
      const isNamed = await this.#whileItLasts(fault, since);
      this.played.push({ name: fault.name, complaints: isNamed ? [] : log.complaintsSince(since, region) });
      if (!isNamed) this.#hidden.push({ fault, region });
    } catch (error) {
      this.problems.push(`while this was played: ${fault.name}: ${error}`);
    }
  }

  /** Is it named while it lasts? */
  async #whileItLasts({ begin, named }: Fault, since: number): Promise<boolean> {
    const { chance, gateway } = this.world;
    const end = await begin();
    let isNamed = true;
    if (named) isNamed = await gateway.log.holds(named, since, mostMs);
    else await sleep(silentMs);
    await sleep(chance() * pauseMs);
    await end();
    return isNamed;
  }
}

/** Gives them all in an order of chance, and then again in another one. */
function shuffledAgain(faults: readonly Fault[], chance: () => number): () => Fault {
  let left: Fault[] = [];
  return () => {
    if (left.length === 0) left = [...faults];
    const [next] = left.splice(Math.floor(chance() * left.length), 1);
    if (!next) throw new Error("a lane has no faults");
    return next;
  };
}
