import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type AdminTokenTimes, timesText } from "../../src/amity/admin-token.js";
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
  const { close } = await connectUpstream(config, undefined, { clock, random: () => 0, reloads, metrics, logger });
  const expiry = async () => {
    const { body } = await metrics.text();
    return Number(/amity_client_cert_expiry_timestamp_seconds\{.*\} (\d+)/.exec(body)?.[1]);
  };
  return { write, reloads, told, expiry, warnings: lines, clock, close };
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

/** The Amity client with an admin token from a file, and the times beside it, if there are any. */
async function connectWithAdminToken(times: Partial<AdminTokenTimes>, now: number) {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "token");
  const put = async (token: string, { issuedAt, expiresAt }: Partial<AdminTokenTimes>) => {
    await writeFile(`${path}.json`, timesText({ token, issuedAt, expiresAt }));
    await writeFile(path, token);
  };
  await put("canary-admin-token-1", times);
  const { config } = loadConfig({
    AUTH_MODE: "none",
    AMITY_EU_SERVER_KEY: "canary-server-key",
    AMITY_EU_ADMIN_TOKEN_FILE: path,
  });
  if (!config) throw new Error("no configuration");
  const clock = testClock(now);
  const metrics = new Metrics();
  const { logger, lines } = recordingLogger();
  const reloads = new Reloads(clock, () => {});
  const { close } = await connectUpstream(config, undefined, { clock, random: () => 0, reloads, metrics, logger });
  const measured = async () => (await metrics.text()).body.match(/^amity_admin_token_.*$/gm);
  return { put, clock, close, measured, lines };
}

describe("an admin token in a file", () => {
  const dayMs = 86_400_000;
  const issuedAt = new Date("2026-01-01T00:00:00Z");
  const expiresAt = new Date("2027-01-01T00:00:00Z");
  const end = expiresAt.getTime();

  test.each([
    [30 * dayMs, []],
    [30 * dayMs - 1, [{ level: "warn", message: "an admin token expires soon", days: 29 }]],
    [7 * dayMs - 1, [{ level: "error", message: "an admin token expires very soon", days: 6 }]],
    [0, [{ level: "error", message: "an admin token has expired", days: 0 }]],
  ])("that lives for %i ms more is told of at the start", async (leftMs, told) => {
    const { lines } = await connectWithAdminToken({ expiresAt }, end - leftMs);
    expect(lines.map((line) => JSON.parse(line))).toEqual(told.map((line) => ({ ...line, region: "EU" })));
  });

  test("that comes near its end is warned of day after day", async () => {
    const { clock, lines, close } = await connectWithAdminToken({ expiresAt }, end - 31 * dayMs);
    const days = [];
    for (let day = 0; day < 33; day++) {
      clock.advance(dayMs);
      while (day > 0 && lines.length === 0) await setImmediate();
      days.push(...lines.splice(0).map((line) => JSON.parse(line).days));
    }
    expect(days).toEqual([...Array(32).keys()].map((day) => 29 - day));
    close();
    expect(clock.pending()).toBe(0);
  });

  test("has its times measured, and those of the next", async () => {
    const { put, clock, measured, lines } = await connectWithAdminToken({ issuedAt, expiresAt }, issuedAt.getTime());
    expect(await measured()).toEqual([
      'amity_admin_token_issued_timestamp_seconds{region="EU"} 1767225600',
      'amity_admin_token_expiry_timestamp_seconds{region="EU"} 1798761600',
    ]);
    await put("canary-admin-token-2", { expiresAt: new Date("2027-02-01T00:00:00Z") });
    clock.advance(1_000);
    expect(await measured()).toEqual(['amity_admin_token_expiry_timestamp_seconds{region="EU"} 1801440000']);
    expect(lines).toEqual([]);
  });

  test("of which no times are known has none", async () => {
    const { measured, lines } = await connectWithAdminToken({}, end);
    expect([await measured(), lines]).toEqual([null, []]);
  });
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

  test("that comes near its end is warned of on that day", async () => {
    const { clock, close, warnings } = await connectWithPair(secondsOf(soon) * 1_000 - 31 * dayMs);
    clock.advance(dayMs);
    clock.advance(dayMs);
    while (warnings.length === 0) await setImmediate();
    expect(JSON.parse(warnings[0] ?? "")).toMatchObject({ message: "a client certificate expires soon", days: 29 });
    close();
    expect(clock.pending()).toBe(0);
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
