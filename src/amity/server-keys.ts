import { createHash } from "node:crypto";
import type { Clock } from "../system/clock.js";
import type { Reloading } from "../system/reloading-file.js";

/** How long the key that worked last is tried first. Milliseconds. */
const winnerMs = 60_000;

/** A region's server keys: the primary and, during a rotation, the secondary. */
export class ServerKeys {
  #winner: { key: string; until: number } | undefined;

  constructor(
    private readonly sources: readonly Reloading<string>[],
    private readonly clock: Clock,
  ) {}

  /** Is there a key at all? */
  get isConfigured(): boolean {
    return this.sources.length > 0;
  }

  /** The keys as they are now, in the order in which they are tried. */
  async current(): Promise<readonly string[]> {
    const keys = await this.#read();
    const winner = this.#winner;
    const isFirst = winner && this.clock.elapsed() < winner.until && keys.includes(winner.key);
    return isFirst ? [winner.key, ...keys.filter((key) => key !== winner.key)] : keys;
  }

  /** Changes when a key does: what was minted with another generation is not handed out again. */
  async generation(): Promise<string> {
    return createHash("sha256")
      .update(JSON.stringify(await this.#read()))
      .digest("base64url");
  }

  /** Remembers which key Amity took. */
  remember(key: string): void {
    this.#winner = { key, until: this.clock.elapsed() + winnerMs };
  }

  #read(): Promise<string[]> {
    return Promise.all(this.sources.map((source) => source.current()));
  }
}
