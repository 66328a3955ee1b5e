import { open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { fileErrorCode } from "./regular-file.js";

/** Who has a lock: a process, its machine, and one of its tries. */
const holderForm = /^(\d+) (\S+) \S+\s*$/;

/** A lock is another process's. */
export class LockHeld extends Error {
  constructor(
    /** In words that go on after "held by". */
    readonly holder: string,
  ) {
    super(`held by ${holder}`);
  }
}

export interface LockOptions {
  /** A lock that is older has nobody any more, whatever its file says. Milliseconds. */
  readonly mostAgeMs: number;
  /** Milliseconds since the epoch, as the file system stamps. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly pid: number;
}

/**
 * Does work that no other process may do at the same time, by a file that only one of them can make. A lock is broken
 * when its process is gone, or when it is too old: of a process on another machine nothing else is known, and another
 * process may have the number of one that is gone. Throws LockHeld, and the operating system's error.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { pid, newId } = options;
  const mine = `${pid} ${hostname()} ${newId()}`;
  if (!(await take(path, mine))) {
    await breakLock(path, mine, options);
    // Another process may have been faster.
    if (!(await take(path, mine))) throw new LockHeld((await lockAt(path))?.holder ?? "another process");
  }
  try {
    return await work();
  } finally {
    await release(path, mine);
  }
}

/** It may have been taken for an old one, and be another's now. One that cannot be taken away will be such a one. */
async function release(path: string, mine: string): Promise<void> {
  try {
    if ((await lockAt(path))?.text === mine) await rm(path, { force: true });
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
  }
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o644);
    await file.writeFile(mine).finally(() => file.close());
    return true;
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Throws LockHeld unless nobody has it any more. One process at a time may break locks, and looks again then: what was
 * dead may have been broken meanwhile, and be another's.
 */
async function breakLock(path: string, mine: string, options: LockOptions): Promise<void> {
  const lock = await lockAt(path);
  if (!lock) return;
  if (!isDead(lock, options)) throw new LockHeld(lock.holder);
  const breaking = `${path}.breaking`;
  if (!(await take(breaking, mine))) {
    const other = await lockAt(breaking);
    // Killed at that: the next to come may break.
    if (other && isDead(other, options)) await rm(breaking, { force: true });
    throw new LockHeld(other?.holder ?? "another process");
  }
  try {
    const current = await lockAt(path);
    if (current && isDead(current, options)) await rm(path, { force: true });
  } finally {
    await release(breaking, mine);
  }
}

interface Lock {
  readonly text: string;
  readonly ageMs: (now: number) => number;
  /** Undefined: its process is on another machine, or has not said who it is. */
  readonly pid: number | undefined;
  readonly holder: string;
}

async function lockAt(path: string): Promise<Lock | undefined> {
  try {
    const [text, { mtimeMs }] = [await readFile(path, "utf8"), await stat(path)];
    const [, pid, host] = holderForm.exec(text) ?? [];
    const isHere = host === hostname();
    return {
      text,
      // A clock that was set back must not make it last.
      ageMs: (now) => Math.abs(now - mtimeMs),
      pid: isHere ? Number(pid) : undefined,
      holder: pid === undefined ? "another process" : `process ${pid}${isHere ? "" : ` on ${host}`}`,
    };
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A process that begins now has the number of one that is gone. */
function isDead({ pid, ageMs }: Lock, { mostAgeMs, now, pid: ownPid }: LockOptions): boolean {
  return ageMs(now()) > mostAgeMs || pid === ownPid || (pid !== undefined && !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) !== "ESRCH";
  }
}
