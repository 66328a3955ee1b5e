import { randomUUID } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { type AdminTokenTimes, type NewAdminToken, timesIn, timesPath, timesText } from "../amity/admin-token.js";
import { headerKeyOf } from "../config/header-key.js";
import type { Secret } from "../config/reader.js";
import { systemClock } from "../system/clock.js";
import { withLock } from "../system/lock-file.js";
import { fileErrorCode, readRegularFileSync } from "../system/regular-file.js";
import { nextPath, replaceFileSync, takePlaceSync } from "../system/replace-file.js";
import { UnusableText } from "../system/setting-text.js";

/** Longer than a rotation can take: UPSTREAM_TIMEOUT_MS is at most two minutes. Milliseconds. */
const mostLockAgeMs = 10 * 60_000;

/** A secret that its file holds. */
export type FileSecret = Secret & { readonly path: string };

/** What a rotation brought. */
export interface Rotation extends AdminTokenTimes {
  /** The token is that of a rotation before, which had come to Amity's answer and no further: Amity was not asked. */
  readonly wasBrokenOff: boolean;
  /** Is it written beside the token how long it lives? */
  readonly areTimesKept: boolean;
}

/** A rotation that did not come to its end: why, in words that tell what to do. */
export class RotationFailed extends Error {}

/**
 * Puts a new admin token in the place of the one in the secret's file. That the file can be replaced is known before
 * Amity is asked, since it is replaced by its like then: whatever may stand in the way, a mount, a folder that cannot
 * be written or an owner, stands in the way of that. `ask` gives the new token. Throws RotationFailed, LockHeld and
 * what `ask` throws.
 */
export async function rotate(secret: FileSecret, ask: () => Promise<NewAdminToken>): Promise<Rotation> {
  const lock = { mostAgeMs: mostLockAgeMs, now: systemClock.now, newId: randomUUID, pid: process.pid };
  const unchanged = (error: unknown) => new RotationFailed(`${blockage(secret, error)}; Amity was not asked`);
  const path = await realpath(secret.path).catch((error: unknown) => {
    throw unchanged(error);
  });
  try {
    return await withLock(`${path}.lock`, lock, async () => {
      const access = statSync(path);
      const text = readRegularFileSync(path);
      if (headerKeyOf(text) !== secret.value)
        throw new RotationFailed(`${secret.name}_FILE has another token meanwhile; Amity was not asked`);
      const left = finishBrokenOff(path, secret.value);
      if (left) return { ...left, wasBrokenOff: true, areTimesKept: true };
      replaceFileSync(path, text, access);
      const fresh = await ask();
      return { ...fresh, wasBrokenOff: false, areTimesKept: keep(secret, path, fresh, { text, access }) };
    });
  } catch (error) {
    throw fileErrorCode(error) === undefined ? error : unchanged(error);
  }
}

/**
 * A rotation that was killed after Amity's answer has left the new token beside the file, whole if its hash is in the
 * times, which are written first. Then it is the token that lives on.
 */
function finishBrokenOff(path: string, inUse: string): AdminTokenTimes | undefined {
  try {
    const token = headerKeyOf(readRegularFileSync(nextPath(path)));
    const times = timesIn(readRegularFileSync(timesPath(path)), token);
    if (!times || token === inUse) return undefined;
    takePlaceSync(path);
    return times;
  } catch (error) {
    if (error instanceof UnusableText || fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes down the new token, in one go: from Amity's answer on it is nowhere else. Are its times written, too? */
function keep(
  { name }: Secret,
  path: string,
  fresh: NewAdminToken,
  former: { readonly text: string; readonly access: Stats },
): boolean {
  const again = "the one in use dies within a day: mend that, and rotate again before";
  try {
    headerKeyOf(fresh.token);
    const areTimesKept = succeeds(() => replaceFileSync(timesPath(path), timesText(fresh), former.access));
    replaceFileSync(path, `${fresh.token}${former.text.endsWith("\n") ? "\n" : ""}`, former.access);
    return areTimesKept;
  } catch (error) {
    const code = fileErrorCode(error);
    if (error instanceof UnusableText)
      throw new RotationFailed(`Amity gave a new admin token, which ${error.message}; ${again}`);
    if (code === undefined) throw error;
    throw new RotationFailed(
      `Amity gave a new admin token, which cannot be written to the file of ${name}_FILE (${code}); ${again}`,
    );
  }
}

function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
    return false;
  }
}

const isMount = "it is a mount of its own, so mount the folder that holds it instead";
const isForbidden = "let this process's user own it and write its folder";

const blockages: Readonly<Record<string, string>> = {
  EBUSY: isMount,
  EXDEV: isMount,
  EROFS: "its folder is read-only",
  ENOENT: "its folder takes no other file",
  EACCES: isForbidden,
  EPERM: isForbidden,
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
};

function blockage({ name }: Secret, error: unknown): string {
  const code = fileErrorCode(error) ?? "";
  const why = Object.hasOwn(blockages, code) ? `: ${blockages[code]}` : "";
  return `${name}_FILE names a file that cannot be replaced${why} (${code})`;
}
