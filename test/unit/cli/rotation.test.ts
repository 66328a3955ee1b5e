import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type NewAdminToken, timesText } from "../../../src/amity/admin-token.js";
import { type FileSecret, RotationFailed, rotate } from "../../../src/cli/rotation.js";

let folder = "";
let secret: FileSecret = { name: "AMITY_EU_ADMIN_TOKEN", value: "canary-old-token", path: "" };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  secret = { ...secret, path: join(folder, "token") };
  await writeFile(secret.path, "canary-old-token\n");
});
afterEach(() => rm(folder, { recursive: true }));

const issuedAt = new Date("2026-01-01T00:00:00Z");
const expiresAt = new Date("2027-01-01T00:00:00Z");
const fresh: NewAdminToken = { token: "canary-new-token", issuedAt, expiresAt };
const inFile = () => readFile(secret.path, "utf8");

/** Rotates, and tells how often Amity was asked and what came of it; a failure in words. */
async function rotated(ask: () => Promise<NewAdminToken> = async () => fresh) {
  let asked = 0;
  const counted = () => {
    asked++;
    return ask();
  };
  try {
    return { asked: () => asked, rotation: await rotate(secret, counted), problem: "" };
  } catch (error) {
    if (!(error instanceof RotationFailed)) throw error;
    expect(error.message).not.toContain("canary");
    return { asked: () => asked, rotation: undefined, problem: error.message };
  }
}

describe("a rotation", () => {
  test.each(["\n", ""])("ends the new token as the old one: %j", async (end) => {
    await writeFile(secret.path, `canary-old-token${end}`);
    const { rotation } = await rotated();
    expect(rotation).toMatchObject({ issuedAt, expiresAt, wasBrokenOff: false, areTimesKept: true });
    expect([await inFile(), await readFile(`${secret.path}.json`, "utf8")]).toEqual([
      `canary-new-token${end}`,
      timesText(fresh),
    ]);
    expect(await readdir(folder)).toEqual(["token", "token.json"]);
  });

  test("whose call fails leaves the old token", async () => {
    await expect(rotate(secret, () => Promise.reject(new Error("Amity")))).rejects.toThrow("Amity");
    expect([await inFile(), await readdir(folder)]).toEqual(["canary-old-token\n", ["token"]]);
  });

  test("asks nothing when the file has another token meanwhile", async () => {
    await writeFile(secret.path, "canary-other-token\n");
    const { asked, problem } = await rotated();
    expect([asked(), problem]).toEqual([0, expect.stringMatching(/another token meanwhile; Amity was not asked$/)]);
    expect(await inFile()).toBe("canary-other-token\n");
  });

  test("finishes one that was killed after Amity's answer", async () => {
    await writeFile(`${secret.path}.json`, timesText(fresh));
    await writeFile(`${secret.path}.next`, "canary-new-token\n");
    const { asked, rotation } = await rotated();
    expect([asked(), rotation?.wasBrokenOff, rotation?.expiresAt]).toEqual([0, true, expiresAt]);
    expect([await inFile(), await readdir(folder)]).toEqual(["canary-new-token\n", ["token", "token.json"]]);
  });

  test.each<[string, string, string | undefined]>([
    ["before its times were written", "canary-left-token", undefined],
    ["halfway through the token", "canary-le", timesText({ ...fresh, token: "canary-left-token" })],
    ["before anything of it was written", "", timesText({ ...fresh, token: "canary-left-token" })],
    [
      "while it tried the file",
      "canary-old-token\n",
      timesText({ token: "canary-old-token", issuedAt: undefined, expiresAt: undefined }),
    ],
  ])("asks again after one that was killed %s", async (_when, next, times) => {
    await writeFile(`${secret.path}.next`, next);
    if (times !== undefined) await writeFile(`${secret.path}.json`, times);
    const { asked, rotation } = await rotated();
    expect([asked(), rotation?.wasBrokenOff, await inFile()]).toEqual([1, false, "canary-new-token\n"]);
  });

  test("without room for the times still keeps the token", async () => {
    await mkdir(`${secret.path}.json`);
    const { rotation } = await rotated();
    expect([rotation?.areTimesKept, await inFile()]).toEqual([false, "canary-new-token\n"]);
  });

  test("that cannot write the new token says so", async () => {
    const { problem } = await rotated(async () => {
      await rm(secret.path);
      await mkdir(secret.path);
      return fresh;
    });
    expect(problem).toMatch(/cannot be written .*\(EISDIR\); the one in use dies within a day: .*rotate again before$/);
  });

  test("keeps out a new token that the gateway would not read", async () => {
    const { problem } = await rotated(async () => ({ ...fresh, token: "/canary-path" }));
    expect([problem, await inFile()]).toEqual([expect.stringMatching(/rotate again before$/), "canary-old-token\n"]);
  });
});
