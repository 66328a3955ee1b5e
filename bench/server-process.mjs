import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

/** A candidate in a process of its own, whose log is read all the while. */

const addressPattern = /Listening on (http:\/\/127\.0\.0\.1:\d+)/;
const startMs = 20_000;
const stopMs = 15_000;
const mostKept = 4_000;

/** Clock ticks of /proc, which Linux counts in hundredths of a second for programs. */
const microsecondsPerTick = 10_000;

/** A server must not outlive the bench, however that ends. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts it in `folder`, and waits until it says where it listens. `died` rejects when the process ends before it is
 * told to; nobody can measure a server that is gone.
 */
export async function startServer(name, { command, env, folder, node = process.execPath }) {
  const child = spawn(node, command, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { text: "", bytes: 0 };
  let isStopping = false;
  running.add(child);
  const exit = once(child, "exit").finally(() => running.delete(child));
  const died = exit.then(([code, signal]) => {
    if (!isStopping) throw new Error(`${name} ended by itself (${signal ?? `exit ${code}`}):\n${output.text}`);
  });
  died.catch(() => {});
  const url = await Promise.race([addressIn(child, output), died, tooLate(name, output)]);
  const readProc = (file) => readFile(`/proc/${child.pid}/${file}`, "utf8");
  return {
    name,
    url,
    died,
    pid: child.pid,
    logBytes: () => output.bytes,
    cpuMicroseconds: async () => cpuMicrosecondsIn(await readProc("stat")),
    memory: async () => memoryIn(await readProc("status")),
    async stop() {
      isStopping = true;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await exit;
      clearTimeout(timer);
    },
  };
}

/** Reads both pipes to their ends, so that no server ever waits for a reader. The last of them is kept for messages. */
function addressIn(child, output) {
  return new Promise((resolve) => {
    let isFound = false;
    const read = (chunk) => {
      output.bytes += chunk.length;
      if (isFound && chunk.length > mostKept) return;
      output.text = (output.text + chunk).slice(-mostKept);
      const address = isFound ? undefined : addressPattern.exec(output.text)?.[1];
      if (!address) return;
      isFound = true;
      resolve(address);
    };
    child.stdout.setEncoding("latin1").on("data", read);
    child.stderr.setEncoding("latin1").on("data", read);
  });
}

function tooLate(name, output) {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error(`${name} does not listen after ${startMs / 1_000} s:\n${output.text}`));
    setTimeout(fail, startMs).unref();
  });
}

/** User and system time of all threads (proc(5)); the name in brackets may hold spaces. */
function cpuMicrosecondsIn(stat) {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}

/** Resident memory now and at its highest, in megabytes of 1,000,000 bytes. */
function memoryIn(status) {
  const of = (field) => (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1_024) / 1e6;
  return { residentMb: of("VmRSS"), highestMb: of("VmHWM") };
}
