import { readFile } from "node:fs/promises";
import type { Clock } from "./clock.js";

/** How often a file in use is looked at. Milliseconds. */
const checkEveryMs = 1_000;

export interface ReloadingOptions<T> {
  /** The variables that name the files, for the log. */
  readonly name: string;
  /** All of them are read together: a certificate is nothing without its key. */
  readonly paths: readonly string[];
  /** Throws when the texts cannot be used; the error's text goes into the log and must quote nothing. */
  readonly parse: (texts: readonly string[]) => T;
  readonly first: T;
  readonly clock: Clock;
  /** Hears when changed files are taken or, with the problem, kept out. */
  readonly onReload: (name: string, problem?: string) => void;
}

/** What files hold, now and later. */
export interface Reloading<T> {
  /** The value in use; looks at the files first when that is due. */
  current(): Promise<T>;
  /** Looks at the files now. */
  reload(): Promise<void>;
}

/**
 * What files hold, read again when their text changes. They are compared by content, since Kubernetes swaps symbolic
 * links, and looked at on use, so that nothing watches. Files that cannot be read or used leave the last good value.
 */
export function reloading<T>(options: ReloadingOptions<T>): Reloading<T> {
  const { name, paths, parse, clock, onReload } = options;
  let value = options.first;
  let texts: readonly string[] | undefined;
  let problem: string | undefined;
  let checkedAt = clock.elapsed();

  async function reload(): Promise<void> {
    checkedAt = clock.elapsed();
    try {
      const latest = await Promise.all(paths.map((path) => readFile(path, "utf8")));
      if (texts?.every((text, index) => text === latest[index])) return;
      texts = latest;
      value = parse(latest);
      problem = undefined;
      onReload(name);
    } catch (error) {
      const latestProblem = problemOf(error);
      if (latestProblem !== problem) onReload(name, latestProblem);
      problem = latestProblem;
    }
  }

  return {
    async current() {
      if (clock.elapsed() - checkedAt >= checkEveryMs) await reload();
      return value;
    },
    reload,
  };
}

/** Node's errors name the path; ours say what is wrong. */
function problemOf(error: unknown): string {
  if (typeof error === "object" && error && "code" in error) return `cannot be read (${String(error.code)})`;
  return error instanceof Error ? error.message : "cannot be used";
}

/** A value that no file can change. */
export function fixed<T>(value: T): Reloading<T> {
  return { current: async () => value, reload: async () => {} };
}

/** All the files of a process that can change under it. */
export class Reloads {
  readonly #all: Reloading<unknown>[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly onReload: ReloadingOptions<unknown>["onReload"],
  ) {}

  watch<T>(options: Omit<ReloadingOptions<T>, "clock" | "onReload">): Reloading<T> {
    const source = reloading({ ...options, clock: this.clock, onReload: this.onReload });
    this.#all.push(source);
    return source;
  }

  /** Looks at every file now, as a SIGHUP asks. */
  async reloadAll(): Promise<void> {
    await Promise.all(this.#all.map((source) => source.reload()));
  }
}
