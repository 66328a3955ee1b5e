import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The built gateway in a process of its own. Gives its URL and its end; one that cannot start says why on stderr. */
export async function startGateway(env) {
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "start"], { env: { PORT: "0", ...env }, stdio: ["ignore", "pipe", 2] });
  process.on("exit", () => child.kill());
  const exited = once(child, "exit");
  const stop = () => {
    child.kill("SIGTERM");
    return exited;
  };
  for await (const line of createInterface(child.stdout)) {
    const url = /^Listening on (\S+)$/.exec(line)?.[1];
    if (!url) continue;
    child.stdout.resume();
    return { url, stop };
  }
  throw new Error("the gateway did not start");
}
