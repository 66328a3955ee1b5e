import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The setting that lets a process run this module before its own. */
export async function preloading(module: string): Promise<{ NODE_OPTIONS: string }> {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "preload.mjs");
  await writeFile(path, module);
  return { NODE_OPTIONS: `--import=${path}` };
}
