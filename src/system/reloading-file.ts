import { isDeepStrictEqual } from "node:util";
import type { Clock } from "./clock.js";
import { fileProblem, readRegularFile } from "./regular-file.js";

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
  /**
   * Throws when the texts cannot be used, or not yet; the error's text goes into the log and must quote nothing. What
   * it has taken it is not asked about again.
   */
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

interface Tools {
  readonly clock: Clock;
  /** Hears when changed files are taken or, with the problem, kept out. */
  readonly onReload: (name: string, problem?: string) => void;
  readonly read: (path: string) => Promise<string>;
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
}

/**
 * What files hold, read again when their text changes. They are compared by content, since Kubernetes swaps symbolic
 * links, and looked at on use, so that nothing watches. Files that cannot be read or used leave the last good value;
 * they are tried again at each look, for what keeps them out may be the time. No look begins before the last one ended,
 * so files that hang cost one look, however long they do.
 * What it shuts opens again by itself: files that were refused, requests before files that hang.
 */
class ReloadingFiles<T> implements Reloading<T> {
  #value: T;
  #texts: readonly string[] | undefined;
  #problem: string | undefined;
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
    if (this.tools.clock.elapsed() - this.#lookedAt >= everyMs) void this.#begin();
    await this.#patience;
    return this.#value;
  }

  async reload(): Promise<void> {
    // The look under way may have read the file before it changed.
    await this.#look;
    await this.#begin();
  }

  #begin(): Promise<void> {
    if (this.#look) return this.#look;
    const { clock } = this.tools;
    this.#lookedAt = clock.elapsed();
    const end = this.#lookAtFiles().finally(() => {
      this.#look = undefined;
      this.#patience = undefined;
    });
    this.#patience = endOrLimit(end, patienceMs, clock);
    this.#look = endOrLimit(end, timeLimitMs, clock, () => this.#keepOut("cannot be read in time"));
    return this.#look;
  }

  async #lookAtFiles(): Promise<void> {
    const { paths, name } = this.options;
    try {
      const texts = await this.tools.inTurn(async () => {
        const latest: string[] = [];
        for (const path of paths) latest.push(await this.tools.read(path));
        return latest;
      });
      const isChanged = this.#take(texts);
      if (isChanged || this.#problem !== undefined) this.tools.onReload(name);
      this.#problem = undefined;
    } catch (error) {
      this.#keepOut(fileProblem(error) ?? (error instanceof Error ? error.message : "cannot be used"));
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

  #keepOut(problem: string): void {
    if (problem !== this.#problem) this.tools.onReload(this.options.name, problem);
    this.#problem = problem;
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
