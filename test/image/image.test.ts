import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { jwtEnv, signedIn } from "../support/callers.js";
import { listening, type Running } from "../support/process.js";
import { closedPort } from "../support/sockets.js";
import { describeWith } from "../support/system-programs.js";
import { type Answer, withUpstream } from "../support/upstream.js";
import { fillBuildBase, fillRuntimeBase } from "./bases.js";
import { Engine } from "./engine.js";

jest.setTimeout(120_000); // a container of a store without overlayfs is a copy of the image

const root = fileURLToPath(new URL("../../", import.meta.url));
const image = "localhost/amity-graphql";
const mostCompressedBytes = 110_000_000;

describeWith(
  "/usr/bin/buildah",
  "/usr/bin/podman",
  "/usr/sbin/runc",
  "/bin/busybox",
)("the image", () => {
  let folder = "";
  let engine: Engine;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "amity-graphql-image-"));
    engine = new Engine(folder);
    await engine.imageOf("build-base", fillBuildBase);
    await engine.imageOf("base", fillRuntimeBase);
    const bases = ["--build-arg", "BUILD_BASE=localhost/build-base", "--build-arg", "BASE=localhost/base"];
    // What this machine has fetched already needs not come over the network again.
    const cache = execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
    engine.build(...bases, "--volume", `${cache}:/root/.npm`, "--tag", image, root);
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a gateway for callers before this Amity, whose server key lies in a file; ends it by SIGTERM. */
  async function withContainer(
    answer: Answer,
    use: (scene: { ask: () => Promise<unknown>; secrets: Secrets; name: string }) => Promise<void>,
    health: readonly string[] = ["--no-healthcheck"],
  ) {
    const secrets = await Secrets.create(await mkdtemp(join(folder, "secrets-")));
    await secrets.put("server-key", "canary-server-key-1");
    const name = `gateway-${secrets.id}`;
    const port = String(await closedPort());
    let running: Running | undefined;
    await withUpstream(answer, async ({ url }) => {
      const env = {
        ...jwtEnv,
        RATE_LIMIT_USER: "0",
        PORT: port,
        ADMIN_PORT: String(await closedPort()),
        AMITY_EU_BASE_URL: url,
        AMITY_EU_SERVER_KEY_FILE: "/run/secrets/amity/server-key",
      };
      running = engine.run(
        [...health, "--name", name, "--volume", `${secrets.folder}:/run/secrets/amity:ro`],
        image,
        env,
      );
      try {
        await running.printed(listening);
        const headers = { "content-type": "application/json", ...(await signedIn("alice")) };
        const body = JSON.stringify({ query: "{ authToken { userId token } }" });
        const ask = async () =>
          (await fetch(`http://127.0.0.1:${port}/graphql`, { method: "POST", headers, body })).json();
        await use({ ask, secrets, name });
      } finally {
        running.child.kill("SIGTERM");
        await running.finished;
      }
    });
    return running?.finished;
  }

  test("answers on a read-only root, and ends by SIGTERM with 0", async () => {
    const end = await withContainer(namingKeys, async ({ ask }) => {
      expect(await ask()).toEqual({ data: { authToken: { userId: "alice", token: "token-by-1" } } });
    });
    expect([end?.code, end?.stderr]).toEqual([0, ""]);
  });

  test("is not root, and may write nowhere", async () => {
    await withContainer(namingKeys, async ({ name }) => {
      const code = "require('fs').writeFileSync('/app/x','')";
      const write = () => engine.podman("exec", name, "/usr/local/bin/node", "-e", code);
      expect(write).toThrow("EROFS");
      expect(engine.podman("exec", name, "/usr/local/bin/node", "-p", "process.getuid()")).toBe("65532\n");
    });
  });

  test("says by its own healthcheck that it lives", async () => {
    await withContainer(
      namingKeys,
      async ({ name }) => {
        expect(engine.podman("healthcheck", "run", name)).toBe("");
        const health = ["/usr/local/bin/node", "/app/dist/main.js", "healthcheck", "--ready"];
        expect(engine.podman("exec", name, ...health)).toBe("ready\n");
      },
      [],
    );
  });

  test("takes up secrets that are swapped as Kubernetes does it", async () => {
    await withContainer(namingKeys, async ({ ask, secrets }) => {
      await ask();
      await secrets.put("server-key", "canary-server-key-2");
      let answer: unknown;
      do answer = await ask();
      while (JSON.stringify(answer).includes("token-by-1"));
      expect(answer).toEqual({ data: { authToken: { userId: "alice", token: "token-by-2" } } });
    });
  });

  test("without settings says which it lacks, with status 78", async () => {
    const { code, stderr } = await engine.run(["--no-healthcheck"], image).finished;
    expect([code, stderr]).toEqual([78, expect.stringContaining("AUTH_MODE")]);
  });

  test("says what it is", async () => {
    const { config } = JSON.parse(engine.buildah("inspect", image)).Docker;
    const { version, license } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
    expect(config.Labels).toMatchObject({
      "org.opencontainers.image.title": "amity-graphql",
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": license,
    });
    expect(config.User).toBe("65532:65532");
    expect(config.Healthcheck.Test).toEqual(["CMD", "/usr/local/bin/node", "/app/dist/main.js", "healthcheck"]);
  });

  test("holds no npm, no shell, no sources and no development packages", async () => {
    const mount = engine.podman("image", "mount", image).trim();
    const files = await readdir(mount, { recursive: true });
    const unwanted =
      /(?:^|\/)(?:npm|npx|sh|bash|busybox|\.env)$|\.d\.ts$|\.map$|^app\/(?:src|test|node_modules\/(?:typescript|esbuild|jest))$/;
    expect(files.filter((path) => unwanted.test(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["app/dist/main.js", "app/node_modules/ioredis", "app/LICENSE"]));
    engine.podman("image", "unmount", image);
  });

  test(`is of at most ${mostCompressedBytes / 1e6} MB, compressed`, async () => {
    const target = join(folder, "pushed");
    engine.buildah("push", "--format", "docker", image, `dir:${target}`);
    const names = await readdir(target);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(target, name))).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    process.stdout.write(`The image has ${(bytes / 1e6).toFixed(1)} MB, compressed.\n`);
    expect(bytes).toBeLessThan(mostCompressedBytes);
  });
});

/** Answers with a token that names the server key that it was asked with. */
const namingKeys: Answer = (response, { headers }) =>
  response.writeHead(200).end(`"token-by-${String(headers["x-server-key"]).at(-1)}"`);

/** Secrets as Kubernetes keeps them: files are links into `..data`, itself a link that is replaced at once. */
class Secrets {
  #version = 0;

  private constructor(readonly folder: string) {}

  static async create(folder: string): Promise<Secrets> {
    await chmod(folder, 0o755);
    return new Secrets(folder);
  }

  get id(): string {
    return this.folder.slice(-6);
  }

  async put(name: string, text: string): Promise<void> {
    const version = `..version-${++this.#version}`;
    await mkdir(join(this.folder, version));
    await writeFile(join(this.folder, version, name), text);
    await symlink(version, join(this.folder, "..data_tmp"));
    await rename(join(this.folder, "..data_tmp"), join(this.folder, "..data"));
    if (this.#version === 1) await symlink(join("..data", name), join(this.folder, name));
    else await rm(join(this.folder, `..version-${this.#version - 1}`), { recursive: true });
  }
}
