import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileErrorCode } from "./regular-file.js";

/** Who may do what with a file. */
export interface Access {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Where a text waits that is to take a file's place. */
export function nextPath(path: string): string {
  return `${path}.next`;
}

/**
 * Puts a text in the place of a file, whole or not at all, even when the machine stops meanwhile: it goes to disk
 * beside it, with the access given, and then takes its name. Nothing else of this process runs in between. `path` is no
 * symbolic link, and nobody else replaces it at the same time. Throws the operating system's error; the file is as it
 * was then.
 */
export function replaceFileSync(path: string, text: string, access: Access): void {
  const next = nextPath(path);
  removeSync(next);
  try {
    writeNext(next, text, access);
    takePlaceSync(path);
  } catch (error) {
    removeSync(next);
    throw error;
  }
}

/** Lets what waits beside a file take its place. */
export function takePlaceSync(path: string): void {
  renameSync(nextPath(path), path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeSync(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw error;
  }
}

function writeNext(next: string, text: string, { mode, uid, gid }: Access): void {
  const file = openSync(next, "wx", 0o600);
  try {
    // Before the text is in it. It fails where the file is another user's, and this process may not give one away.
    fchownSync(file, uid, gid);
    fchmodSync(file, mode & 0o7777);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
