import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface ClientModule {
  readonly path: string;
  remove(): Promise<void>;
}

/** `amity-graphql/client` as one file, made from its sources. */
export async function makeClientModule(): Promise<ClientModule> {
  const folder = await mkdtemp(join(tmpdir(), "client-module-"));
  const path = join(folder, "client.mjs");
  const entryPoints = [fileURLToPath(new URL("../../src/client/index.ts", import.meta.url))];
  await build({ entryPoints, bundle: true, format: "esm", outfile: path });
  return { path, remove: () => rm(folder, { recursive: true }) };
}
