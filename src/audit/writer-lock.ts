import { lstat, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { LockHeld, type LockOptions, withLock } from "../system/lock-file.js";
import { fileErrorCode } from "../system/regular-file.js";
import { failureOf } from "./failures.js";
import { NotOurs } from "./outlet.js";

/** Looking whether somebody is there takes no longer. Milliseconds. */
const mostStartMs = 10_000;

/**
 * Makes this process the only writer of a file until it ends, and gives what lets go. The lock is a socket beside the
 * file that a living process answers: that of a dead one refuses, whatever container it was in and however it died.
 * Throws NotOurs when another process writes the file, Unusable when there can be no lock. On a network file system it
 * knows of processes on this machine alone.
 */
export async function becomeOnlyWriter(
  path: string,
  options: Omit<LockOptions, "mostAgeMs">,
): Promise<() => Promise<void>> {
  const place = `${path}.lock`;
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

async function listenAt(place: string): Promise<() => Promise<void>> {
  const server = await listening(place).catch((error) => {
    if (fileErrorCode(error) === "EADDRINUSE") return undefined;
    throw error;
  });
  if (server) return closerOf(server);
  if (await isAnswered(place)) throw new NotOurs(`is written by another process already: ${oneEach}`);
  if (!(await lstat(place)).isSocket()) {
    throw new NotOurs(`needs the place of its lock, NAME.lock, where something else lies`);
  }
  await rm(place, { force: true });
  return closerOf(await listening(place));
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

function closerOf(server: Server): () => Promise<void> {
  return () => new Promise((resolve) => server.close(() => resolve()));
}
