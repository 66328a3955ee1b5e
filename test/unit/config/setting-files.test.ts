import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";
import { variables } from "../../../src/config/fields.js";
import type { Env } from "../../../src/config/reader.js";
import { readSettingFiles, settingFiles } from "../../../src/config/setting-files.js";
import { testClock } from "../../support/clock.js";

const never = new Promise<string>(() => {});

/** What loadConfig says when the files at these paths hang. */
async function problemsWhenHanging(env: Env, ...paths: string[]): Promise<readonly string[]> {
  const clock = testClock();
  const read = async (path: string) => (paths.includes(path) ? never : "server-key-of-a-file");
  const reading = readSettingFiles(env, { clock, read });
  await setImmediate();
  clock.advance(5_000);
  const { problems } = loadConfig(env, await reading);
  expect(clock.pending()).toBe(0);
  return problems;
}

describe("a file that hangs", () => {
  test("is a problem that names its variable, and no others", async () => {
    const env = {
      AMITY_API_KEY: "a",
      AUTH_MODE: "none",
      AMITY_SERVER_KEY_FILE: "/slow",
      AMITY_EU_SERVER_KEY_FILE: "/ok",
    };
    expect(await problemsWhenHanging(env, "/slow")).toEqual([
      "AMITY_SERVER_KEY_FILE names a file that cannot be read in time: its disk or mount hangs",
    ]);
  });

  test("that comes just in time is none", async () => {
    const clock = testClock();
    const env = { AUTH_MODE: "none", AMITY_SERVER_KEY_FILE: "/slow" };
    const read = () => new Promise<string>((resolve) => clock.after(4_999, () => resolve("server-key")));
    const reading = readSettingFiles(env, { clock, read });
    clock.advance(4_999);
    await setImmediate();
    clock.advance(1_000);
    expect(loadConfig(env, await reading).problems).toEqual([]);
  });
});

/** Everything that names a file to read. */
const namingFiles = [
  ...[...variables.keys()].filter((variable) => variable.endsWith("_FILE") && variable !== "AUDIT_FILE"),
  "NODE_EXTRA_CA_CERTS",
];

test("files that are read leave no timer behind", async () => {
  const clock = testClock();
  await readSettingFiles(
    { AMITY_SERVER_KEY_FILE: "/key", AMITY_API_KEY_FILE: "/key" },
    { clock, read: async () => "" },
  );
  expect(clock.pending()).toBe(0);
});

describe("the files of settings", () => {
  test.each(namingFiles)("are read for %s before anybody asks for them", async (variable) => {
    const env = { AUTH_MODE: "jwt,apikey", AMITY_MTLS_CA_FILE: "/ca", [variable]: "/secrets/file" };
    const asked: string[] = [];
    const readFile = await readSettingFiles(env, { read: async (path) => path });
    const { problems } = loadConfig(env, (path) => {
      asked.push(path);
      return readFile(path);
    });
    expect(problems.join()).not.toContain("was not read");
    // Of a pair that is not whole, neither file is.
    expect(asked).toContain(/_(?:CERT|KEY)2?_FILE$/.test(variable) && /MTLS/.test(variable) ? "/ca" : "/secrets/file");
  });

  test("are secret where keys and secrets are in them", () => {
    const env = Object.fromEntries(namingFiles.map((variable) => [variable, "/secrets/file"]));
    const files = settingFiles(env);
    const open = files.flatMap(({ variable, isSecret }) => (isSecret ? [] : [variable]));
    expect(files.map(({ variable }) => variable).sort()).toEqual(namingFiles.toSorted());
    expect(open.sort()).toEqual([
      "AMITY_MTLS_CA_FILE",
      "AMITY_MTLS_CERT2_FILE",
      "AMITY_MTLS_CERT_FILE",
      "AUTH_API_KEYS_FILE",
      "AUTH_JWT_PUBLIC_KEY_FILE",
      "NODE_EXTRA_CA_CERTS",
      "REDIS_CA_FILE",
    ]);
  });

  test("are left out where no path can be", () => {
    expect(settingFiles({ AMITY_API_KEY_FILE: "", AMITY_SERVER_KEY_FILE: '"/quoted"' })).toEqual([]);
  });
});
