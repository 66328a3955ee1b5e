import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { exitCodes } from "../../src/cli/exit-codes.js";
import { fields, variables } from "../../src/config/fields.js";
import { describeWith } from "../support/system-programs.js";
import { textOf } from "./files.js";

const unit = textOf("deploy/amity-graphql.service");
const analyze = "/usr/bin/systemd-analyze";

/** All values that the unit gives a name. */
function valuesOf(name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

describeWith(analyze)("the unit for systemd", () => {
  /** What systemd has to say of the unit, where Node.js lies elsewhere. */
  async function analyzed(...args: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const path = join(folder, "amity-graphql.service");
    await writeFile(path, unit.replaceAll("/usr/bin/node", process.execPath));
    const { status, stdout, stderr } = spawnSync(analyze, [...args, path], { encoding: "utf8" });
    await rm(folder, { recursive: true });
    return { status, stdout, stderr };
  }

  test("is understood without a word", async () => {
    expect(await analyzed("verify", "--man=no")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("is exposed to 1.3 of 10 at most", async () => {
    const { status, stdout } = await analyzed("security", "--offline=yes", "--no-pager", "--threshold=13");
    expect([status, stdout]).toEqual([0, expect.stringContaining("Overall exposure level")]);
  });

  test("gives every credential to a setting of that file", () => {
    const names = valuesOf("LoadCredential").map((value) => value.split(":")[0]);
    const given = valuesOf("Environment").flatMap((value) => {
      const [, name = "", file] = /^(\w+)=%d\/(.*)$/.exec(value) ?? [];
      return file ? [[name, file]] : [];
    });
    expect(given.map(([, file]) => file).sort()).toEqual(names.sort());
    expect(given.filter(([name = ""]) => !variables.has(name))).toEqual([]);
  });

  test("waits for requests under way, and starts no wrong setting anew", () => {
    const [wait] = valuesOf("TimeoutStopSec");
    expect(Number(wait) * 1_000).toBeGreaterThan(fields.SHUTDOWN_DELAY_MS.default + fields.DRAIN_MS.default);
    expect(valuesOf("RestartPreventExitStatus")).toEqual([`${exitCodes.usage} ${exitCodes.configuration}`]);
  });
});
