import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { child } from "./children.js";
import { keptPort } from "./ports.js";

/** Debian's package nginx. */
export const nginxPath = "/usr/sbin/nginx";

/** Where this is bundled to is as deep as where it lies. */
const recipePath = fileURLToPath(new URL("../../deploy/nginx.conf", import.meta.url));

const startMs = 10_000;

/** nginx with the recipe in `deploy/nginx.conf`. */
export interface Nginx {
  /** Where it listens, such as http://127.0.0.1:20000. */
  readonly url: string;
  /** The lines of its access log, of which there must be so many. */
  log(least: number): Promise<readonly string[]>;
  /** What it complained of. */
  readonly errors: () => string;
  close(): Promise<void>;
}

/** Starts it in front of gateways on these ports of loopback. */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-nginx-"));
  const port = await keptPort();
  await writeFile(join(folder, "recipe.conf"), fitted(await readFile(recipePath, "utf8"), port, ports, folder));
  await writeFile(join(folder, "nginx.conf"), around(folder));
  const nginx = child(nginxPath, ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  nginx.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  await untilListening(nginx, port, () => complaints);
  return {
    url: `http://127.0.0.1:${port}`,
    async log(least) {
      for (;;) {
        const lines = (await readFile(join(folder, "access.log"), "utf8")).split("\n").filter(Boolean);
        if (lines.length >= least) return lines;
        await sleep(5);
      }
    },
    errors: () => complaints,
    async close() {
      const ended = once(nginx, "exit");
      nginx.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** The recipe for this machine. Throws when it has no such lines. */
function fitted(recipe: string, port: number, gateways: readonly number[], folder: string): string {
  const blocks = /(?:^ +server 127\.0\.0\.1:\d+ .*;\n)+/gm;
  const listens = /^( +listen) 80;$/m;
  if (recipe.match(blocks)?.length !== 2 || !listens.test(recipe)) throw new Error("deploy/nginx.conf is another one");
  return recipe
    .replace(blocks, (block) => {
      const [line = ""] = block.split(/^/m);
      return gateways.map((gateway) => line.replace(/:\d+ /, `:${gateway} `)).join("");
    })
    .replace(listens, `$1 127.0.0.1:${port};`)
    .replaceAll("/var/log/nginx/", `${folder}/`);
}

/** What Debian's own file says around such a one, with every path in a folder. Workers are two, as they would be. */
function around(folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off;
user root;
pid ${folder}/nginx.pid;
worker_processes 2;
events { worker_connections 1024; }
http {
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};\n`).join("")}
  include ${folder}/recipe.conf;
}
`;
}

async function untilListening(nginx: ChildProcess, port: number, complaints: () => string): Promise<void> {
  const until = performance.now() + startMs;
  while (performance.now() < until && nginx.exitCode === null) {
    if (await isReachable(port)) return;
    await sleep(20);
  }
  throw new Error(`nginx does not start: ${complaints()}`);
}

function isReachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
