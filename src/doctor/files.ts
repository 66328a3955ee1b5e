import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../system/clock.js";
import { inTime } from "../system/in-time.js";
import { type Check, row } from "./check.js";

const scope = "files";

/** A file on which the gateway relies, by the name that people know it by. */
export interface WatchedFile {
  /** The variable that names it, or `.env`. */
  readonly name: string;
  readonly path: string;
  /** Does it hold what nobody else may read? */
  readonly isSecret: boolean;
}

export interface FileTools {
  readonly clock: Pick<Clock, "after">;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** Who else may read the files that hold secrets, and write those that decide who is trusted. */
export async function fileChecks(files: readonly WatchedFile[], { clock, timeoutMs }: FileTools): Promise<Check[]> {
  const checks = files.map(async (file) => {
    try {
      return accessChecks(file, await inTime(accessOf(file.path), timeoutMs, clock));
    } catch {
      // That it cannot be read is among the problems of the configuration.
      return [];
    }
  });
  return (await Promise.all(checks)).flat();
}

/** Bits of a file's mode that are granted, and stand for what the folders above let through. */
interface Access {
  readonly mode: number;
  readonly isOpenToGroup: boolean;
  readonly isOpenToOthers: boolean;
}

/** What lies in a folder that only its owner may enter is out of others' reach, whatever its own mode says. */
async function accessOf(path: string): Promise<Access> {
  const real = await realpath(path);
  const { mode } = await stat(real);
  const above = await Promise.all(foldersAbove(real).map(async (folder) => (await stat(folder)).mode));
  return {
    mode: mode & 0o777,
    isOpenToGroup: above.every((one) => (one & 0o011) !== 0),
    isOpenToOthers: above.every((one) => (one & 0o001) !== 0),
  };
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}

function accessChecks({ name, isSecret }: WatchedFile, { mode, isOpenToGroup, isOpenToOthers }: Access): Check[] {
  const check = row(scope, name);
  const text = `mode ${mode.toString(8).padStart(4, "0")}`;
  const others = isOpenToOthers ? mode & 0o007 : 0;
  const group = isOpenToGroup ? mode & 0o070 : 0;
  if (others & 0o002) {
    return [check.warn(`anybody on this machine can put another in its place (${text})`, `chmod o-rwx: ${owners}`)];
  }
  if (isSecret && others & 0o004)
    return [check.warn(`anybody on this machine can read it (${text})`, `chmod o-rwx: ${owners}`)];
  if (group & 0o020) return [check.warn(`its whole group can write it (${text})`, "chmod g-w, unless all of it may")];
  if (!isSecret) return [];
  return [
    check.ok(group & 0o040 ? `its group can read it, and nobody beyond (${text})` : `for its owner alone (${text})`),
  ];
}

const owners = "the gateway's user alone, or its group, has to read it (in Kubernetes: defaultMode and fsGroup)";
