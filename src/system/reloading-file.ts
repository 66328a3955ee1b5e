import { isDeepStrictEqual } from "node:util";
import { Unusable } from "../errors/reason-of.js";
import type { Clock } from "./clock.js";
import { readRegularFile, unusableFiles } from "./regular-file.js";

/** How often files in use are looked at. Milliseconds. */
const everyMs = 1_000;

/** How long a request waits for files that are being looked at, before it takes the last value. Milliseconds. */
const patienceMs = 100;

/** How long a look may take before it is told of, and before nobody waits for it any more. Milliseconds. */
const timeLimitMs = 5_000;

/** Looks at a time: a mount that hangs holds a thread of Node's pool for each, and DNS needs the others. */
const mostLooks = 2;

export interface ReloadingOptions<T> {
  /** The variables that name the files, for the log. */
  readonly name: string;
  /** All of them are read together: a certificate is nothing without its key. */
  readonly paths: readonly string[];
  /** Throws Unusable when the texts cannot be used, or not yet. What it has taken it is not asked about again. */
  readonly parse: (texts: readonly string[], inUse: T) => T;
  readonly first: T;
  /** Hears what was taken in the place of the value before. */
  readonly onTaken?: (value: T) => void;
}

/** What files hold, now and later. */
export interface Reloading<T> {
  /** The value in use. Looks at the files when that is due, and waits for them for a tenth of a second at most. */
  current(): Promise<T>;
  /** Looks at the files now. Waits for them for ten seconds at most. */
  reload(): Promise<void>;
}

/** A value that no file can change. */
export function fixed<T>(value: T): Reloading<T> {
  return { current: async () => value, reload: async () => {} };
}

/**
 * What a look at files brought that is worth telling: they were taken; they can be used again, but are as they were
 * before they could not; or why they were kept out.
 */
export type ReloadOutcome = "taken" | "as before" | Unusable;

interface Tools {
  readonly clock: Clock;
  readonly onReload: (name: string, outcome: ReloadOutcome) => void;
  readonly read: (path: string) => Promise<string>;
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
}

/**
 * What files hold, read again when their text changes. They are compared by content, since Kubernetes swaps symbolic
 * links, and looked at on use, so that nothing watches. Files that cannot be read or used leave the last good value;
 * they are tried again at each look, for what keeps them out may be the time. No look begins before the last one ended,
 * so files that hang cost one look. A failure is told of when it or the texts are others, or when somebody asked.
 * What it shuts opens again by itself: files that were refused, requests before files that hang.
 */
class ReloadingFiles<T> implements Reloading<T> {
  #value: T;
  #texts: readonly string[] | undefined;
  #refused: { readonly problem: string; readonly texts: readonly string[] | undefined } | undefined;
  #lookedAt: number;
  #look: Promise<void> | undefined;
  #patience: Promise<void> | undefined;

  constructor(
    private readonly options: ReloadingOptions<T>,
    private readonly tools: Tools,
  ) {
    this.#value = options.first;
    this.#lookedAt = tools.clock.elapsed();
  }

  async current(): Promise<T> {
    if (this.tools.clock.elapsed() - this.#lookedAt >= everyMs) void this.#begin({ isAsked: false });
    await this.#patience;
    return this.#value;
  }

  async reload(): Promise<void> {
    // The look under way may have read the file before it changed.
    await this.#look;
    await this.#begin({ isAsked: true });
  }

  #begin({ isAsked }: { isAsked: boolean }): Promise<void> {
    if (this.#look) return this.#look;
    const { clock } = this.tools;
    this.#lookedAt = clock.elapsed();
    const end = this.#lookAtFiles(isAsked).finally(() => {
      this.#look = undefined;
      this.#patience = undefined;
    });
    this.#patience = endOrLimit(end, patienceMs, clock);
    const late = new Unusable("timeout", "cannot be read in time");
    this.#look = endOrLimit(end, timeLimitMs, clock, () => this.#keepOut(late, undefined, isAsked));
    return this.#look;
  }

  async #lookAtFiles(isAsked: boolean): Promise<void> {
    const { paths, name } = this.options;
    let texts: string[] | undefined;
    try {
      texts = await this.tools.inTurn(async () => {
        const latest: string[] = [];
        for (const path of paths) latest.push(await this.tools.read(path));
        return latest;
      });
      if (this.#take(texts)) this.tools.onReload(name, "taken");
      else if (this.#refused) this.tools.onReload(name, "as before");
      this.#refused = undefined;
    } catch (error) {
      this.#keepOut(unusableFiles(error), texts, isAsked);
    }
  }

  /** Is there another value than before? */
  #take(texts: readonly string[]): boolean {
    if (this.#texts?.every((text, index) => text === texts[index])) return false;
    const value = this.options.parse(texts, this.#value);
    this.#texts = texts;
    if (isDeepStrictEqual(value, this.#value)) return false;
    this.#value = value;
    this.options.onTaken?.(value);
    return true;
  }

  #keepOut(outcome: Unusable, texts: readonly string[] | undefined, isAsked: boolean): void {
    const refused = { problem: outcome.message, texts };
    if (isAsked || !isDeepStrictEqual(refused, this.#refused)) this.tools.onReload(this.options.name, outcome);
    this.#refused = refused;
  }
}

/** Ends with `end`, which never fails, or after so long; then `late` is told. */
function endOrLimit(end: Promise<void>, ms: number, clock: Clock, late?: () => void): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = () => {
      late?.();
      resolve();
    };
    const callOff = clock.after(ms, giveUp, { ref: false });
    void end.then(() => {
      callOff();
      resolve();
    });
  });
}

/** Runs so many at a time, in the order in which they come. */
function turns(most: number): Tools["inTurn"] {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** All the files of a process that can change under it. */
export class Reloads {
  readonly #all: Reloading<unknown>[] = [];
  readonly #names: string[] = [];
  readonly #tools: Tools;

  /** `read`: gives a file's text. */
  constructor(clock: Clock, onReload: Tools["onReload"], read: Tools["read"] = readRegularFile) {
    this.#tools = { clock, onReload, read, inTurn: turns(mostLooks) };
  }

  watch<T>(options: ReloadingOptions<T>): Reloading<T> {
    const source = new ReloadingFiles(options, this.#tools);
    this.#all.push(source);
    this.#names.push(options.name);
    return source;
  }

  /** What the files are called in the log. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Looks at every file now, as a SIGHUP asks. */
  async reloadAll(): Promise<void> {
    await Promise.all(this.#all.map((source) => source.reload()));
  }
}
