import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";

/** Keys, certificates and lists of service keys are a few kilobytes. */
const mostBytes = 1_048_576;

/** A pipe or a device could hold its reader for ever; and opening one may do something. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** What a file is of no use for, in fixed words that follow its name. */
class UnusableFile extends Error {}

/**
 * The text of a regular file of at most 1 MiB; symbolic links are followed. Throws for anything else: see fileProblem.
 */
export async function readRegularFile(path: string): Promise<string> {
  checkKind(await stat(path));
  const handle = await open(path, openFlags);
  try {
    checkKind(await handle.stat());
    return await textOf(handle);
  } finally {
    await handle.close();
  }
}

/** Sizes are not to be relied on: a file may grow, and what the kernel makes up has none. */
async function textOf(handle: FileHandle): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of handle.createReadStream({ autoClose: false, end: mostBytes })) {
    chunks.push(chunk);
    size += chunk.length;
  }
  checkSize(size);
  return Buffer.concat(chunks).toString("utf8");
}

/** The same for the start, where nothing is served yet. */
export function readRegularFileSync(path: string): string {
  checkKind(statSync(path));
  const descriptor = openSync(path, openFlags);
  try {
    const facts = fstatSync(descriptor);
    checkKind(facts);
    checkSize(facts.size);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

function checkKind(facts: { isFile(): boolean }): void {
  if (!facts.isFile()) throw new UnusableFile("is not a regular file");
}

function checkSize(bytes: number): void {
  if (bytes > mostBytes) throw new UnusableFile("is larger than 1 MiB");
}

/** Why a file cannot be had, in words that follow its name. Node's own errors name the path: they are not repeated. */
export function fileProblem(error: unknown): string | undefined {
  if (error instanceof UnusableFile) return error.message;
  if (typeof error === "object" && error && "code" in error) return `cannot be read (${String(error.code)})`;
  return undefined;
}
