import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { dirname } from "node:path";
import { Unusable } from "../errors/reason-of.js";
import { failureOf } from "./failures.js";
import { type Change, type Found, isOther, type Outlet, WriteFailed } from "./outlet.js";

const nothing: Found = { lines: [], rest: new Uint8Array(), isMidLine: false, isForeign: false };

/** A Unix stream socket that somebody listens at, such as a collector of logs. What that sends back is not read. */
export class SocketOutlet implements Outlet {
  readonly name = "AUDIT_SOCKET";
  readonly isStream = true;
  onBroken?: () => void;
  #socket: Socket | undefined;
  #facts: Stats | undefined;

  constructor(private readonly path: string) {}

  async open(): Promise<Found> {
    const old = this.#socket;
    this.#socket = undefined;
    old?.destroy();
    this.#facts = await stat(this.path).catch(() => undefined);
    return this.#connect();
  }

  breakOff(): void {
    this.#socket?.destroy();
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = new Unusable("nobody reads", "breaks off");
      const socket = this.#socket;
      if (!socket) return reject(new WriteFailed(gone, 0));
      // How much of it has arrived Node does not tell, nor an error of what is destroyed meanwhile.
      socket.write(bytes, (error) =>
        error || socket.destroyed ? reject(new WriteFailed(gone, undefined)) : resolve(),
      );
    });
  }

  async look(): Promise<Change | undefined> {
    const now = this.#socket && (await stat(this.path).catch(() => undefined));
    return now && this.#facts && isOther(now, this.#facts) ? "is another file now" : undefined;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end();
  }

  #connect(): Promise<Found> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.path);
      socket.once("connect", () => {
        this.#socket = socket;
        // It keeps no process alive that has ended its work.
        socket.unref().resume();
        resolve(nothing);
      });
      socket.on("error", async (error) => reject(await this.#failure(error)));
      // The other side shut it, or has gone.
      socket.on("end", () => socket.destroy());
      socket.on("close", () => {
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        this.onBroken?.();
      });
    });
  }

  /** A socket that is not there yet is one at which nobody listens, but for one whose folder is not there either. */
  async #failure(error: NodeJS.ErrnoException): Promise<Unusable> {
    const isAbsent = error.code === "ENOENT" && (await stat(dirname(this.path)).catch(() => undefined));
    return isAbsent ? new Unusable("nobody reads", "is not there") : failureOf(error);
  }
}
