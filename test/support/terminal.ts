import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Finished, watched } from "./process.js";

/** What serves until it is stopped, in a terminal of its own. */
const server = /^(?:[A-Z_]+=\S+ )*npm (?:start|run cli -- emulator)\b/;
const serves = /^(?:Listening on |# Amity emulator:).*$/m;

/** Does a page's block start what serves until it is stopped? */
export function isServer(text: string): boolean {
  return server.test(text.replace(/^npm ci && /, ""));
}

/** Runs the blocks of a page as they are pasted, but for ports that are free here and packages that are there. */
export class Terminals {
  #serving: ChildProcess | undefined;

  /** `folder`: the checkout. `ports`: each port that a page may name, with the one that is taken for it. */
  constructor(
    private readonly folder: string,
    private readonly ports: Readonly<Record<string, number>>,
  ) {}

  get isServing(): boolean {
    return this.#serving !== undefined;
  }

  /** Starts what a block starts, in the place of what was started before, and waits until it serves. */
  async serve(text: string): Promise<void> {
    await this.close();
    const running = this.#shell(text, { PORT: String(this.ports["4000"]) });
    this.#serving = running.child;
    await running.printed(serves);
  }

  /** Runs a block to its end, whatever that is. */
  run(text: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.#shell(text, env).finished;
  }

  /** The text with what is here in the place of what a page can name. */
  here(text: string): string {
    const moved = text.replace(/\b4[01]00\b/g, (port) => String(this.ports[port] ?? port));
    const here = moved.replace(/^npm ci && /, "").replaceAll("/run/secrets/", "secrets/");
    // Through the link it would empty the packages of the project itself.
    if (/\bnpm (?:ci|i|install)\b/.test(here)) throw new Error(`changes packages: ${text}`);
    return here;
  }

  async close(): Promise<void> {
    const child = this.#serving;
    this.#serving = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-(child.pid ?? 0), "SIGTERM");
    await once(child, "close");
  }

  /** A shell in the checkout. It and all below it are of one process group. */
  #shell(text: string, env: Readonly<Record<string, string>>) {
    const { PATH, HOME } = process.env;
    const all = { PATH, HOME, CURL_HOME: this.folder, npm_config_update_notifier: "false", ...env };
    const options = { cwd: this.folder, env: all, detached: true };
    return watched(spawn("bash", ["--norc", "-euo", "pipefail", "-c", this.here(text)], options));
  }
}
