import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Credential, createTestAuthority, type TestAuthority } from "../support/certificates.js";
import { type TestClock, testClock } from "../support/clock.js";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type ForwardProxyFault, type TestForwardProxy, withForwardProxy } from "../support/proxy.js";
import { type SeenOverTls, withTlsUpstream } from "../support/tls-upstream.js";

const mint = '{ authToken(userId: "alice") { token } }';
const register = 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userId } }';
/** Nobody but the proxy knows the way to it. */
const host = "amity.test";

let folder: string;
let authority: TestAuthority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  authority = await createTestAuthority();
  await writeFile(join(folder, "ca.pem"), authority.ca);
});
afterAll(() => rm(folder, { recursive: true }));

async function writePair({ cert, key }: Credential): Promise<void> {
  await writeFile(join(folder, "client.key"), key);
  await writeFile(join(folder, "client.pem"), cert);
}

interface Scene extends TestGateway {
  readonly proxy: TestForwardProxy;
  readonly seen: readonly SeenOverTls[];
  readonly clock: TestClock;
}

interface SceneSetup {
  readonly env?: (proxy: TestForwardProxy) => Record<string, string>;
  readonly credentials?: string;
  readonly proxyTls?: Credential;
  readonly demandsCertificate?: boolean;
  /** Whose certificate the server shows. */
  readonly hosts?: readonly string[];
  readonly keepsAlive?: boolean;
  /** Time stands still unless the test moves it. */
  readonly ownClock?: boolean;
  /** Undefined breaks the connection off. */
  readonly answer?: (path: string) => string | undefined;
}

/** A gateway whose Amity is a TLS server that only a proxy reaches. When it has stopped, nobody may be connected. */
async function withScene(setup: SceneSetup, use: (scene: Scene) => Promise<void>): Promise<void> {
  const {
    answer = answerOf,
    demandsCertificate = false,
    keepsAlive = true,
    hosts = [host, "2001:db8::1"],
    credentials,
  } = setup;
  const clock = testClock(Date.now());
  await withTlsUpstream({ authority, hosts, demandsCertificate, keepsAlive }, answer, async ({ port, seen }) => {
    const ports = { [host]: port, "[2001:db8::1]": port };
    const tls = setup.proxyTls;
    await withForwardProxy({ ports, ...(credentials && { credentials }), ...(tls && { tls }) }, async (proxy) => {
      const env = regionAt(`https://${host}`, {
        AMITY_MTLS_CA_FILE: join(folder, "ca.pem"),
        HTTPS_PROXY: proxy.url,
        ...setup.env?.(proxy),
      });
      const options = { env, random: () => 0, ...(setup.ownClock && clock) };
      await withGateway(options, (gateway) => use({ ...gateway, proxy, seen, clock }));
      await proxy.isIdle();
    });
  });
}

function answerOf(path: string): string {
  return path.includes("/authentication/token") ? '"a-token"' : JSON.stringify({ accessToken: "t", users: [] });
}

const pairEnv = () => ({
  AMITY_MTLS_CERT_FILE: join(folder, "client.pem"),
  AMITY_MTLS_KEY_FILE: join(folder, "client.key"),
});

describe("a gateway behind a proxy", () => {
  test("reaches Amity by CONNECT, TLS and certificate untouched", async () => {
    await writePair(await authority.client("gateway"));
    await withScene({ env: pairEnv, demandsCertificate: true }, async ({ ask, proxy, seen }) => {
      expect((await ask(mint)).body).toEqual({ data: { authToken: { token: "a-token" } } });
      expect(proxy.targets).toEqual([`${host}:443`]);
      expect(seen).toMatchObject([{ host, client: "gateway" }]);
    });
  });

  test("makes many calls through one tunnel", async () => {
    await withScene({}, async ({ ask, proxy, seen }) => {
      for (let count = 0; count < 5; count++) expect((await ask(mint)).body.errors).toBeUndefined();
      expect([proxy.targets.length, seen.length]).toEqual([1, 5]);
    });
  });

  test("opens as many tunnels as calls at once, and keeps them", async () => {
    await withScene({}, async ({ ask, proxy, seen }) => {
      const users = ["a", "b", "c"].map((id) => `${id}: authToken(userId: "${id}") { token }`).join(" ");
      for (let count = 0; count < 3; count++) expect((await ask(`{ ${users} }`)).body.errors).toBeUndefined();
      expect([proxy.targets.length, proxy.clients, seen.length]).toEqual([3, 3, 9]);
    });
  });

  test("shows a new client certificate through a new tunnel", async () => {
    await writePair(await authority.client("first"));
    await withScene({ env: pairEnv, demandsCertificate: true, ownClock: true }, async ({ ask, proxy, seen, clock }) => {
      await ask(mint);
      await writePair(await authority.client("second"));
      clock.advance(2_000);
      expect((await ask(mint)).body.errors).toBeUndefined();
      expect(seen.map(({ client }) => client)).toEqual(["first", "second"]);
      expect(proxy.targets).toHaveLength(2);
    });
  });

  test.each(["user:secret-of-the-proxy", "us er:pä:ss@/wörd-of-proxy"])("shows the proxy %j", async (credentials) => {
    const [user = "", ...rest] = credentials.split(":");
    const password = rest.join(":");
    const env = ({ url }: TestForwardProxy) => ({
      HTTPS_PROXY: url.replace("//", `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`),
    });
    await withScene({ env, credentials }, async ({ ask, proxy, logged }) => {
      expect((await ask(mint)).body.errors).toBeUndefined();
      proxy.fail(403);
      expect((await ask(register)).body.errors).toBeDefined();
      for (const secret of [password, encodeURIComponent(password)]) expect(logged.join()).not.toContain(secret);
    });
  });

  test("may talk TLS to the proxy, whose certificate is verified", async () => {
    const proxyTls = await authority.server(["127.0.0.1"]);
    await withScene({ proxyTls }, async ({ ask, logged }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      expect(logged.join()).toContain("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    });
  });

  test("verifies Amity's certificate through the tunnel", async () => {
    await withScene({ hosts: ["other.test"] }, async ({ ask, seen }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      expect(seen).toEqual([]);
    });
  });

  // Node.js 22.23 takes no certificate for any IPv6 address.
  const certificate = { subjectaltname: "IP Address:2001:DB8:0:0:0:0:0:1", subject: {} } as PeerCertificate;
  const testOfAddress = checkServerIdentity("2001:db8::1", certificate) === undefined ? test : test.skip;
  testOfAddress("names an IPv6 host in brackets and verifies it", async () => {
    const env = () => ({ AMITY_EU_BASE_URL: "https://[2001:db8::1]" });
    await withScene({ env }, async ({ ask, proxy }) => {
      expect((await ask(mint)).body.errors).toBeUndefined();
      expect(proxy.targets).toEqual(["[2001:db8::1]:443"]);
    });
    await withScene({ env, hosts: [host] }, async ({ ask }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
    });
  });

  test("registers no session twice when an answer breaks off", async () => {
    const answer = (path: string) => (path.includes("/sessions") ? undefined : answerOf(path));
    await withScene({ answer }, async ({ ask, seen }) => {
      const { code } = errorOf(await ask(register)).extensions;
      expect([code, seen.map(({ path }) => path)]).toEqual([
        "UPSTREAM_UNAVAILABLE",
        [expect.stringContaining("/token"), "/api/v3/sessions"],
      ]);
    });
  });

  test("resumes TLS in the next tunnel", async () => {
    await withScene({ keepsAlive: false }, async ({ ask, proxy, seen }) => {
      await ask(mint);
      await ask(mint);
      expect([proxy.targets.length, seen.map(({ isResumed }) => isResumed)]).toEqual([2, [false, true]]);
    });
  });

  test("goes round it where NO_PROXY says so", async () => {
    await withScene({ env: () => ({ NO_PROXY: `other.test, .${host}` }) }, async ({ ask, proxy }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      expect(proxy.targets).toEqual([]);
    });
  });
});

describe("a proxy", () => {
  test.each<[ForwardProxyFault, string, string, RegExp]>([
    [403, "UPSTREAM_UNAVAILABLE", "PROXY_REFUSED", /refuses to connect to the host \(HTTP 403\)/],
    [400, "UPSTREAM_UNAVAILABLE", "PROXY_REFUSED", /\(HTTP 400\)/],
    [204, "UPSTREAM_UNAVAILABLE", "PROXY_REFUSED", /\(HTTP 204\)/],
    [407, "UPSTREAM_UNAVAILABLE", "PROXY_AUTH_REQUIRED", /wants a user and password.* \(HTTP 407\)/],
    [502, "UPSTREAM_UNAVAILABLE", "PROXY_CANNOT_CONNECT", /cannot reach the host itself \(HTTP 502\)/],
    [503, "UPSTREAM_UNAVAILABLE", "PROXY_CANNOT_CONNECT", /\(HTTP 503\)/],
    [504, "UPSTREAM_UNAVAILABLE", "PROXY_CANNOT_CONNECT", /\(HTTP 504\)/],
    ["breaks off", "UPSTREAM_UNAVAILABLE", "PROXY_UNREACHABLE", /cannot be used \(ECONNRESET\)/],
    ["says no HTTP", "UPSTREAM_UNAVAILABLE", "PROXY_UNREACHABLE", /cannot be used \(HPE_\w+\)/],
    ["says nothing", "UPSTREAM_TIMEOUT", "PROXY_TIMEOUT", /gives no connection in time$/],
  ])("that fails by %p is told of as the proxy", async (fault, code, reason, problem) => {
    await withScene({ env: () => ({ UPSTREAM_TIMEOUT_MS: "3000" }) }, async ({ ask, proxy, logged, seen }) => {
      proxy.fail(fault);
      expect(errorOf(await ask(register)).extensions.code).toBe(code);
      const line = logged.map((text) => JSON.parse(text)).find((fields) => fields.code === code);
      const name = `the proxy ${new URL(proxy.url).host} (HTTPS_PROXY) `;
      expect(line).toMatchObject({ region: "EU", reason, problem: expect.stringMatching(problem) });
      expect(line.problem.startsWith(name)).toBe(true);
      expect(seen).toEqual([]);
      proxy.fail(undefined);
      expect((await ask(mint)).body.errors).toBeUndefined();
    });
  });

  test.each<[ForwardProxyFault, string]>([
    ["connects and says no more", "UPSTREAM_TIMEOUT"],
    ["connects and breaks off", "UPSTREAM_UNAVAILABLE"],
  ])("that %s is a failed handshake", async (fault, code) => {
    await withScene({ env: () => ({ UPSTREAM_TIMEOUT_MS: "3000" }) }, async ({ ask, proxy }) => {
      proxy.fail(fault);
      expect(errorOf(await ask(register)).extensions.code).toBe(code);
    });
  });

  test("that is slower than an attempt is told of as the proxy", async () => {
    await withScene({ env: () => ({ UPSTREAM_ATTEMPT_TIMEOUT_MS: "200" }) }, async ({ ask, proxy, logged }) => {
      proxy.fail("says nothing");
      expect(errorOf(await ask(register)).extensions.code).toBe("UPSTREAM_TIMEOUT");
      // The answer waited for none of the three attempts' connections.
      expect(proxy.clients).toBe(3);
      expect(logged.join()).toContain("(HTTPS_PROXY) gives no connection in time");
    });
  });

  test("that is not there is told of as the proxy", async () => {
    const env = () => ({ HTTPS_PROXY: "http://127.0.0.1:1" });
    await withScene({ env }, async ({ ask, logged }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
      expect(logged.join()).toContain("the proxy 127.0.0.1:1 (HTTPS_PROXY) cannot be used (ECONNREFUSED)");
    });
  });
});
