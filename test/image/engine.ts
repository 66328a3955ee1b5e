import { execFileSync, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Canary } from "../support/canary.js";
import { type Running, watched } from "../support/process.js";

/** Debian's buildah and podman over a store of their own, as they work within a container: without overlayfs. */
export class Engine {
  readonly #store: readonly string[];

  constructor(private readonly folder: string) {
    this.#store = ["--root", join(folder, "store"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"];
  }

  buildah(...args: readonly string[]): string {
    return execFileSync("buildah", [...this.#store, ...args], { encoding: "utf8", stdio: "pipe" });
  }

  podman(...args: readonly string[]): string {
    return execFileSync("podman", [...this.#podmanOptions, ...args], { encoding: "utf8", stdio: "pipe" });
  }

  /** An image of what `fill` puts into a folder. */
  async imageOf(name: string, fill: (folder: string) => Promise<void>): Promise<void> {
    const folder = join(this.folder, "contents", name);
    const file = join(this.folder, `${name}.containerfile`);
    await mkdir(folder, { recursive: true });
    await fill(folder);
    await writeFile(file, "FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n");
    this.build("--file", file, "--tag", `localhost/${name}`, folder);
  }

  build(...args: readonly string[]): void {
    this.buildah("build", "--isolation", "chroot", "--format", "docker", "--pull-never", ...args);
  }

  /** Runs a container on this machine's network, on a read-only root and without any capability. */
  run(options: readonly string[], image: string, env: Record<string, string> = {}): Running {
    const canary = new Canary();
    canary.watchEnv(env);
    const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];
    const bare = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "host"];
    const variables = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const args = [...this.#podmanOptions, "run", "--rm", ...limits, ...bare, ...variables, ...options, image];
    return watched(spawn("podman", args), canary);
  }

  get #podmanOptions(): readonly string[] {
    return [...this.#store, "--cgroup-manager", "cgroupfs", "--runtime", "runc"];
  }
}
