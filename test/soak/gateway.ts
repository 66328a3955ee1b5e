import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Log, says } from "./log.js";

/** Where this is bundled to is as deep as where it lies. */
const root = fileURLToPath(new URL("../../", import.meta.url));

const listening = /^Listening on /;
const listens = says({ msg: listening });

const startMs = 60_000;
const stopMs = 60_000;

/** The built gateway in a process of its own, in production. */
export class GatewayProcess {
  readonly log: Log;
  readonly #child: ChildProcess;
  readonly #end: Promise<unknown[]>;
  hasEnded = false;
  url = "";
  adminUrl = "";

  private constructor(env: Readonly<Record<string, string>>, log: Log) {
    this.log = log;
    const child = spawn(process.execPath, ["--import", `${root}test/soak/inspection.mjs`, `${root}dist/main.js`], {
      env: { PATH: process.env["PATH"], NODE_ENV: "production", PORT: "0", ADMIN_PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    if (!child.stdout || !child.stderr) throw new Error("the gateway has no output");
    createInterface(child.stdout).on("line", (line) => this.log.hear(line));
    createInterface(child.stderr).on("line", (line) => this.log.hear(line));
    this.#child = child;
    this.#end = once(child, "exit");
    void this.#end.then(() => {
      this.hasEnded = true;
    });
    process.on("exit", () => child.kill("SIGKILL"));
  }

  /** Starts it with these settings; `log` hears what it prints. Rejects with that when it does not start. */
  static async start(env: Readonly<Record<string, string>>, log: Log): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(env, log);
    const isUp = await Promise.race([log.holds(listens, 0, startMs), gateway.#end]);
    if (isUp !== true) throw new Error(`the gateway does not start:\n${log.other.join("\n")}`);
    gateway.url = String(log.find(listens)?.["msg"]).replace(listening, "");
    gateway.adminUrl = String(log.find(says({ msg: "metrics and health" }))?.["url"]);
    return gateway;
  }

  /** SIGHUP: it is to read its files now. */
  hangUp(): void {
    this.#child.kill("SIGHUP");
  }

  /** From now on nobody reads its log, or somebody does again. */
  readLog(isRead: boolean): void {
    if (isRead) this.#child.stdout?.resume();
    else this.#child.stdout?.pause();
  }

  /** Sets its wall clock ahead or back. */
  async stepClock(stepMs: number): Promise<void> {
    await this.#tell({ stepMs });
  }

  async collectGarbage(): Promise<void> {
    await this.#tell({ collect: true });
  }

  /** Its metrics now: the sum of each name's series. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(new URL("/metrics", this.adminUrl))).text();
    const sums = new Map<string, number>();
    for (const [, name = "", value] of text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)) {
      sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
    return sums;
  }

  /** Ends it by SIGTERM. Gives its exit code, or the signal that it took. */
  async stop(): Promise<unknown> {
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    this.#child.kill("SIGTERM");
    const [code, signal] = await this.#end;
    clearTimeout(killer);
    return code ?? signal;
  }

  async #tell(message: object): Promise<void> {
    this.#child.send(message);
    await once(this.#child, "message");
  }
}
