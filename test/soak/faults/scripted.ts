import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Mood, ScriptedAmity, sessionOf } from "../../support/scripted-amity.js";
import { ask } from "../client.js";
import { type Line, says } from "../log.js";
import { secrets, type World } from "../world.js";
import { again, type End, type Fault, type Lane } from "./fault.js";

const later =
  (ms: number, text: string): Mood =>
  (response) =>
    void setTimeout(() => response.end(text), ms).unref();
const always =
  (status: number, text: string | Buffer): Mood =>
  (response) =>
    response.writeHead(status).end(text);

function inMood(eu: ScriptedAmity, mood: Mood): () => End {
  return () => {
    eu.mood = mood;
    return () => {
      eu.mood = undefined;
    };
  };
}

/** More at once than a region takes on. */
const crowd = 300;

/** A service asks for a token for this user. Gives the codes of its errors. */
async function askFor(user: string, { gateway: { url } }: World): Promise<readonly string[]> {
  const query = "query ($user: ID!) { authToken(userId: $user, region: EU) { token } }";
  const headers = { authorization: `ApiKey ${secrets.service}` };
  return (await ask(url, headers, { query, variables: { user } })).codes;
}

async function crowdIn(world: World): Promise<void> {
  await Promise.all(Array.from({ length: crowd }, () => askFor(`crowd-${world.chance()}`, world)));
}

const unavailable = always(503, "");

/**
 * Holds a token and lets Amity fail, again and again: a clock that another lane sets meanwhile, or a key, costs the
 * token that is held.
 */
function lastingOnHeld(world: World): End {
  const { eu } = world;
  let isOn = true;
  const fetchAndHold = async () => {
    eu.mood = undefined;
    if ((await askFor("keeper", world)).length > 0) return;
    if (isOn) eu.mood = unavailable;
    while (isOn && (await askFor("keeper", world)).length === 0) await sleep(500);
  };
  const end = again(fetchAndHold)();
  return () => {
    isOn = false;
    eu.mood = undefined;
    return end();
  };
}

let keys = 2;

/** Amity drops the first key and takes the second; then the operator puts both in place, and a new second one. */
async function rotate({ eu, files }: World, state: { primary: string; secondary: string }): Promise<End> {
  eu.taken.add(state.secondary);
  eu.taken.delete(state.primary);
  return async () => {
    state.primary = state.secondary;
    state.secondary = `${secrets.euKey}-${++keys}`;
    await writeFile(files.primary, state.primary);
    await writeFile(files.secondary, state.secondary);
  };
}

function refuseAllKeys({ eu }: World): End {
  const taken = [...eu.taken];
  eu.taken.clear();
  return () => {
    for (const key of taken) eu.taken.add(key);
  };
}

/** Amity answers from a script, and changes what keys it takes. */
export const scripted: Lane = {
  region: "EU",
  faults: (world) => {
    const { eu } = world;
    const state = { primary: secrets.euKey, secondary: secrets.euSecondary };
    const moods: readonly (readonly [name: string, Mood, line: object])[] = [
      ["is slow", later(3_000, '"late"'), { reason: "timeout", phase: "request" }],
      ["sends no UTF-8", always(200, Buffer.from([0x22, 0xff, 0x22])), { reason: "not UTF-8" }],
      ["refuses requests", always(422, '{"code":500000}'), { reason: "request refused", amity: { status: 422 } }],
      ["bans its users", always(403, '{"code":400312}'), { reason: "user banned" }],
      ["breaks connections", (response) => response.destroy(), { reason: "ECONNRESET", phase: "request" }],
      ["sends an empty answer", always(200, ""), { reason: "not an auth token" }],
      [
        "mixes up its users",
        (response) => response.end(sessionOf("somebody-else", "token-of-somebody-else")),
        { reason: "not an auth token" },
      ],
    ];
    return [
      ...moods.map(
        ([name, mood, line]): Fault => ({
          name: `Amity in EU ${name}`,
          begin: inMood(eu, mood),
          named: says({ region: "EU", ...line }),
        }),
      ),
      {
        name: "Amity in EU is out for long",
        begin: inMood(eu, unavailable),
        named: says({ region: "EU", health: "unavailable", msg: /a region fails/ }),
      },
      {
        name: "Amity in EU is out, and tokens of before serve",
        begin: () => lastingOnHeld(world),
        named: says({ msg: "request", reused: 1, calls: { region: "EU", reason: /^(?:server error|circuit open)$/ } }),
      },
      {
        name: "Amity in EU is overrun",
        begin() {
          // Less than a call may take: a circuit that opens keeps the crowd out.
          eu.delayMs = 500;
          const end = again(() => crowdIn(world))();
          return () => {
            eu.delayMs = 0;
            return end();
          };
        },
        named: says({ region: "EU", reason: "region queue full" }),
      },
      {
        name: "server keys rotate",
        begin: () => rotate(world, state),
        named: says({ region: "EU", msg: /took the other: finish the rotation/ }),
      },
      {
        name: "all server keys are refused",
        begin: () => refuseAllKeys(world),
        named: says({ region: "EU", reason: "key refused" }),
      },
      ...unusableKeys(world, state),
    ];
  },
};

/** Texts that are no key, and what is wrong with them. */
const unusable: readonly (readonly [name: string, text: string, line: Line])[] = [
  ["no header value", "schlüssel\n", { reason: "not a header value" }],
  ["an empty text", "", { reason: "cannot be used", problem: /is empty/ }],
  ["two lines", "one\ntwo\n", { reason: "cannot be used", problem: /holds a line end/ }],
];

function unusableKeys({ files, gateway }: World, state: { readonly primary: string }): readonly Fault[] {
  return unusable.map(([what, text, line]) => ({
    name: `the server key's file holds ${what}`,
    async begin() {
      await writeFile(files.primary, text);
      gateway.hangUp();
      return () => writeFile(files.primary, state.primary);
    },
    named: says({ name: "AMITY_EU_SERVER_KEY_FILE", ...line }),
  }));
}
