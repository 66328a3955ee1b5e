import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { jwtEnv } from "../support/callers.js";
import { Client } from "./client.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Megabytes, as `--max-old-space-size` takes them. */
const oldSpace = 128;

/**
 * Old space, three semispaces of 16 MB, code, and Node.js itself with its buffers and allocator: more than that is held
 * by something that a caller can make grow. Bytes.
 */
const mostResident = 256 * 1_048_576;

/** Far more than any test needs: the number of its requests ends it. Milliseconds. */
export const mostTime = 600_000;

/** What the process has used so far: microseconds of CPU, and bytes of resident memory. */
export interface Usage {
  readonly cpu: number;
  readonly resident: number;
}

/** The built gateway in a process of its own, in production and with a small heap. */
export interface HostileGateway {
  readonly url: string;
  readonly client: Client;
  /** The most resident memory that was seen. Bytes. */
  readonly mostSeen: () => number;
  /** Throws when it uses more memory than it may, or has ended. */
  usage(): Promise<Usage>;
  /** Lets so much time go by on its monotonic clock. */
  skip(seconds: number): Promise<void>;
  /** The next line that it prints and that matches. Rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Has it read its files again. Gives what its log says of that. */
  reload(): Promise<string>;
  /** Ends it by SIGTERM. Throws when it does not end well, or has ended before. */
  stop(): Promise<void>;
}

/**
 * Settings of a production gateway, with every root field on, in front of an upstream at `url`, which knows callers by
 * `signedIn`'s tokens.
 */
export function productionEnv(url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    NODE_ENV: "production",
    AMITY_EU_BASE_URL: url,
    AMITY_EU_API_KEY: "canary-api-key",
    AMITY_EU_SERVER_KEY: "canary-server-key",
    AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
    AMITY_EU_VISITOR_SECRET: "canary-visitor-secret",
    VISITORS: "on",
    USER_PROFILES: "on",
    ...jwtEnv,
    ...more,
  };
}

/** Settings without limits that a repeated request, or a busy machine, would only test. */
export const unlimited = {
  RATE_LIMIT_USER: "0",
  RATE_LIMIT_SERVICE: "0",
  RATE_LIMIT_FAILED_AUTH: "0",
  VISITOR_LIMIT_ADDRESS: "0",
  VISITOR_LIMIT_DEVICE: "0",
  SHED_EVENT_LOOP_DELAY_MS: "0",
};

/** Runs `node dist/main.js start`. `hear`: gets each line that it prints. Rejects when it cannot start. */
export async function startHostileGateway(
  env: Record<string, string>,
  hear: (line: string) => void = () => {},
): Promise<HostileGateway> {
  const process = new GatewayProcess(env, hear);
  const [, url = ""] = await process.printed(/Listening on ([^\s"]+)/);
  const client = new Client(url);
  return {
    url,
    client,
    mostSeen: () => process.mostSeen,
    usage: () => process.ask({}),
    printed: (pattern) => process.printed(pattern),
    skip: async (skipSeconds) => void (await process.ask({ skipSeconds })),
    async reload() {
      const said = process.printed(/"changed files were (?:taken|kept out)/);
      process.child.kill("SIGHUP");
      return (await said).input;
    },
    async stop() {
      client.close();
      process.child.kill("SIGTERM");
      await process.stopped();
    },
  };
}

/** How much of a stack trace or a report tells why. Characters. */
const mostStderr = 4_000;

class GatewayProcess {
  readonly child: ChildProcess;
  readonly #end: Promise<unknown[]>;
  readonly #watchers = new Set<(line: string) => void>();
  #stderr = "";
  mostSeen = 0;

  constructor(env: Record<string, string>, hear: (line: string) => void) {
    const inspection = new URL("inspection.mjs", import.meta.url).href;
    const args = [`--max-old-space-size=${oldSpace}`, "--import", inspection, `${root}dist/main.js`, "start"];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env["PATH"], PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.child = child;
    this.#end = once(child, "exit");
    // Nothing is kept: some suites make it log for a hundred thousand requests.
    if (!child.stdout || !child.stderr) throw new Error("the gateway has no output");
    createInterface(child.stdout).on("line", (line) => {
      hear(line);
      for (const watch of this.#watchers) watch(line);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      hear(text);
      this.#stderr = (this.#stderr + text).slice(0, mostStderr);
    });
  }

  /** The next line that matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const watch = (line: string) => {
        const match = pattern.exec(line);
        if (!match) return;
        this.#watchers.delete(watch);
        resolve(match);
      };
      this.#watchers.add(watch);
    });
    return this.#beforeTheEnd(found);
  }

  async ask(question: object): Promise<Usage> {
    // Once it has ended, that is what the caller hears of.
    this.child.send(question, () => {});
    const [usage] = await this.#beforeTheEnd(once(this.child, "message"));
    this.mostSeen = Math.max(this.mostSeen, usage.resident);
    if (usage.resident <= mostResident) return usage;
    throw new Error(`${Math.round(usage.resident / 1_048_576)} MB are resident`);
  }

  async stopped(): Promise<void> {
    const [code] = await this.#end;
    if (code !== 0) throw await this.#fault();
  }

  async #beforeTheEnd<T>(work: Promise<T>): Promise<T> {
    const ended = this.#end.then(async () => {
      throw await this.#fault();
    });
    return Promise.race([work, ended]);
  }

  async #fault(): Promise<Error> {
    const [code, signal] = await this.#end;
    return new Error(`the gateway has ended with ${code ?? signal}\n${this.#stderr}`);
  }
}
