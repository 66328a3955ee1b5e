import type { Clock } from "../system/clock.js";
import { inTime } from "../system/in-time.js";
import type { Reloading } from "../system/reloading-file.js";
import { type AdminTokenTimes, knownTimes, noTimes } from "./admin-token.js";

/** How long anybody waits for a file with times. Milliseconds. */
const patienceMs = 1_000;

/** The times of the admin token in use, be it another one later. */
export class AdminTokenLife {
  #known: { readonly token: string; readonly times: AdminTokenTimes } | undefined;
  /** One read at a time: a mount that hangs holds a thread of Node's pool for each. */
  #reading: Promise<void> | undefined;

  /** `path`: of the file that the token comes from, if it comes from one. */
  constructor(
    private readonly source: Reloading<string>,
    private readonly path: string | undefined,
    private readonly clock: Pick<Clock, "after">,
  ) {}

  /** What is known of it now. */
  async times(): Promise<AdminTokenTimes> {
    const token = await this.source.current();
    if (this.#known?.token !== token || !this.#known.times.expiresAt) {
      this.#reading ??= this.#read(token);
      await inTime(this.#reading, patienceMs, this.clock).catch(() => {});
    }
    // What was read may be another token's.
    return this.#known?.token === token ? this.#known.times : noTimes;
  }

  /** Milliseconds since the epoch; undefined: nobody knows. */
  async end(): Promise<number | undefined> {
    return (await this.times()).expiresAt?.getTime();
  }

  async #read(token: string): Promise<void> {
    this.#known = { token, times: await knownTimes(token, this.path) };
    this.#reading = undefined;
  }
}
