import { execFileSync, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import { type Running, watched } from "../support/process.js";

/** Long enough for npm and a build on a busy machine; nothing waits for it to pass. */
const patienceMs = 40_000;
jest.setTimeout(patienceMs + 5_000); // the processes are ended first, so that none is left

const root = fileURLToPath(new URL("../../", import.meta.url));

/** `npm start` in a process group of its own, of which nothing is left when `use` ends. */
async function withNpmStart(
  setup: { readonly env?: Record<string, string>; readonly cwd?: string },
  use: (npm: Running) => Promise<void>,
): Promise<void> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, npm_config_update_notifier: "false", PORT: "0", ...setup.env };
  const child = spawn("npm", ["start"], { cwd: setup.cwd ?? root, env, detached: true });
  const endAll = () => {
    if (processes().some(({ group }) => group === child.pid)) process.kill(-(child.pid ?? 0), "SIGKILL");
  };
  const timer = setTimeout(endAll, patienceMs);
  try {
    await use(watched(child));
  } finally {
    clearTimeout(timer);
    endAll();
  }
}

const listening = /^Listening on (\S+)$/m;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

/** All processes that run. */
function processes(): readonly Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,pgid=,stat=,args="], { encoding: "utf8" });
  return [...table.matchAll(/^ *(\d+) +(\d+) +(\d+) +([^Z]\S*) +(.*)$/gm)].map(
    ([, pid, parent, group, , command = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      command,
    }),
  );
}

/** The processes of npm's group but npm itself. */
function below({ child }: Running): readonly Process[] {
  return processes().filter(({ group, pid }) => group === child.pid && pid !== child.pid);
}

describe("npm start", () => {
  test("serves from one process beside npm itself", async () => {
    await withNpmStart({}, async (npm) => {
      const url = await npm.printed(listening);
      expect((await fetch(new URL("/readyz", url))).status).toBe(200);
      expect(below(npm)).toMatchObject([{ parent: npm.child.pid, command: expect.stringMatching(/^node .*start/) }]);
    });
  });

  test.each([
    ["SIGTERM", "npm"],
    ["SIGINT", "npm"],
    ["SIGTERM", "the server"],
    ["SIGINT", "the server"],
  ] as const)("ends gracefully by %s to %s", async (signal, receiver) => {
    await withNpmStart({}, async (npm) => {
      await npm.printed(listening);
      const [server] = below(npm);
      process.kill((receiver === "npm" ? npm.child.pid : server?.pid) ?? 0, signal);
      expect((await npm.finished).code).toBe(0);
      expect(below(npm)).toEqual([]);
    });
  });

  test("passes on the exit status of the server", async () => {
    await withNpmStart({ env: { AUTH_MODE: "nonsense" } }, async (npm) => {
      expect((await npm.finished).code).toBe(78);
    });
  });

  test("builds without a look at the types", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    try {
      for (const name of ["src", "schema", "package.json", "package-lock.json", "tsconfig.json"]) {
        await cp(join(root, name), join(cwd, name), { recursive: true });
      }
      await symlink(join(root, "node_modules"), join(cwd, "node_modules"));
      const app = join(cwd, "src/app.ts");
      await writeFile(app, `${await readFile(app, "utf8")}\nexport const wrong: number = "text";\n`);
      await withNpmStart({ cwd }, async (npm) => {
        expect(await npm.printed(listening)).toMatch(/^http:/);
      });
    } finally {
      await rm(cwd, { recursive: true });
    }
  });
});
