import { readFile } from "node:fs/promises";
import type { Clock } from "./clock.js";

/** How often a file is looked at while it is in use. Milliseconds. */
const checkEveryMs = 1_000;

export interface ReloadingFileOptions<T> {
  readonly path: string;
  /** Throws when the text cannot be used. */
  readonly parse: (text: string) => T;
  readonly first: T;
  readonly now: Clock;
  /** Hears when a changed file is taken or, with its fixed reason, kept out. */
  readonly onChange: (problem?: string) => void;
}

/**
 * What a file holds, read again when its text changes. It is compared by content, since Kubernetes swaps symbolic
 * links, and looked at on use, so nothing watches. A file that cannot be read or used leaves the last good value.
 */
export function reloadingFile<T>(options: ReloadingFileOptions<T>): () => Promise<T> {
  const { path, parse, now, onChange } = options;
  let value = options.first;
  let text: string | undefined;
  let checkedAt = now();
  return async () => {
    if (now() - checkedAt < checkEveryMs) return value;
    checkedAt = now();
    try {
      const latest = await readFile(path, "utf8");
      if (latest === text) return value;
      text = latest;
      value = parse(latest);
      onChange();
    } catch (error) {
      onChange(error instanceof Error && "code" in error ? "cannot be read" : "cannot be used");
    }
    return value;
  };
}
