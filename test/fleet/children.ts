import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/** A process that does not outlive this one. */
export function child(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const started = spawn(command, args, options);
  living.add(started);
  started.once("exit", () => living.delete(started));
  return started;
}
