import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry, Ownership } from "../support/ownership.js";
import type { FleetCallers } from "./callers.js";

export const regions = ["EU", "SG"] as const;

const userNumber = 500;
/** What was handed out before is past its life. */
const mostTokens = 5_000;
/** Far beyond every deadline. Milliseconds. */
const patienceMs = 60_000;
/** A machine that stood still for a moment must not find more waiting than a region takes. */
const mostUnderWay = 40;

const mint = "query ($region: RegionCode!) { entry: authToken(region: $region) { token userId region } }";
const open =
  "mutation ($input: CreateSessionInput!) { entry: createSession(input: $input) { accessToken userId region } }";

/** One request that went wrong. */
export interface Failure {
  readonly requestId: string;
  /** A GraphQL error's code, a status without one, or Node's code. */
  readonly what: string;
}

/** Signed-in users who ask for tokens and sessions through nginx, so many times a second. */
export class Load {
  answered = 0;
  readonly failures: Failure[] = [];
  /** Milliseconds that each took. */
  readonly times: number[] = [];
  /** What was handed out last. */
  readonly tokens: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostUnderWay });
  readonly #underWay = new Set<Promise<void>>();
  #isOn = false;
  #loop: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(
    private readonly url: string,
    private readonly callers: FleetCallers,
    private readonly ownership: Ownership,
    private readonly chance: () => number,
  ) {}

  get underWay(): number {
    return this.#underWay.size;
  }

  start(perSecond: number): void {
    this.#isOn = true;
    this.#loop = this.#keepAsking(perSecond);
  }

  /** Ends when all are answered. */
  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#loop;
    await Promise.all(this.#underWay);
    this.#agent.destroy();
  }

  /** Waits until so many more are answered. */
  async more(requests: number): Promise<void> {
    const wanted = this.answered + requests;
    while (this.answered < wanted) await sleep(10);
  }

  /** Waits until something holds, which takes requests. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await this.more(10);
  }

  async #keepAsking(perSecond: number): Promise<void> {
    const startedAt = performance.now();
    for (let i = 0; this.#isOn; i++) {
      const waitMs = startedAt + (i * 1_000) / perSecond - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      if (this.#underWay.size >= mostUnderWay) await Promise.race(this.#underWay);
      const asked = this.#ask();
      this.#underWay.add(asked);
      void asked.then(() => this.#underWay.delete(asked));
    }
  }

  async #ask(): Promise<void> {
    const userId = `user-${Math.floor(this.chance() * userNumber)}`;
    const region = regions[this.chance() < 0.7 ? 0 : 1];
    const isMint = this.chance() < 0.7;
    const variables = isMint ? { region } : { input: { region, deviceId: `device of ${userId}` } };
    const requestId = `load-${++this.#count}`;
    const authorization = await this.callers.authorizationOf(userId);
    const sentAt = performance.now();
    const what = await this.#send(
      { authorization, "x-request-id": requestId },
      { query: isMint ? mint : open, variables },
    )
      .then((answer) => this.#problemOf(region, userId, answer))
      .catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
    this.answered++;
    this.times.push(performance.now() - sentAt);
    if (what !== undefined) this.failures.push({ requestId, what });
  }

  #problemOf(region: string, userId: string, { status, body }: Answered): string | undefined {
    if (status !== 200 || body === undefined) return `${body?.errors?.[0]?.extensions.code ?? "status"} ${status}`;
    const entry = body.data?.entry;
    if (!entry) return body.errors?.[0]?.extensions.code ?? "no data";
    this.ownership.check(region, userId, entry);
    this.tokens.push(entry.token ?? entry.accessToken ?? "");
    if (this.tokens.length > mostTokens) this.tokens.shift();
    return undefined;
  }

  #send(headers: Record<string, string>, operation: object): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.url}/graphql`, {
        method: "POST",
        agent: this.#agent,
        headers: { "content-type": "application/json", ...headers },
        signal: AbortSignal.timeout(patienceMs),
      });
      outgoing.once("error", reject).once("response", (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body: parsed(body) }), reject);
      });
      outgoing.end(JSON.stringify(operation));
    });
  }
}

interface Answered {
  readonly status: number;
  /** Undefined: it is not JSON, as nginx's own answers. */
  readonly body: Body | undefined;
}

interface Body {
  readonly data?: { readonly entry?: Entry };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

function parsed(text: string): Body | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How often each thing went wrong. */
export function tally(failures: readonly Failure[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { what } of failures) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}
