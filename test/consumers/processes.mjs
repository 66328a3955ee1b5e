// Child processes of the suite. Each leads a process group, so that it is ended with its own children by its id.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Longer than any step takes on a busy machine: only what hangs is ended so. */
const patienceMs = 300_000;
const graceMs = 10_000;
const running = new Set();
let isEnding = false;

/** Starts a process. `output.stdout` and `output.all` grow; `ended` gives its exit code or signal. */
function start(command, args, { cwd, env }) {
  if (isEnding) throw new Error("the suite is ending");
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", all: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
    output.all += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.all += text;
  });
  const ended = once(child, "close")
    .then(([code, signal]) => signal ?? code)
    .finally(() => running.delete(started));
  const started = { child, output, ended };
  running.add(started);
  return started;
}

/** Runs a process to its end and gives what it wrote to stdout; rejects with all its output when it fails. */
export async function run(command, args, options) {
  const started = start(command, args, options);
  const timer = setTimeout(() => signalGroup(started, "SIGKILL"), patienceMs);
  const end = await started.ended.finally(() => clearTimeout(timer));
  if (end === 0) return started.output.stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${end}\n${started.output.all}`);
}

/** Starts a process that stays, and waits until its stdout holds the pattern; gives the pattern's first group. */
export async function startUntil(pattern, command, args, options) {
  const started = start(command, args, options);
  const { child, output, ended } = started;
  const timer = setTimeout(() => signalGroup(started, "SIGKILL"), patienceMs);
  const printed = new Promise((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = pattern.exec(output.stdout);
      if (found) resolve(found[1]);
    });
    ended.then((end) => reject(new Error(`ended with ${end}\n${output.all}`)), reject);
  });
  return printed.finally(() => clearTimeout(timer));
}

/** Ends what still runs, and waits for it; nothing starts any more. */
export async function endAll() {
  isEnding = true;
  const all = [...running];
  for (const started of all) signalGroup(started, "SIGTERM");
  const timer = setTimeout(() => all.map((started) => signalGroup(started, "SIGKILL")), graceMs);
  await Promise.allSettled(all.map(({ ended }) => ended));
  clearTimeout(timer);
}

function signalGroup({ child }, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: it has ended meanwhile.
    if (error.code !== "ESRCH") throw error;
  }
}
