import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chanceOf } from "../support/chance.js";
import { Ownership } from "../support/ownership.js";
import { compare, holdingOf, logProblems, serviceProblems } from "./checks.js";
import type { GatewayProcess } from "./gateway.js";
import { type Played, Player } from "./player.js";
import { regions, Traffic } from "./traffic.js";
import { type World, withWorld } from "./world.js";

/** Traffic without end while everything that can goes wrong, again and again; then all must be as it was. */

const usage = `npm run test:soak -- [--minutes N] [--seed S]

  --minutes N   how long faults are played: 10 unless given
  --seed S      the order of another run`;

const mostSeed = 2 ** 31;

/** Until every kind of operation was served, and everything that is kept is there. Milliseconds. */
const warmUpMs = 15_000;
const cleanMs = 30_000;
/** A machine that stands still makes calls fail that are fine. */
const cleanTries = 3;
/** Until connections that nobody uses are closed. Milliseconds. */
const restMs = 6_000;
/** So much of the clean traffic must go well. */
const goodShare = 0.95;

function readArguments(): { readonly minutes: number; readonly seed: number } {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ options: { minutes: text, seed: text } });
    const { minutes = "10", seed = String(randomInt(mostSeed)) } = values;
    if (Number(minutes) > 0 && /^\d{1,10}$/.test(seed)) return { minutes: Number(minutes), seed: Number(seed) };
  } catch {}
  console.error(usage);
  process.exit(1);
}

function say(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

/** Plays it all, and gives what does not hold. */
async function soak(world: World, ms: number, seed: number): Promise<string[]> {
  const ownership = new Ownership(world.emulator);
  const traffic = new Traffic(world, ownership);
  const player = new Player(world, traffic, seed);
  const { gateway } = world;

  traffic.start();
  await sleep(warmUpMs);
  await traffic.stop();
  await sleep(restMs);
  const before = await holdingOf(world);
  say(`warm: ${traffic.answered} requests answered`);

  traffic.start();
  await player.play(ms);
  if (gateway.hasEnded) return [`the gateway has ended: ${await gateway.stop()}`, ...logProblems(gateway.log)];
  say(
    `${player.played.length} faults played, ${new Set(player.played.map(({ name }) => name)).size} of ${player.total}`,
  );
  say(`codes: ${[...traffic.codes].map(([code, count]) => `${code} ${count}`).join(", ")}`);

  const unclean = await cleanTraffic(traffic, gateway);
  await traffic.stop();

  const service = await serviceProblems(world);
  await ownership.checkOpaque();
  await sleep(restMs);
  const { lines, problems } = compare(before, await holdingOf(world));
  for (const line of lines) say(line);
  const exit = await gateway.stop();
  say(
    `${traffic.answered} requests, ${ownership.checked} tokens and sessions checked, ${gateway.log.length} log lines`,
  );
  return [
    ...player.problems,
    ...player.unnamed.map(unnamed),
    ...traffic.problems,
    ...ownership.problems,
    ...unclean,
    ...service,
    ...problems,
    ...logProblems(gateway.log),
    ...(exit === 0 ? [] : [`the gateway ended with ${exit}`]),
  ];
}

/** Half a minute in which all goes well; what failed in the last one, if there is none. */
async function cleanTraffic(traffic: Traffic, { log }: GatewayProcess): Promise<string[]> {
  let problems: string[] = [];
  for (let left = cleanTries; left > 0; left--) {
    // What was played last may still have a circuit open.
    await Promise.all(regions.map((region) => traffic.serves(region)));
    const { answered, failed } = traffic;
    const since = log.length;
    traffic.codes.clear();
    await sleep(cleanMs);
    const clean = { answered: traffic.answered - answered, failed: traffic.failed - failed };
    say(
      `clean: ${clean.answered} requests answered, ${clean.failed} of them by errors ${JSON.stringify([...traffic.codes])}`,
    );
    if (clean.failed <= clean.answered * (1 - goodShare)) return [];
    const complaints = regions.flatMap((region) =>
      log.complaintsSince(since, region).map((text) => `${region}: ${text}`),
    );
    problems = [[`${clean.failed} requests of the clean traffic failed`, ...complaints].join("\n    ")];
  }
  return problems;
}

function unnamed({ name, complaints }: Played): string {
  return [`the log does not name: ${name}. It complains of:`, ...complaints].join("\n    ");
}

const { minutes, seed } = readArguments();
console.log(`seed ${seed}`);
await withWorld(chanceOf(seed), async (world) => {
  const problems = await soak(world, minutes * 60_000, seed).catch((error) => [
    `the soak broke off: ${error.message}`,
    ...logProblems(world.gateway.log),
  ]);
  const distinct = new Set(problems);
  for (const problem of distinct) console.log(`NOT OK - ${problem}`);
  console.log(distinct.size === 0 ? "all holds" : `${distinct.size} problems, seed ${seed}`);
  process.exitCode = distinct.size === 0 ? 0 : 1;
});
