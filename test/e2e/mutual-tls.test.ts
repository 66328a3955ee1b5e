import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import { issue, postRequest } from "../support/certificates.js";
import { type TestClock, testClock } from "../support/clock.js";
import { bearer, rawCall, withEmulator } from "../support/emulator.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { run } from "../support/process.js";

const mint = '{ authToken(userId: "alice") { userId token } }';
const endAll = 'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }';
const write = 'mutation { upsertUser(input: { userId: "alice", displayName: "Alice" }) { userId } }';
const lookUp = '{ user(userId: "alice") { displayName } }';
const dayMs = 24 * 60 * 60 * 1000;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

/** Settings of a gateway for this emulator, whose files lie in the folder. */
async function envFor(emulator: Emulator, more: Record<string, string> = {}): Promise<Record<string, string>> {
  await writeFile(at("ca.pem"), emulator.ca ?? "");
  return {
    AMITY_SG_BASE_URL: emulator.url,
    AMITY_SG_API_KEY: emulator.apiKey,
    AMITY_SG_SERVER_KEY: emulator.serverKey,
    AMITY_MTLS_CA_FILE: at("ca.pem"),
    ...more,
  };
}

const pairEnv = () => ({ AMITY_MTLS_CERT_FILE: at("client.pem"), AMITY_MTLS_KEY_FILE: at("client.key") });

async function writePair({ cert, key }: { cert: string; key: string }): Promise<void> {
  await writeFile(at("client.key"), key);
  await writeFile(at("client.pem"), cert);
}

describe("a network with mutual TLS", () => {
  test("gives tokens after csr, console and configuration", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      const made = await run(["csr", "--name", "night backend", "--key-type", "ec-p256", "--out", folder]);
      expect([made.code, made.stderr]).toEqual([0, ""]);
      const csr = await readFile(at("night_backend.csr.pem"), "utf8");
      const issued = JSON.parse((await postRequest(emulator, "night backend", csr)).text);
      await writeFile(at("client.pem"), issued.certificate);
      const env = await envFor(emulator, {
        AMITY_MTLS_CERT_FILE: at("client.pem"),
        AMITY_MTLS_KEY_FILE: at("night_backend.key.pem"),
      });
      await withGateway({ env }, async ({ ask }) => {
        const { body } = await ask(`{ authToken(userId: "alice") { userId } region(code: SG) { mutualTls status } }`);
        expect(body.data).toEqual({ authToken: { userId: "alice" }, region: { mutualTls: true, status: "AVAILABLE" } });
        const created = await ask('mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userId } }');
        expect(created.body.data).toEqual({ createSession: { userId: "alice" } });
      });
    });
  });

  test("takes the admin token with the certificate, and users' tokens without", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      await writePair(await issue(emulator, "backend"));
      const env = await envFor(emulator, {
        ...pairEnv(),
        AMITY_SG_ADMIN_TOKEN: emulator.adminToken,
        USER_PROFILES: "on",
      });
      await withGateway({ env }, async ({ ask }) => {
        const created = await ask(
          'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { accessToken } }',
        );
        const { accessToken } = created.body.data.createSession;
        const state = async () =>
          (await ask("query ($t: String!) { sessionStatus(accessToken: $t) { state } }", { t: accessToken })).body.data;
        expect(await state()).toEqual({ sessionStatus: { state: "ACTIVE" } });
        expect((await ask(endAll)).body).toEqual({ data: { revokeUserSessions: { revoked: true } } });
        expect(await state()).toEqual({ sessionStatus: { state: "INVALID" } });
        expect((await ask(write)).body).toEqual({ data: { upsertUser: { userId: "alice" } } });
        expect((await ask(lookUp)).body).toEqual({ data: { user: { displayName: "Alice" } } });
      });
      const { AMITY_MTLS_CERT_FILE: _cert, AMITY_MTLS_KEY_FILE: _key, ...bare } = env;
      await withGateway({ env: bare, random: () => 0 }, async ({ ask }) => {
        for (const query of [endAll, write, lookUp])
          expect(errorOf(await ask(query)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      });
    });
  });

  test("gives none without a certificate", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      await withGateway({ env: await envFor(emulator), random: () => 0 }, async ({ ask }) => {
        expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      });
    });
  });

  test("is not trusted without its authority", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      const { AMITY_MTLS_CA_FILE: _, ...env } = await envFor(emulator);
      await withGateway({ env, random: () => 0 }, async ({ ask }) => {
        expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      });
    });
  });

  test("has its expired server certificate refused", async () => {
    await withEmulator({ mtls: true, faults: [{ kind: "serverCertificateExpired" }] }, async (emulator) => {
      await withGateway({ env: await envFor(emulator), random: () => 0 }, async ({ ask }) => {
        expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      });
    });
  });
});

describe("a client certificate", () => {
  async function withPair(
    use: (gateway: TestGateway, emulator: Emulator, clock: TestClock) => Promise<void>,
    certificateLifetimeMs = 365 * dayMs,
  ): Promise<void> {
    const clock = testClock(Date.now());
    await withEmulator({ mtls: { certificateLifetimeMs }, clock: clock.now }, async (emulator) => {
      await writePair(await issue(emulator, "first"));
      const env = await envFor(emulator, pairEnv());
      await withGateway({ env, ...clock }, (gateway) => use(gateway, emulator, clock));
    });
  }

  test("is replaced while the gateway runs", async () => {
    await withPair(async ({ ask }, emulator, clock) => {
      expect((await ask(mint)).body.errors).toBeUndefined();
      await writePair(await issue(emulator, "second"));
      await disable(emulator, "first");
      clock.advance(1_000);
      expect((await ask(mint)).body.errors).toBeUndefined();
    });
  });

  test("whose key is another's is kept out", async () => {
    await withPair(async ({ ask, logged }, emulator, clock) => {
      const { cert } = await issue(emulator, "second");
      await writeFile(at("client.pem"), cert);
      clock.advance(1_000);
      expect((await ask(mint)).body.errors).toBeUndefined();
      expect(logged.join()).toContain("the key is not the certificate's");
    });
  });

  test("of tomorrow waits, and serves without another word", async () => {
    await withPair(async ({ ask, logged }, emulator, clock) => {
      clock.advance(dayMs);
      const next = await issue(emulator, "next");
      clock.setWall(-dayMs);
      await writePair(next);
      clock.advance(1_000);
      expect((await ask(mint)).body.errors).toBeUndefined();
      await disable(emulator, "first");
      clock.advance(dayMs);
      expect((await ask(mint)).body.errors).toBeUndefined();
      expect(logged.join()).not.toContain("kept out");
    });
  });

  test("that expires soon is warned of and measured", async () => {
    await withPair(async ({ logged, send }) => {
      expect(logged.join()).toContain("a client certificate expires soon");
      expect((await send("/metrics")).text).toMatch(
        /amity_client_cert_expiry_timestamp_seconds\{name="AMITY_MTLS_CERT_FILE"\} \d{10}/,
      );
    }, 20 * dayMs);
  });

  test("that expires gives way to the second pair", async () => {
    const clock = testClock(Date.now());
    const mtls = { certificateLifetimeMs: 40 * dayMs };
    await withEmulator({ mtls, clock: clock.now }, async (emulator) => {
      await writePair(await issue(emulator, "first"));
      clock.advance(20 * dayMs);
      const second = await issue(emulator, "second");
      await writeFile(at("client2.pem"), second.cert);
      await writeFile(at("client2.key"), second.key);
      const secondEnv = { AMITY_MTLS_CERT2_FILE: at("client2.pem"), AMITY_MTLS_KEY2_FILE: at("client2.key") };
      const env = await envFor(emulator, { ...pairEnv(), ...secondEnv });
      await withGateway({ env, ...clock }, async ({ ask }) => {
        expect((await ask(mint)).body.errors).toBeUndefined();
        clock.advance(21 * dayMs);
        expect((await ask(mint)).body.errors).toBeUndefined();
      });
    });
  });
});

async function disable(emulator: Emulator, name: string): Promise<void> {
  await rawCall(emulator, `DELETE /__emulator/certificates/${name}`, { headers: bearer(emulator.controlKey) });
}
