import { setTimeout as sleep } from "node:timers/promises";
import type { Ownership } from "../support/ownership.js";
import { users } from "./callers.js";
import { type Answered, ask } from "./client.js";
import { stalledMs } from "./stalls.js";
import { secrets, type World } from "./world.js";

export const regions = ["EU", "SG", "US"] as const;
type Region = (typeof regions)[number];

/** For each region. */
const workers = 3;
const leastPauseMs = 100;
const mostPauseMs = 500;

/** The gateway's own bounds for a root field and for the keys of callers, and as much again for a busy machine. */
const deadlineMs = 10_000;

/** A circuit closes after five seconds and a call; a busy machine may take its time. */
const recoveryMs = 60_000;

const mint =
  "query ($user: ID, $region: RegionCode) { authToken(userId: $user, region: $region) { token userId region } }";
const open =
  "mutation ($input: CreateSessionInput!) { createSession(input: $input) { accessToken userId region user { userId } } }";
const list = "{ regions { code status } }";

/** What users and services do all the time, and what became of it. */
export class Traffic {
  readonly codes = new Map<string, number>();
  answered = 0;
  /** Answered with errors. */
  failed = 0;
  /** What must not be, each named. */
  readonly problems: string[] = [];
  #isOn = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly world: World,
    private readonly ownership: Ownership,
  ) {}

  start(): void {
    this.#isOn = true;
    const all = regions.flatMap((region) => Array.from({ length: workers }, () => this.#keepAsking(region)));
    this.#work = Promise.all(all);
  }

  /** Ends when all are answered. */
  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#work;
  }

  /** A service asks for a token for a user whom nobody else asks for. Gives the codes of its errors. */
  async #probe(region: Region): Promise<readonly string[]> {
    const userId = `probe-${this.world.chance()}`;
    return (await this.#send(region, userId, true, { query: mint, variables: { user: userId, region } })).codes;
  }

  /** Waits until a probe is answered well; false when none is in so long. */
  async serves(region: Region): Promise<boolean> {
    const until = performance.now() + recoveryMs;
    while (performance.now() < until && !this.world.gateway.hasEnded) {
      if ((await this.#probe(region)).length === 0) return true;
      await sleep(mostPauseMs);
    }
    return false;
  }

  async #keepAsking(region: Region): Promise<void> {
    const { chance } = this.world;
    while (this.#isOn && !this.world.gateway.hasEnded) {
      const userId = users[Math.floor(chance() * users.length)] ?? "";
      await this.#send(region, userId, chance() < 0.5, operationFor(region, userId, chance()));
      await sleep(leastPauseMs + chance() * (mostPauseMs - leastPauseMs));
    }
  }

  async #send(region: Region, userId: string, byService: boolean, operation: { query: string; variables?: object }) {
    const { gateway, callers, chance } = this.world;
    const caller = byService ? { authorization: `ApiKey ${secrets.service}` } : await callers.headerOf(userId);
    // Refused credentials shut out their address, so each comes from another one.
    const headers = { ...caller, "x-forwarded-for": `203.0.113.${Math.floor(chance() * 256)}` };
    const [startedAt, stalledBefore] = [performance.now(), stalledMs()];
    const answer = await ask(gateway.url, headers, operation).catch((error: Error): Answered => {
      this.problems.push(`a request to ${region} is not answered: ${error.message}`);
      return { status: 0, data: {}, codes: [] };
    });
    const tookMs = performance.now() - startedAt - (stalledMs() - stalledBefore);
    if (tookMs > deadlineMs) this.problems.push(`a request to ${region} is answered after ${Math.round(tookMs)} ms`);
    this.#check(region, userId, answer);
    return answer;
  }

  #check(region: Region, userId: string, { data, codes }: Answered): void {
    this.answered++;
    if (codes.length > 0) this.failed++;
    for (const code of codes) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (codes.includes("INTERNAL_SERVER_ERROR")) this.problems.push("an answer says INTERNAL_SERVER_ERROR");
    for (const entry of [data["authToken"], data["createSession"]]) {
      if (entry) this.ownership.check(region, userId, entry);
    }
  }
}

function operationFor(region: Region, userId: string, chance: number) {
  if (chance < 0.1) return { query: list };
  if (chance < 0.6) return { query: mint, variables: { user: userId, region } };
  return { query: open, variables: { input: { userId, region, deviceId: `device of ${userId}` } } };
}
