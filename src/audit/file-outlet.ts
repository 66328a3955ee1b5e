import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { Unusable } from "../errors/reason-of.js";
import type { Clock } from "../system/clock.js";
import { fileErrorCode } from "../system/regular-file.js";
import { failureOf } from "./failures.js";
import { type Change, type Found, isOther, type Outlet, WriteFailed } from "./outlet.js";
import { tailOf } from "./tail.js";
import { becomeOnlyWriter } from "./writer-lock.js";

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
  #unlock: (() => Promise<void>) | undefined;

  constructor(
    private readonly path: string,
    private readonly tools: FileTools,
  ) {}

  get isStream(): boolean {
    return this.#file?.isRegular === false;
  }

  async open(): Promise<Found> {
    try {
      await this.#file?.handle.close();
      this.#file = undefined;
      const isRegular = await isRegularOrNew(this.path);
      if (isRegular) this.#unlock ??= await this.#lock();
      const handle = await open(this.path, isRegular ? fileFlags : pipeFlags, newFileMode);
      const facts = await handle.stat();
      this.#file = { handle, facts, isRegular };
      this.#size = isRegular ? facts.size : 0;
      return await tailOf(handle, this.#size);
    } catch (error) {
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
      return isRegular && now.size < size ? "was cut off" : undefined;
    } catch (error) {
      return isRegular && fileErrorCode(error) === "ENOENT" ? "is gone" : undefined;
    }
  }

  async close(): Promise<void> {
    await this.#file?.handle.close().catch(() => {});
    this.#file = undefined;
    await this.#unlock?.();
    this.#unlock = undefined;
  }

  /** Of many lines in so short a time not each is worth a look. */
  async #isRemoved({ handle, isRegular }: OpenFile): Promise<boolean> {
    const now = this.tools.clock.elapsed();
    if (!isRegular || now - this.#checkedAt < checkMs) return false;
    this.#checkedAt = now;
    return (await handle.stat()).nlink === 0;
  }

  /** By the name of the file itself, to which several links may lead. */
  async #lock(): Promise<() => Promise<void>> {
    const path = await realpath(this.path).catch(() => this.path);
    return becomeOnlyWriter(path, { now: this.tools.clock.now, newId: this.tools.newId, pid: process.pid });
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
