import { setTimeout } from "node:timers/promises";
import type { Answered, HostileRequest } from "./client.js";
import type { HostileGateway } from "./gateway.js";

/** One row of a table: the worst of its kind that is still legal. */
export interface Member {
  readonly name: string;
  /** The code of the answer; undefined: it is answered without an error. */
  readonly code: string | undefined;
  /** Another one of the kind for each run, so that nothing that was kept of the last one helps. */
  readonly make: (run: number) => HostileRequest;
}

/** What is measured in one run, and how many bytes the gateway is given by it. */
export interface Sample {
  readonly bytes: number;
  readonly use: () => Promise<Answered>;
}

/** What one sample costs, in plain requests to the same process. */
export interface Cost extends Answered {
  readonly bytes: number;
  readonly multiple: number;
  readonly most: number;
}

/** Plain requests, or so many for each kB where that is more. */
const mostMultiple = 40;
const mostPerKilobyte = 3;

/** The best of some runs counts: what else the machine does only adds. More runs only while it is too dear. */
const leastRuns = 3;
export const mostRuns = 12;
const plainRequests = 20;
const overloaded = "OVERLOADED";

/** Measures plain and hostile requests by turns: CPU time of the whole process, its threads included. */
export async function costOf(
  gateway: HostileGateway,
  sampleOf: (run: number) => Sample | Promise<Sample>,
): Promise<Cost> {
  let [plain, hostile] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 1; ; run++) {
    const { bytes, use } = await sampleOf(run);
    await unlessShed(gateway);
    const plainCost = await measured(gateway, () => plainBatch(gateway));
    const { cpu, result } = await measured(gateway, use);
    // That it is shed says nothing of its cost.
    if (result.code === overloaded && run < mostRuns) continue;
    plain = Math.min(plain, plainCost.cpu / plainRequests);
    hostile = Math.min(hostile, cpu);
    const most = mostFor(bytes);
    const multiple = hostile / plain;
    if (run >= leastRuns && (multiple <= most || run >= mostRuns)) return { bytes, multiple, most, ...result };
  }
}

/** So many plain requests an input of this size may cost. */
export function mostFor(bytes: number): number {
  return Math.max(mostMultiple, (mostPerKilobyte * bytes) / 1_000);
}

/** The sample of a table of requests. */
export function requestSample({ client }: HostileGateway, { make }: Member): (run: number) => Sample {
  return (run) => {
    const request = make(run);
    return { bytes: bytesOf(request), use: () => client.post(request) };
  };
}

/** Lets the process compile what every request needs: a cold one makes all others look cheap. */
export async function warmUp(gateway: HostileGateway): Promise<void> {
  for (let batch = 0; batch < 30; batch++) await plainBatch(gateway);
}

async function plainBatch({ client }: HostileGateway): Promise<void> {
  for (let i = 0; i < plainRequests; i++) await client.ask("{ regions { code } }");
}

/** What came before may have filled the small heap: the process then sheds load until it looks again. */
async function unlessShed({ client }: HostileGateway): Promise<void> {
  while ((await client.ask("{ regions { code } }")).code === overloaded) await setTimeout(100);
}

/** `cpu`: microseconds. */
async function measured<T>(gateway: HostileGateway, use: () => Promise<T>): Promise<{ cpu: number; result: T }> {
  const before = await gateway.usage();
  const result = await use();
  return { cpu: (await gateway.usage()).cpu - before.cpu, result };
}

function bytesOf({ headers = {}, body }: HostileRequest): number {
  return Buffer.byteLength(body) + Buffer.byteLength(Object.entries(headers).flat(2).join());
}
