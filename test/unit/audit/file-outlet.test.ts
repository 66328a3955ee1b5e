import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, mkdtemp, open, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { FileOutlet } from "../../../src/audit/file-outlet.js";
import { type TestClock, testClock } from "../../support/clock.js";

interface Piped {
  readonly outlet: FileOutlet;
  readonly clock: TestClock;
  readonly path: string;
  /** The pipe's other end. */
  readonly reader: FileHandle;
}

/** An outlet before a pipe that somebody has open, who reads only when he is told to. */
async function withPipe(use: (test: Piped) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const clock = testClock();
  const outlet = new FileOutlet(path, { clock, newId: () => "one" });
  try {
    await outlet.open();
    await use({ outlet, clock, path, reader });
  } finally {
    await outlet.close();
    await reader.close();
    await rm(folder, { recursive: true });
  }
}

/** More than a pipe takes. */
const much = Buffer.alloc(200_000, "x");

async function stalled(clock: TestClock): Promise<void> {
  while (clock.pending() === 0) await new Promise(setImmediate);
}

describe("a file has one writer", () => {
  const mine = { clock: testClock(), newId: () => "one" };

  /** A folder, and an outlet that has its file `audit`, which a dangling link named. */
  async function withFile(use: (folder: string, outlet: FileOutlet) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "audit-"));
    await symlink(join(folder, "audit"), join(folder, "link"));
    const outlet = new FileOutlet(join(folder, "link"), mine);
    try {
      await outlet.open();
      await use(folder, outlet);
    } finally {
      await outlet.close();
      await rm(folder, { recursive: true });
    }
  }

  test("though a link led nowhere when it was opened", async () => {
    await withFile(async (folder) => {
      const second = new FileOutlet(join(folder, "audit"), mine);
      await expect(second.open()).rejects.toThrow("is written by another process already");
      await second.close();
    });
  });

  test("and notices that its lock was removed", async () => {
    await withFile(async (folder, outlet) => {
      const lock = join(folder, "audit.lock");
      expect(await outlet.look()).toBeUndefined();
      await rm(lock);
      expect(await outlet.look()).toBe("is no longer locked");
      await outlet.open();
      expect((await lstat(lock)).isSocket()).toBe(true);
      expect(await outlet.look()).toBeUndefined();
    });
  });

  test("which is whoever took the lock that was removed", async () => {
    await withFile(async (folder, outlet) => {
      await rm(join(folder, "audit.lock"));
      const second = new FileOutlet(join(folder, "audit"), mine);
      await second.open();
      await expect(outlet.open()).rejects.toThrow("is written by another process already");
      expect(await outlet.look()).toBeUndefined();
      await outlet.close();
      expect(await second.look()).toBeUndefined();
      await second.close();
    });
  });

  test("whose name is not too long for a lock", async () => {
    await withFile(async (folder) => {
      const deep = join(folder, "x".repeat(90));
      await mkdir(deep);
      await symlink(join(deep, "audit"), join(folder, "far"));
      const far = new FileOutlet(join(folder, "far"), mine);
      await expect(far.open()).rejects.toThrow("leads to a path of more than 98 bytes");
      await far.close();
    });
  });
});

test("a pipe in another's place is found", async () => {
  await withPipe(async ({ outlet, path }) => {
    expect(await outlet.look()).toBeUndefined();
    execFileSync("mkfifo", [`${path}.new`]);
    await rename(`${path}.new`, path);
    expect(await outlet.look()).toBe("is another file now");
    await rm(path);
    expect(await outlet.look()).toBeUndefined();
  });
});

describe("a write that a pipe has no room for", () => {
  test("ends when it is broken off", async () => {
    await withPipe(async ({ outlet, clock, reader }) => {
      const written = outlet.write(much).catch((error) => error);
      await stalled(clock);
      outlet.breakOff();
      clock.advance(10);
      expect(await written).toMatchObject({ written: 65_536, cause: { reason: "nobody reads" } });
      await outlet.open();
      await reader.read(Buffer.alloc(65_536));
      await outlet.write(Buffer.from("next\n"));
      expect((await reader.read(Buffer.alloc(99))).bytesRead).toBe(5);
    });
  });

  test("ends with its outlet, whoever has its number then", async () => {
    await withPipe(async ({ outlet, clock, path, reader }) => {
      const written = outlet.write(much).catch((error) => error);
      await stalled(clock);
      const closed = outlet.close();
      await closed;
      const others = await Promise.all(Array.from({ length: 5 }, (_, i) => open(`${path}.${i}`, "w")));
      await reader.read(Buffer.alloc(65_536));
      clock.advance(10);
      expect(await written).toMatchObject({ written: 65_536 });
      for (const other of others) {
        expect((await other.stat()).size).toBe(0);
        await other.close();
      }
    });
  });
});
