import { constants, fstat, type Stats, write } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { Unusable } from "../errors/reason-of.js";
import type { Clock } from "../system/clock.js";
import { fileErrorCode } from "../system/regular-file.js";
import { failureOf } from "./failures.js";
import { type Change, type Found, type Outlet, WriteFailed } from "./outlet.js";
import { tailOf } from "./tail.js";
import { becomeOnlyWriter } from "./writer-lock.js";

const writeSome = promisify(write);
const statOpen = promisify(fstat);

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
  /** Of a regular file; undefined for a pipe or a device. */
  readonly facts: Stats | undefined;
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
    return this.#file !== undefined && this.#file.facts === undefined;
  }

  async open(): Promise<Found> {
    try {
      await this.#file?.handle.close();
      this.#file = undefined;
      const isRegular = await isRegularOrNew(this.path);
      if (isRegular) this.#unlock ??= await this.#lock();
      const handle = await open(this.path, isRegular ? fileFlags : pipeFlags, newFileMode);
      const facts = isRegular ? await handle.stat() : undefined;
      this.#file = { handle, facts };
      this.#size = facts?.size ?? 0;
      return await tailOf(handle, this.#size);
    } catch (error) {
      if (error instanceof Unusable || (error instanceof Error && fileErrorCode(error) === undefined)) throw error;
      throw failureOf(error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    try {
      if (!this.#file) throw new Unusable("ENOENT");
      const { fd } = this.#file.handle;
      while (written < bytes.length) written += await this.#writeSome(fd, bytes, written);
      this.#size += written;
      if (await this.#isRemoved(this.#file)) written = 0;
    } catch (error) {
      throw new WriteFailed(failureOf(error), written);
    }
    if (written === 0) throw new WriteFailed(new Unusable("ENOENT", "was removed"), 0);
  }

  async look(): Promise<Change | undefined> {
    const facts = this.#file?.facts;
    if (!facts) return undefined;
    try {
      const size = this.#size;
      const now = await stat(this.path);
      if (now.ino !== facts.ino || now.dev !== facts.dev) return "is another file now";
      if (now.size >= size) return undefined;
      this.#size = now.size;
      return "was cut off";
    } catch (error) {
      return fileErrorCode(error) === "ENOENT" ? "is gone" : undefined;
    }
  }

  async close(): Promise<void> {
    await this.#file?.handle.close().catch(() => {});
    this.#file = undefined;
    await this.#unlock?.();
    this.#unlock = undefined;
  }

  /** Of many lines in so short a time not each is worth a look. */
  async #isRemoved({ handle, facts }: OpenFile): Promise<boolean> {
    const now = this.tools.clock.elapsed();
    if (!facts || now - this.#checkedAt < checkMs) return false;
    this.#checkedAt = now;
    return (await statOpen(handle.fd)).nlink === 0;
  }

  /** By the name of the file itself, to which several links may lead. */
  async #lock(): Promise<() => Promise<void>> {
    const path = await realpath(this.path).catch(() => this.path);
    return becomeOnlyWriter(path, { now: this.tools.clock.now, newId: this.tools.newId, pid: process.pid });
  }

  async #writeSome(fd: number, bytes: Uint8Array, from: number): Promise<number> {
    try {
      return (await writeSome(fd, bytes, from, bytes.length - from, null)).bytesWritten;
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
