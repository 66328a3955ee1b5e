import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { child } from "./children.js";
import { keptPort } from "./ports.js";

/** Where this is bundled to is as deep as where it lies. */
const root = fileURLToPath(new URL("../../", import.meta.url));

const startMs = 60_000;
const mostKept = 200;

/** One of several gateways: the built one in production, on ports that it has again after a restart. */
export class FleetGateway {
  /** What it said last, at LOG_LEVEL=warn, and on stderr. */
  readonly said: string[] = [];
  #process: ChildProcess | undefined;
  #end: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly port: number,
    readonly adminPort: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<FleetGateway> {
    const gateway = new FleetGateway(await keptPort(), await keptPort(), env);
    await gateway.start();
    return gateway;
  }

  /** Rejects with what it said when it does not serve in the end. */
  async start(): Promise<void> {
    const gateway = child(process.execPath, ["--import", `${root}test/soak/inspection.mjs`, `${root}dist/main.js`], {
      env: {
        PATH: process.env["PATH"],
        NODE_ENV: "production",
        LOG_LEVEL: "warn",
        PORT: `${this.port}`,
        ADMIN_PORT: `${this.adminPort}`,
        ...this.env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#process = gateway;
    this.#end = once(gateway, "exit").then(([code, signal]) => code ?? signal);
    const isUp = await Promise.race([this.#listens(gateway), this.#end.then(() => false)]);
    if (!isUp) throw new Error(`a gateway does not start:\n${this.said.join("\n")}`);
  }

  /** Asks it to end. Gives its exit code, or the signal that it took, once it has. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<unknown> {
    this.#process?.kill(signal);
    return this.#end;
  }

  /** The sum of a metric's series. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.adminPort}/metrics`)).text();
    return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  }

  /** Bytes of its heap that are in use when nothing superfluous is left. */
  async heapInUse(): Promise<number> {
    const collected = this.#process && once(this.#process, "message");
    this.#process?.send({ collect: true });
    await collected;
    return this.metric("nodejs_heap_size_used_bytes");
  }

  #listens({ stdout, stderr }: ChildProcess): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), startMs);
      const hear = (line: string) => {
        this.said.push(line);
        if (this.said.length > mostKept) this.said.shift();
        if (!line.includes('"msg":"Listening on ')) return;
        clearTimeout(timer);
        resolve(true);
      };
      for (const output of [stdout, stderr]) if (output) createInterface(output).on("line", hear);
    });
  }
}
