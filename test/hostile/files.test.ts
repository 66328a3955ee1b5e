import { writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { productionEnv, unlimited } from "./gateway.js";
import { serviceKeyFiles } from "./members/files.js";
import { describeCosts } from "./suite.js";

const rows = serviceKeyFiles.map(({ name, taken, text }) => ({ name, code: taken ? "taken" : "kept out", text }));

describe("service keys", () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    path = join(folder, "keys.json");
  });
  afterAll(() => rm(folder, { recursive: true }));

  function env(): Record<string, string> {
    writeFileSync(path, "[]");
    return productionEnv("http://127.0.0.1:9", { ...unlimited, AUTH_MODE: "jwt,apikey", AUTH_API_KEYS_FILE: path });
  }

  describeCosts("AUTH_API_KEYS_FILE, read again", rows, env, (gateway, { text }) => async (run) => {
    // Another good one first: neither what is the same nor a problem that lasts is told again.
    await writeFile(path, `[]${" ".repeat(run)}`);
    await gateway.reload();
    await writeFile(path, text);
    const use = async () => {
      const line = await gateway.reload();
      return { status: 0, code: /were (taken|kept out)/.exec(line)?.[1] };
    };
    return { bytes: Buffer.byteLength(text), use };
  });

  describeCosts(
    "AUTH_API_KEYS_FILE, in use",
    rows.filter(({ code }) => code === "taken").map((row) => ({ ...row, code: "UNAUTHENTICATED" })),
    env,
    (gateway, { text }) =>
      async (run) => {
        if (run === 1) {
          await writeFile(path, text);
          await gateway.reload();
        }
        const headers = { authorization: `ApiKey nobody.${run}` };
        return { bytes: 0, use: () => gateway.client.ask("{ regions { code } }", {}, headers) };
      },
  );
});
