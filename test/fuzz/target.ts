import { isIP } from "node:net";
import { setTimeout } from "node:timers/promises";
import { costOf, mostFor, type Sample, warmUp } from "../hostile/cost.js";
import { type HostileGateway, startHostileGateway } from "../hostile/gateway.js";
import { goodToken } from "../hostile/members/tokens.js";
import { Canary } from "../support/canary.js";
import { bearer } from "../support/tokens.js";
import { type Exchanged, post } from "./exchange.js";

/** One input, sent. Each use is another one of its kind, so that nothing that was kept of the last one helps. */
export interface Attempt extends Sample {
  readonly use: () => Promise<Exchanged>;
  /** What of it must be repeated nowhere, besides the secrets that are in every input. */
  readonly secret?: string;
}

/** Stands wherever an input may hold a secret: in values, which are never repeated. */
export const canary = "C4N4RY-aixeC3qu";

/** What the log says of a fault of ours, as JSON and as text. */
const fault = /"?stack"?: ?\[|internal error|unexpected fault|an answer cannot be sent/;

/** An audit names the user, users or device that were asked for, whatever the caller took for them. */
const audited = /"?(?:userId|deviceId)"?: ?"(?:[^"\\]|\\.)*"|"?userIds"?: ?\[(?:\s*"(?:[^"\\]|\\.)*",?)*\s*\]/g;

/** A visitor's signature says which device it is for. */
const signedDevice = /"deviceId":"(?:[^"\\]|\\.)*"/g;

const plainBody = Buffer.from('{"query":"{ regions { code } }"}');

/** The built gateway in a process of its own, and what must hold of it whatever it is given. */
export class Target {
  readonly #canary = new Canary();
  #lines: string[] = [];
  #gateway: HostileGateway | undefined;
  #marks = 0;
  /** CPU of one plain request, at the best. Microseconds. */
  #plain = Number.POSITIVE_INFINITY;

  /** `caller`: the header of a caller; a new one of alice for each request where none is given. */
  constructor(
    private readonly env: Record<string, string>,
    private readonly caller?: { readonly authorization: string },
  ) {
    this.#canary.watchEnv(env);
    this.#canary.watch(canary);
  }

  async start(): Promise<void> {
    this.#gateway = await startHostileGateway(this.env, (line) => this.#lines.push(line));
    await warmUp(this.#gateway);
  }

  /** Comes last of all that ends: it throws when the process has not ended well. */
  async stop(): Promise<void> {
    await this.gateway.stop();
  }

  get gateway(): HostileGateway {
    if (!this.#gateway) throw new Error("the gateway is not started");
    return this.#gateway;
  }

  /** Lines of the log that the last attempt left. */
  get logged(): readonly string[] {
    return this.#lines;
  }

  /** Sends a body as the caller; `headers` may say otherwise. */
  send(body: Uint8Array, headers: readonly string[] = []): Promise<Exchanged> {
    const isOther = headers.some((line) => line.startsWith("authorization:"));
    const { authorization } = this.caller ?? bearer(goodToken("alice", "amity:users:write amity:users:roles"));
    const own = isOther ? [] : [`authorization: ${authorization}`];
    return post(this.gateway.url, [...own, ...headers], body);
  }

  /**
   * Makes an attempt, and throws what is wrong with its answer, its log lines, its cost, or the process after it.
   * `mayHold`: may this answer hold the canary, as what Amity gives to a client?
   */
  async check(
    attemptOf: (run: number) => Attempt | Promise<Attempt>,
    mayHold: (answer: Exchanged) => boolean = () => false,
  ): Promise<Exchanged> {
    try {
      return await this.#check(attemptOf, mayHold);
    } catch (finding) {
      // So that the next input, perhaps this one made smaller, finds it alive.
      await this.gateway.client.livez().catch(() => this.start());
      throw finding;
    }
  }

  async #check(
    attemptOf: (run: number) => Attempt | Promise<Attempt>,
    mayHold: (answer: Exchanged) => boolean,
  ): Promise<Exchanged> {
    const { bytes, use, secret = "" } = await attemptOf(0);
    const own = new Canary();
    own.watch(secret);
    this.#lines = [];
    const before = await this.gateway.usage();
    const answer = await use();
    const { cpu } = await this.gateway.usage();
    await this.#mark();
    checkAnswer(answer);
    const received = answer.received.replace(signedDevice, "");
    if (!mayHold(answer)) this.#canary.search(`the answer ${answer.received}`, received);
    own.search(`the answer ${answer.received}`, answer.received);
    const log = this.#lines.join("\n");
    own.search(`the log ${log}`, log);
    this.#canary.search(`the log ${log}`, log.replace(audited, ""));
    for (const line of this.#lines) checkLine(line);
    if (cpu - before.cpu > mostFor(bytes) * this.#plain) await this.#measure(attemptOf);
    return answer;
  }

  /** Is it cheap after all? A single measurement holds whatever else the process did. */
  async #measure(attemptOf: (run: number) => Attempt | Promise<Attempt>): Promise<void> {
    const { multiple, most } = await costOf(this.gateway, attemptOf);
    if (multiple <= most) return;
    throw new Error(`it costs ${multiple.toFixed(0)} plain requests, and ${most.toFixed(0)} are the most`);
  }

  /** A plain request of nobody, which must be answered, and whose line in the log comes after all the lines before. */
  async #mark(): Promise<void> {
    const mark = `mark-${this.#marks++}-`;
    const before = await this.gateway.usage();
    const line = this.gateway.printed(new RegExp(mark));
    // Awaited below; until then the process may end.
    line.catch(() => {});
    const { status, code } = await post(this.gateway.url, [`x-request-id: ${mark}`], plainBody);
    await line;
    if (code === "OVERLOADED") {
      // What came before has filled the small heap.
      await setTimeout(100);
      return this.#mark();
    }
    if (status !== 200 || code) throw new Error(`a plain request after it is answered ${status} ${code}`);
    this.#plain = Math.min(this.#plain, (await this.gateway.usage()).cpu - before.cpu);
  }
}

function checkAnswer({ status, received, requestId }: Exchanged): void {
  if (status === 0) throw new Error("there is no answer");
  if (status === 500 || received.includes("INTERNAL_SERVER_ERROR")) throw new Error(`a fault is answered: ${received}`);
  if (!/^[\w-]{1,64}$/.test(requestId)) throw new Error(`no id for a request: ${requestId}`);
}

/** Lines of a production gateway are JSON, and name an address or none. */
function checkLine(line: string): void {
  if (fault.test(line)) throw new Error(`a fault in the log: ${line}`);
  if (!line.startsWith("{")) return;
  const { address = "" } = JSON.parse(line);
  if (address !== "" && isIP(address) === 0) throw new Error(`no address in the log: ${line}`);
}
