import { lstat, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { LockHeld, type LockOptions, withLock } from "../system/lock-file.js";
import { fileErrorCode } from "../system/regular-file.js";
import { socketPathBytes } from "../system/socket-path.js";
import { failureOf } from "./failures.js";
import { isOther, NotOurs } from "./outlet.js";

/** Looking whether somebody is there takes no longer. Milliseconds. */
const mostStartMs = 10_000;

/** That this process is the only writer of a file. */
export interface WriterLock {
  /** False: somebody has taken it away, and may have taken it himself. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Makes this process the only writer of a file until it ends or lets go. The lock is a socket beside the
 * file that a living process answers: that of a dead one refuses, whatever container it was in and however it died.
 * Throws NotOurs when another process writes the file, Unusable when there can be no lock. On a network file system it
 * knows of processes on this machine alone.
 */
export async function becomeOnlyWriter(path: string, options: Omit<LockOptions, "mostAgeMs">): Promise<WriterLock> {
  const place = `${path}.lock`;
  // Node cuts a name that is too long, and says nothing.
  if (Buffer.byteLength(place) > socketPathBytes) {
    throw new NotOurs(
      `leads to a path of more than ${socketPathBytes - ".lock".length} bytes, beside which no lock can be`,
    );
  }
  try {
    // Two that find a dead one's socket would each take away the other's.
    return await withLock(`${place}.taking`, { ...options, mostAgeMs: mostStartMs }, () => listenAt(place));
  } catch (error) {
    if (error instanceof NotOurs) throw error;
    if (error instanceof LockHeld) throw new NotOurs(`is being opened by ${error.holder}: ${oneEach}`);
    throw failureOf(error);
  }
}

const oneEach = "give each gateway a file of its own";

async function listenAt(place: string): Promise<WriterLock> {
  const server = await listening(place).catch((error) => {
    if (fileErrorCode(error) === "EADDRINUSE") return undefined;
    throw error;
  });
  if (server) return lockOf(server, place);
  if (await isAnswered(place)) throw new NotOurs(`is written by another process already: ${oneEach}`);
  if (!(await lstat(place)).isSocket()) {
    throw new NotOurs(`needs the place of its lock, NAME.lock, where something else lies`);
  }
  await rm(place, { force: true });
  return lockOf(await listening(place), place);
}

function listening(place: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(place, () => resolve(server.unref()));
  });
}

/** Whoever may not ask must take it for answered. */
function isAnswered(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(fileErrorCode(error) ?? "")));
  });
}

async function lockOf(server: Server, place: string): Promise<WriterLock> {
  const mine = await lstat(place);
  const isHeld = async () => {
    const now = await lstat(place).catch(() => undefined);
    return now !== undefined && !isOther(now, mine);
  };
  return {
    isHeld,
    async release() {
      // Closing takes away whatever has the name, which may be another process's lock.
      if (await isHeld()) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
