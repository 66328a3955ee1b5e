import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Gives an app a command and waits until it has carried it out. */
export type Tell<Outcome> = (command: string, options?: object) => Promise<Outcome>;

/** An app with one of Amity's SDKs: its module, and what that takes as arguments. */
export interface App {
  readonly path: string;
  readonly args: readonly string[];
  /** How long it may live. Milliseconds. */
  readonly patienceMs: number;
}

/**
 * Runs an app as a process that ends when `use` does. A command that it refuses rejects with the `refusal` that the app
 * sent and the outcome beside it; when the process ends in the middle of a command, that rejects with what it printed.
 */
export async function withApp<Outcome>(
  { path, args, patienceMs }: App,
  use: (tell: Tell<Outcome>) => Promise<void>,
): Promise<void> {
  const env = { PATH: process.env["PATH"] };
  const execArgv = ["--disable-warning=ExperimentalWarning"]; // of Node's mock timers
  const child = fork(path, args, { env, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"], timeout: patienceMs });
  const ended = endOf(child);
  const failed = ended.then((end) => Promise.reject(new Error(`the app ended with ${end}`)));
  failed.catch(() => {}); // it ends after `use` too, when nobody waits for a command
  const tell: Tell<Outcome> = async (command, options) => {
    child.send({ command, ...options });
    const [{ refusal, ...outcome }] = await Promise.race([once(child, "message"), failed]);
    if (refusal) throw Object.assign(new Error(refusal.message), refusal, outcome);
    return outcome;
  };
  try {
    await use(tell);
  } finally {
    child.kill();
    await ended;
  }
}

/** The signal or exit code of the process and what it wrote to stderr, once it has ended. */
async function endOf(child: ChildProcess): Promise<string> {
  const [stderr, [code, signal]] = await Promise.all([child.stderr ? text(child.stderr) : "", once(child, "close")]);
  return `${signal ?? code}: ${stderr}`;
}
