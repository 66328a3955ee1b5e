import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { Unusable } from "../errors/reason-of.js";
import type { Clock } from "../system/clock.js";
import { fileErrorCode } from "../system/regular-file.js";
import { failureOf } from "./failures.js";
import { type Change, type Found, isOther, type Outlet, WriteFailed } from "./outlet.js";
import { tailOf } from "./tail.js";
import { becomeOnlyWriter, type WriterLock } from "./writer-lock.js";

/** A pipe that is full is tried again after so long. Milliseconds. */
const stalledRetryMs = 10;

/** Whether the file is still there is asked once in so long at most. Milliseconds. */
const checkMs = 20;

/** It names people: whoever else is to read it is given it by its owner. */
const newFileMode = 0o600;

/** A pipe without a reader must not hold whoever opens it. */
const pipeFlags = constants.O_WRONLY | constants.O_NONBLOCK;
const fileFlags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

export interface FileTools {
  readonly clock: Clock;
  readonly newId: () => string;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly facts: Stats;
  /** False: a pipe or a device. */
  readonly isRegular: boolean;
}

/** A file at whose end lines are written, or a pipe or a device. */
export class FileOutlet implements Outlet {
  readonly name = "AUDIT_FILE";
  #file: OpenFile | undefined;
  /** What the file must hold at least. Bytes. */
  #size = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #lock: WriterLock | undefined;

  constructor(
    private readonly path: string,
    private readonly tools: FileTools,
  ) {}

  get isStream(): boolean {
    return this.#file?.isRegular === false;
  }

  async open(): Promise<Found> {
    try {
      await this.#letGo();
      const isRegular = await isRegularOrNew(this.path);
      const handle = await open(this.path, isRegular ? fileFlags : pipeFlags, newFileMode);
      const facts = await handle.stat();
      this.#file = { handle, facts, isRegular };
      // Its name is known only now: a link may have led nowhere.
      if (isRegular) await this.#keepLock();
      this.#size = isRegular ? facts.size : 0;
      return await tailOf(handle, this.#size);
    } catch (error) {
      await this.#letGo();
      if (error instanceof Unusable || (error instanceof Error && fileErrorCode(error) === undefined)) throw error;
      throw failureOf(error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    try {
      const file = this.#file;
      if (!file) throw new Unusable("ENOENT");
      while (written < bytes.length) written += await this.#writeSome(file.handle, bytes, written);
      this.#size += written;
      if (await this.#isRemoved(file)) written = 0;
    } catch (error) {
      throw new WriteFailed(failureOf(error), written);
    }
    if (written === 0) throw new WriteFailed(new Unusable("ENOENT", "was removed"), 0);
  }

  breakOff(): void {
    if (this.#file?.isRegular === false) void this.#file.handle.close().catch(() => {});
  }

  async look(): Promise<Change | undefined> {
    if (!this.#file) return undefined;
    const { facts, isRegular } = this.#file;
    try {
      const size = this.#size;
      const now = await stat(this.path);
      if (isOther(now, facts)) return "is another file now";
      if (!isRegular) return undefined;
      if (now.size < size) return "was cut off";
      return (await this.#lock?.isHeld()) ? undefined : "is no longer locked";
    } catch (error) {
      return isRegular && fileErrorCode(error) === "ENOENT" ? "is gone" : undefined;
    }
  }

  async close(): Promise<void> {
    await this.#letGo();
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => {});
  }

  /** Of many lines in so short a time not each is worth a look. */
  async #isRemoved({ handle, isRegular }: OpenFile): Promise<boolean> {
    const now = this.tools.clock.elapsed();
    if (!isRegular || now - this.#checkedAt < checkMs) return false;
    this.#checkedAt = now;
    return (await handle.stat()).nlink === 0;
  }

  /** By the name of the file itself, to which several links may lead. */
  async #keepLock(): Promise<void> {
    if (await this.#lock?.isHeld()) return;
    const { clock, newId } = this.tools;
    this.#lock = await becomeOnlyWriter(await realpath(this.path), { now: clock.now, newId, pid: process.pid });
  }

  /** A handle that was closed meanwhile fails, as a bare number, which may be another file's then, would not. */
  async #writeSome(handle: FileHandle, bytes: Uint8Array, from: number): Promise<number> {
    try {
      return (await handle.write(bytes, from, bytes.length - from, null)).bytesWritten;
    } catch (error) {
      if (fileErrorCode(error) !== "EAGAIN") throw error;
      await new Promise<void>((resolve) => this.tools.clock.after(stalledRetryMs, resolve, { ref: false }));
      return 0;
    }
  }
}

/** Throws Unusable for what no lines can be written to. */
async function isRegularOrNew(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error) => {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (facts?.isDirectory()) throw new Unusable("not a regular file", "is a folder");
  if (facts?.isSocket()) throw new Unusable("not a regular file", "is a socket: name it in AUDIT_SOCKET");
  return !facts || facts.isFile();
}
