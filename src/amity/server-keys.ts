import { createHash } from "node:crypto";
import type { Clock } from "../system/clock.js";
import type { Reloading } from "../system/reloading-file.js";

/** How often the first key is tried again while another one works. Milliseconds. */
const trialEveryMs = 60_000;

/** The key that works while the first one is refused. */
interface StandIn {
  readonly key: string;
  /** By the monotonic clock. */
  readonly trialAt: number;
  isTold: boolean;
}

/**
 * A region's server keys: the primary and, during a rotation, the secondary.
 * What it shuts opens again by itself: the first server key.
 */
export class ServerKeys {
  #first: string | undefined;
  #standIn: StandIn | undefined;
  #generation = { of: "", name: "" };

  constructor(
    private readonly sources: readonly Reloading<string>[],
    private readonly clock: Clock,
  ) {}

  /** Is there a key at all? */
  get isConfigured(): boolean {
    return this.sources.length > 0;
  }

  /**
   * The keys as they are now, in the order in which a call is to try them: the one that works comes first, but once a
   * minute one call begins with the first key again, which may have been mended.
   */
  async current(): Promise<readonly string[]> {
    const keys = await this.#read();
    this.#first = keys[0];
    const standIn = this.#standIn;
    if (!standIn || !keys.includes(standIn.key)) return keys;
    if (this.clock.elapsed() >= standIn.trialAt) {
      this.#standIn = this.#standInFor(standIn.key);
      return keys;
    }
    return [standIn.key, ...keys.filter((key) => key !== standIn.key)];
  }

  /** Changes when a key does: what was minted with another generation is not handed out again. */
  async generation(): Promise<string> {
    const of = JSON.stringify(await this.#read());
    if (of !== this.#generation.of) {
      this.#generation = { of, name: createHash("sha256").update(of).digest("base64url") };
    }
    return this.#generation.name;
  }

  /**
   * Remembers which key Amity took, be it after it refused another one. Is it news that the first key is refused? It is
   * once for each of its trials, and not for every call.
   */
  remember(key: string, { afterRefusal }: { afterRefusal: boolean }): boolean {
    if (key === this.#first) {
      this.#standIn = undefined;
      return false;
    }
    if (this.#standIn?.key !== key) this.#standIn = this.#standInFor(key);
    const isNews = afterRefusal && !this.#standIn.isTold;
    this.#standIn.isTold ||= isNews;
    return isNews;
  }

  #standInFor(key: string): StandIn {
    return { key, trialAt: this.clock.elapsed() + trialEveryMs, isTold: false };
  }

  #read(): Promise<string[]> {
    return Promise.all(this.sources.map((source) => source.current()));
  }
}
