import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Canary } from "./canary.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a gateway prints once it serves: a line of its own, or of JSON in production. */
export const listening = /^(?:Listening on (?=\S+$)|\{.*"msg":"Listening on (?=[^"]+"\}$))([^\s"]+)/m;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Waits until stdout holds the pattern; gives its first group. Rejects when the process ends before. */
  printed(pattern: RegExp): Promise<string>;
  readonly finished: Promise<Finished>;
}

/** The built command as users run it, in an environment that holds nothing but `env`. Needs a build. */
export function command(args: readonly string[], env: Record<string, string> = {}, cwd = root): Running {
  const canary = new Canary();
  // The emulator prints its keys: they are made up, and that is its purpose.
  if (args[0] !== "emulator") canary.watchEnv(env);
  const child = spawn(process.execPath, [`${root}dist/main.js`, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
  });
  return watched(child, canary);
}

/** The built command with arguments, as `"$@"` in a line of the shell that can limit or redirect it. Needs a build. */
export function shellCommand(line: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const canary = new Canary();
  canary.watchEnv(env);
  const child = spawn("/bin/sh", ["-c", line, "sh", process.execPath, `${root}dist/main.js`, ...args], {
    env: { PATH: process.env["PATH"], ...env },
  });
  return watched(child, canary);
}

/** What a process prints, and how it ends; `canary` searches all of it. */
export function watched(child: ChildProcessWithoutNullStreams, canary = new Canary()): Running {
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const watch of watchers) watch();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("close", (code) => {
      try {
        canary.search("the output of the process", stdout + stderr);
        resolve({ code, stdout, stderr });
      } catch (leak) {
        reject(leak);
      }
    });
  });
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const watch = () => {
        const found = pattern.exec(stdout);
        if (!found) return;
        watchers.delete(watch);
        resolve(found[1] ?? found[0]);
      };
      watchers.add(watch);
      watch();
      finished.then((end) => reject(new Error(`ended with ${end.code}: ${end.stdout}${end.stderr}`)));
    });
  return { child, printed, finished };
}

/** Runs the command to its end. */
export function run(args: readonly string[], env?: Record<string, string>, cwd?: string): Promise<Finished> {
  return command(args, env, cwd).finished;
}

/** A gateway process on a free port, ended by SIGTERM when `use` ends. Gives what the process left behind. */
export async function withGatewayProcess(
  env: Record<string, string>,
  use: (url: string, running: Running) => Promise<void>,
): Promise<Finished> {
  const running = command(["start"], { PORT: "0", ...env });
  try {
    await use(await running.printed(listening), running);
  } finally {
    // A second signal would end it at once.
    if (!running.child.killed) running.child.kill("SIGTERM");
  }
  return running.finished;
}
