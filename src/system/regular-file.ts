import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { getSystemErrorMap } from "node:util";
import { reasonOf, Unusable } from "../errors/reason-of.js";
import { decodeText, UnusableText } from "./setting-text.js";

/** Keys, certificates and lists of service keys are a few kilobytes. */
const mostBytes = 1_048_576;

/** A pipe or a device could hold its reader for ever; and opening one may do something. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The text of a regular file of at most 1 MiB in UTF-8; symbolic links are followed. Throws for anything else: see
 * fileProblem.
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
  return decodeText(Buffer.concat(chunks));
}

/** The same for the start, where nothing is served yet. */
export function readRegularFileSync(path: string): string {
  checkKind(statSync(path));
  const descriptor = openSync(path, openFlags);
  try {
    const facts = fstatSync(descriptor);
    checkKind(facts);
    checkSize(facts.size);
    return decodeText(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function checkKind(facts: { isFile(): boolean; isDirectory(): boolean }): void {
  if (facts.isDirectory()) throw new UnusableText("is a folder (EISDIR)", "not a regular file");
  if (!facts.isFile()) throw new UnusableText("is not a regular file", "not a regular file");
}

function checkSize(bytes: number): void {
  if (bytes > mostBytes) throw new UnusableText("is larger than 1 MiB", "too large");
}

/**
 * Why a file cannot be had, or its text not be used, in words that follow its name. Node's own errors name the path:
 * they are not repeated.
 */
export function fileProblem(error: unknown): string | undefined {
  if (error instanceof UnusableText) return error.message;
  const code = fileErrorCode(error);
  return code === undefined ? undefined : `cannot be read (${code})`;
}

const systemCodes: ReadonlySet<unknown> = new Set([...getSystemErrorMap().values()].map(([name]) => name));

/** The operating system's code of an error of a file, such as ENOENT; any other may be anybody's text. */
export function fileErrorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error && "code" in error ? error.code : undefined;
  return systemCodes.has(code) ? String(code) : undefined;
}

/** Why files cannot be used. Of an error that nobody foresaw only a known code is told. */
export function unusableFiles(error: unknown): Unusable {
  if (error instanceof Unusable) return error;
  return new Unusable(reasonOf(error, "cannot be used"), fileProblem(error) ?? "cannot be used");
}

const fileHints: Readonly<Record<string, string>> = {
  ENOENT: "there is none of this name",
  ENOTDIR: "a part of its path is no folder",
  EACCES: "let this process's user read it",
  EPERM: "let this process's user read it",
  ELOOP: "its links go round",
  ENAMETOOLONG: "a path is wanted, not the content",
};

/** What to do about a file that cannot be read, after a colon; empty where there is no more to say. */
export function hintOf(error: unknown): string {
  const code = fileErrorCode(error) ?? "";
  return Object.hasOwn(fileHints, code) ? `: ${fileHints[code]}` : "";
}
