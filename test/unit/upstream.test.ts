import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/config.js";
import { Reloads } from "../../src/system/reloading-file.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { connectUpstream } from "../../src/upstream.js";
import type { Validity } from "../../src/x509/authority.js";
import { recordingLogger } from "../support/canary.js";
import { type Credential, createTestAuthority, lives, validFor } from "../support/certificates.js";
import { testClock } from "../support/clock.js";
import { wordsOf } from "../support/reloads.js";

/** One pair for each life: made once, since keys take their time. */
const pairs = new Map<Validity, Credential>();
const tomorrow = { notBefore: new Date(Date.now() + 86_400_000), notAfter: new Date(Date.now() + 90 * 86_400_000) };
const soon = validFor(40);
const sooner = validFor(20);

beforeAll(async () => {
  const authority = await createTestAuthority();
  for (const life of [lives.valid, lives.expired, tomorrow, soon, sooner])
    pairs.set(life, await authority.client("client", life));
});

/** The Amity client with a certificate from files, which are then rewritten. */
async function connectWithPair(now = Date.now()) {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const [certPath, keyPath] = [join(folder, "client.pem"), join(folder, "client.key")];
  const write = async (life: Validity) => {
    await writeFile(certPath, pairs.get(life)?.cert ?? "");
    await writeFile(keyPath, pairs.get(life)?.key ?? "");
  };
  await write(soon);
  const { config, problems } = loadConfig({
    AUTH_MODE: "none",
    AMITY_SERVER_KEY: "canary-server-key",
    AMITY_MTLS_CERT_FILE: certPath,
    AMITY_MTLS_KEY_FILE: keyPath,
  });
  if (!config) throw new Error(problems.join("; "));
  const clock = testClock(now);
  const told: string[] = [];
  const reloads = new Reloads(clock, (_name, outcome) => told.push(wordsOf(outcome)));
  const metrics = new Metrics();
  const { logger, lines } = recordingLogger();
  await connectUpstream(config, undefined, { clock, random: () => 0, reloads, metrics, logger });
  const expiry = async () => {
    const { body } = await metrics.text();
    return Number(/amity_client_cert_expiry_timestamp_seconds\{.*\} (\d+)/.exec(body)?.[1]);
  };
  return { write, reloads, told, expiry, warnings: lines };
}

const secondsOf = ({ notAfter }: Validity) => Math.floor(notAfter.getTime() / 1_000);

test("the age of a region's server keys begins anew when one is replaced", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "key");
  await writeFile(path, "canary-server-key-1");
  const { config } = loadConfig({ AUTH_MODE: "none", AMITY_EU_SERVER_KEY_FILE: path });
  if (!config) throw new Error("no configuration");
  const clock = testClock();
  const reloads = new Reloads(clock, () => {});
  const metrics = new Metrics();
  await connectUpstream(config, undefined, {
    clock,
    random: () => 0,
    reloads,
    metrics,
    logger: recordingLogger().logger,
  });
  const ages = async () => (await metrics.text()).body.match(/^amity_server_key_age_seconds.*$/gm);
  clock.advance(90_000);
  expect(await ages()).toEqual(['amity_server_key_age_seconds{region="EU"} 90']);
  await writeFile(path, "canary-server-key-2");
  await reloads.reloadAll();
  clock.advance(5_000);
  expect(await ages()).toEqual(['amity_server_key_age_seconds{region="EU"} 5']);
});

describe("a client certificate in a file", () => {
  test("is taken when it is replaced", async () => {
    const { write, reloads, told, expiry } = await connectWithPair();
    await write(lives.valid);
    await reloads.reloadAll();
    expect([told, await expiry()]).toEqual([["taken"], secondsOf(lives.valid)]);
  });

  test.each([
    ["lives", 0],
    ["has expired since the start", 60 * 86_400_000],
  ])("that %s is not told of when nothing changed", async (_how, sinceMs) => {
    const { reloads, told } = await connectWithPair(Date.now() + sinceMs);
    await reloads.reloadAll();
    expect(told).toEqual([]);
  });

  test("that has expired is kept out", async () => {
    const { write, reloads, told, expiry } = await connectWithPair();
    await write(lives.expired);
    await reloads.reloadAll();
    expect([told, await expiry()]).toEqual([["the certificate is not valid now"], secondsOf(soon)]);
  });

  test("that is not valid yet is taken, and its time told", async () => {
    const { write, reloads, told, expiry, warnings } = await connectWithPair();
    await write(tomorrow);
    await reloads.reloadAll();
    expect([told, await expiry()]).toEqual([["taken"], secondsOf(tomorrow)]);
    const validFrom = new Date(Math.floor(tomorrow.notBefore.getTime() / 1_000) * 1_000).toISOString();
    expect(warnings.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "a client certificate waits until it is valid",
        name: "AMITY_MTLS_CERT_FILE",
        validFrom,
      },
    ]);
  });

  const dayMs = 24 * 60 * 60 * 1_000;
  test.each([
    [30 * dayMs, []],
    [30 * dayMs - 1, [{ level: "warn", message: "a client certificate expires soon", days: 29 }]],
    [7 * dayMs, [{ level: "warn", message: "a client certificate expires soon", days: 7 }]],
    [7 * dayMs - 1, [{ level: "error", message: "a client certificate expires very soon", days: 6 }]],
    [1, [{ level: "error", message: "a client certificate expires very soon", days: 0 }]],
  ])("that lives for %i ms more is told of at the start: %j", async (leftMs, lines) => {
    const { warnings, expiry } = await connectWithPair(secondsOf(soon) * 1_000 - leftMs);
    expect(warnings.map((line) => JSON.parse(line))).toEqual(
      lines.map((line) => ({ ...line, name: "AMITY_MTLS_CERT_FILE" })),
    );
    expect(await expiry()).toBe(secondsOf(soon));
  });

  test("that expires soon is warned of when it is taken", async () => {
    const { write, reloads, told, warnings } = await connectWithPair();
    expect(warnings).toEqual([]);
    await write(sooner);
    await reloads.reloadAll();
    expect(told).toEqual(["taken"]);
    expect(warnings.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn", days: 19 }]);
  });
});
