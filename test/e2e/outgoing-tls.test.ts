import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Check } from "../../src/doctor/check.js";
import { createTestAuthority, type TestAuthority } from "../support/certificates.js";
import { regionAt } from "../support/gateway.js";
import { run, withGatewayProcess } from "../support/process.js";
import { type TestForwardProxy, withForwardProxy } from "../support/proxy.js";
import { type SeenOverTls, withTlsUpstream } from "../support/tls-upstream.js";
import { makeKey, type SigningKey } from "../support/tokens.js";

const amity = "amity.test";
const provider = "id.test";
const password = "canary-password-of-the-proxy";

let folder: string;
let authority: TestAuthority;
let key: SigningKey;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  authority = await createTestAuthority();
  key = await makeKey("EdDSA", "one");
  await writeFile(join(folder, "ca.pem"), authority.ca);
});
afterAll(() => rm(folder, { recursive: true }));

/** What Amity answers, and the identity provider. */
function answerOf(path: string): string {
  if (path.includes("/authentication/token")) return '"a-token"';
  if (path === "/keys") return JSON.stringify({ keys: [key.jwk] });
  if (path.startsWith("/.well-known/")) {
    return JSON.stringify({ issuer: `https://${provider}`, jwks_uri: `https://${provider}/keys` });
  }
  return "{}";
}

const trusting = () => ({
  NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
  AMITY_MTLS_CA_FILE: join(folder, "ca.pem"),
});

const signedIn = (issuer: string) => ({ AUTH_MODE: "jwt", AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: "app" });

async function doctor(env: Record<string, string>): Promise<(name: string) => Check | undefined> {
  const { stdout } = await run(["doctor", "--json"], env);
  const { checks }: { checks: Check[] } = JSON.parse(stdout);
  return (name) => checks.find(({ check }) => check === name);
}

describe("with NODE_TLS_REJECT_UNAUTHORIZED=0", () => {
  const weak = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };

  /** One server that nobody trusts is Amity and the identity provider. */
  function withStranger(use: (env: Record<string, string>, seen: readonly SeenOverTls[]) => Promise<void>) {
    return withTlsUpstream({ authority, hosts: ["127.0.0.1"] }, answerOf, async ({ port, seen }) => {
      const url = `https://127.0.0.1:${port}`;
      await use({ ...regionAt(url), ...signedIn(url), AUTH_JWT_JWKS_URL: `${url}/keys`, ...weak }, seen);
    });
  }

  test("a stranger's keys verify nobody", async () => {
    await withStranger(async (env, seen) => {
      await withGatewayProcess(env, async (url, running) => {
        expect((await fetch(new URL("/readyz", url))).status).toBe(503);
        expect(await running.printed(/switches off that certificates are verified/)).toBeTruthy();
      });
      expect(seen).toEqual([]);
      await withGatewayProcess({ ...env, ...trusting() }, async (url) => {
        expect((await fetch(new URL("/readyz", url))).status).toBe(200);
      });
    });
  });

  test("a stranger's Amity is told no key", async () => {
    await withStranger(async (env, seen) => {
      const { code, stderr } = await run(["token", "--user", "alice"], env);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^UPSTREAM_UNAVAILABLE/m)]);
      expect(seen).toEqual([]);
    });
  });

  test("the doctor fails what the gateway would", async () => {
    await withStranger(async (env, seen) => {
      const find = await doctor(env);
      expect(find("server certificate")).toMatchObject({
        status: "fail",
        detail: expect.stringContaining("(SELF_SIGNED_CERT_IN_CHAIN)"),
      });
      expect(find("token keys")).toMatchObject({ status: "fail" });
      expect(find("NODE_TLS_REJECT_UNAUTHORIZED")).toMatchObject({ status: "warn" });
      expect(seen).toEqual([]);
    });
  });

  test("production does not start", async () => {
    await withStranger(async (env) => {
      const { code, stderr } = await run(["start"], { ...env, NODE_ENV: "production" });
      expect([code, stderr]).toEqual([
        78,
        "amity-graphql cannot start:\n  NODE_TLS_REJECT_UNAUTHORIZED switches off that certificates are verified; unset it: not in production\n",
      ]);
    });
  });

  test("Node's own weak options count where they stand", async () => {
    await withStranger(async ({ NODE_TLS_REJECT_UNAUTHORIZED: _, ...env }) => {
      const options = { ...env, NODE_ENV: "production", NODE_OPTIONS: "--tls-min-v1.0" };
      const { code, stderr } = await run(["start"], options);
      expect([code, stderr]).toEqual([78, expect.stringContaining("NODE_OPTIONS has --tls-min-v1.0")]);
    });
  });
});

describe("behind a proxy", () => {
  /** Amity and the identity provider, which nobody but the proxy reaches, and settings that name it. */
  function withProxied(
    use: (env: Record<string, string>, proxy: TestForwardProxy, seen: readonly SeenOverTls[]) => Promise<void>,
  ) {
    return withTlsUpstream({ authority, hosts: [amity, provider] }, answerOf, async ({ port, seen }) => {
      const setup = { ports: { [amity]: port, [provider]: port }, credentials: `gateway:${password}` };
      await withForwardProxy(setup, async (proxy) => {
        const HttpsProxy = proxy.url.replace("//", `//gateway:${password}@`);
        const env = {
          ...regionAt(`https://${amity}`),
          ...signedIn(`https://${provider}`),
          ...trusting(),
          HTTPS_PROXY: HttpsProxy,
        };
        await use(env, proxy, seen);
      });
    });
  }

  test("callers' keys are fetched by it, discovery too", async () => {
    await withProxied(async (env, proxy) => {
      const { stdout, stderr } = await withGatewayProcess({ ...env, NODE_ENV: "production" }, async (url) => {
        expect((await fetch(new URL("/readyz", url))).status).toBe(200);
      });
      expect(proxy.targets).toEqual([`${provider}:443`, `${provider}:443`]);
      expect(stdout + stderr).not.toContain(password);
      const line = stdout.split("\n").find((text) => text.includes("by a proxy")) ?? "{}";
      const name = `${new URL(proxy.url).host} (HTTPS_PROXY)`;
      expect(JSON.parse(line)).toMatchObject({ level: 30, proxy: name, hosts: [amity, provider] });
    });
  });

  test("its refusal is why keys cannot be fetched", async () => {
    await withProxied(async (env, proxy) => {
      proxy.fail(403);
      const { stdout } = await withGatewayProcess(env, async (url) => {
        expect((await fetch(new URL("/readyz", url))).status).toBe(503);
      });
      expect(stdout).toMatch(/reason: "PROXY_REFUSED".*problem: "the proxy/s);
    });
  });

  test("the doctor goes as the gateway does", async () => {
    await withProxied(async (env, proxy, seen) => {
      const find = await doctor(env);
      expect(find("proxy")).toMatchObject({
        status: "ok",
        detail: expect.stringMatching(/^connects by 127\.0\.0\.1:\d+ /),
      });
      expect(find("connection")).toMatchObject({ status: "ok", detail: `${amity}, TLSv1.3` });
      expect(find("server certificate")).toMatchObject({ status: "ok" });
      expect([find("token keys")?.status, find("DNS")]).toEqual(["ok", undefined]);
      expect(find("token keys")?.detail).toMatch(/, by the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\)$/);
      expect(seen.map(({ host }) => host).sort()).toEqual([amity, provider, provider]);
      expect(proxy.targets).toHaveLength(3);
    });
  });

  test.each([
    [407, "PROXY_AUTH_REQUIRED", /user and password/],
    [403, "PROXY_REFUSED", /allow the host/],
    [503, "PROXY_CANNOT_CONNECT", /why it does not reach/],
    ["says nothing", "PROXY_TIMEOUT", /how it does/],
    ["breaks off", "PROXY_UNREACHABLE", /whether the proxy runs/],
  ] as const)("the doctor blames the proxy for %p", async (fault, reason, advice) => {
    await withProxied(async (env, proxy) => {
      proxy.fail(fault);
      const find = await doctor(env);
      for (const name of ["proxy", "token keys"]) {
        expect(find(name)).toMatchObject({ status: "fail", detail: expect.stringContaining(reason) });
        expect(find(name)?.advice).toMatch(advice);
      }
      expect([find("connection"), find("DNS"), find("server certificate")]).toEqual([undefined, undefined, undefined]);
    });
  });

  test("a host that it does not stand before is reached straight", async () => {
    await withProxied(async (env, proxy) => {
      const find = await doctor({ ...env, NO_PROXY: `${amity}` });
      expect(find("DNS")).toMatchObject({ status: "fail" });
      expect(proxy.targets).toEqual([`${provider}:443`, `${provider}:443`]);
    });
  });

  test("one that is malformed stops the start", async () => {
    await withProxied(async (env) => {
      const { code, stderr } = await run(["start"], { ...env, HTTPS_PROXY: `http://gateway:${password}@proxy:x` });
      expect([code, stderr]).toEqual([78, expect.stringContaining("  HTTPS_PROXY must be an http or https URL")]);
      expect(stderr).not.toContain(password);
    });
  });
});

test("the embedded emulator is reached past any proxy", async () => {
  const env = { HTTPS_PROXY: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" };
  await withGatewayProcess(env, async (url) => {
    const body = JSON.stringify({ query: '{ authToken(userId: "alice") { userId } }' });
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(await answer.json()).toEqual({ data: { authToken: { userId: "alice" } } });
  });
});
