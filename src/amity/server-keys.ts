import { createHash } from "node:crypto";
import type { Clock } from "../system/clock.js";
import type { Reloading } from "../system/reloading-file.js";

/** How long the key that worked last is tried first. Milliseconds. */
const winnerMs = 60_000;

/** A region's server keys as they are now. */
export interface KeySet {
  /** In the order in which they are tried. */
  readonly keys: readonly string[];
  /** Changes when a key does: what was minted with another generation is not handed out again. */
  readonly generation: string;
}

/** A region's server keys: the primary and, during a rotation, the secondary. */
export class ServerKeys {
  #winner: { key: string; until: number } | undefined;

  constructor(
    private readonly sources: readonly Reloading<string>[],
    private readonly now: Clock,
  ) {}

  /** Is there a key at all? */
  get isConfigured(): boolean {
    return this.sources.length > 0;
  }

  async current(): Promise<KeySet> {
    const keys = await Promise.all(this.sources.map((source) => source.current()));
    const winner = this.#winner;
    const isFirst = winner && this.now() < winner.until && keys.includes(winner.key);
    return {
      keys: isFirst ? [winner.key, ...keys.filter((key) => key !== winner.key)] : keys,
      generation: createHash("sha256").update(JSON.stringify(keys)).digest("base64url"),
    };
  }

  /** Remembers which key Amity took. */
  remember(key: string): void {
    this.#winner = { key, until: this.now() + winnerMs };
  }
}
