import { writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { CertificateAuthority } from "../../src/x509/authority.js";
import { createKeyPair, privateKeyPem } from "../../src/x509/keys.js";
import { mostRuns } from "./cost.js";
import { productionEnv, unlimited } from "./gateway.js";
import { certificateFiles, type HostileFile, serviceKey, serviceKeyFiles } from "./members/files.js";
import { describeCosts } from "./suite.js";

let folder: string;
const pathOf = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Measures what a SIGHUP costs once a file holds something new. `good`: another usable text for each run. */
function describeReloads(
  entry: string,
  files: readonly HostileFile[],
  name: string,
  env: () => Record<string, string>,
  good: (run: number) => string,
): void {
  const rows = files.map((file) => ({ ...file, code: file.taken ? "taken" : "kept out" }));
  const start = () => {
    writeFileSync(pathOf(name), good(0));
    return env();
  };
  describeCosts(entry, rows, start, (gateway, { text }) => async (run) => {
    // First another good one: neither what is the same nor a problem that lasts is told again.
    await writeFile(pathOf(name), good(run));
    await gateway.reload();
    const file = text(good(0));
    await writeFile(pathOf(name), file);
    const use = async () => {
      const line = await gateway.reload();
      return { status: 0, code: /were (taken|kept out)/.exec(line)?.[1] };
    };
    return { bytes: Buffer.byteLength(file), use };
  });
}

describe("service keys", () => {
  const goodKeys = (run: number) => `[${serviceKey(`good-${run}`)}]`;
  const env = () =>
    productionEnv("http://127.0.0.1:9", {
      ...unlimited,
      AUTH_MODE: "jwt,apikey",
      AUTH_API_KEYS_FILE: pathOf("keys.json"),
    });

  describeReloads("AUTH_API_KEYS_FILE, read again", serviceKeyFiles, "keys.json", env, goodKeys);

  const taken = serviceKeyFiles.filter((file) => file.taken);
  const rows = taken.map((file) => ({ ...file, code: "UNAUTHENTICATED" }));
  const start = () => {
    writeFileSync(pathOf("keys.json"), goodKeys(0));
    return env();
  };
  describeCosts("AUTH_API_KEYS_FILE, in use", rows, start, (gateway, { text }) => async (run) => {
    if (run === 1) {
      await writeFile(pathOf("keys.json"), text(""));
      await gateway.reload();
    }
    const headers = { authorization: `ApiKey nobody.${run}` };
    return { bytes: 0, use: () => gateway.client.ask("{ regions { code } }", {}, headers) };
  });
});

describe("client certificates", () => {
  /** Of one key, so that only one file changes. */
  const certificates: string[] = [];
  let key: string;
  beforeAll(async () => {
    const authority = await CertificateAuthority.create("Test CA");
    const keys = await createKeyPair("ec-p256");
    key = privateKeyPem(keys);
    for (let run = 0; run <= mostRuns; run++) certificates.push(await authority.issueServer(["client"], keys));
  });

  const env = () => {
    writeFileSync(pathOf("client.key"), key);
    return productionEnv("https://127.0.0.1:9", {
      ...unlimited,
      AMITY_MTLS_CERT_FILE: pathOf("client.pem"),
      AMITY_MTLS_KEY_FILE: pathOf("client.key"),
    });
  };

  describeReloads(
    "AMITY_MTLS_CERT_FILE, read again",
    certificateFiles,
    "client.pem",
    env,
    (run) => certificates[run] ?? "",
  );
});
