import { createSecretKey, generateKeyPairSync } from "node:crypto";
import dns from "node:dns";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { toldEvents } from "../../src/audit/events.js";
import { NotOurs } from "../../src/audit/outlet.js";
import { AuditSink } from "../../src/audit/sink.js";
import { createApiKey } from "../../src/caller/api-keys.js";
import { type Reason, reasons } from "../../src/errors/reasons.js";
import type { Clock } from "../../src/system/clock.js";
import { Reloads } from "../../src/system/reloading-file.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { reloadTeller } from "../../src/telemetry/reloads.js";
import { scriptedOutlet } from "../support/audit.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { recordingLogger } from "../support/canary.js";
import { type Credential, createTestAuthority, lives, selfSigned, withoutRoot } from "../support/certificates.js";
import { testClock } from "../support/clock.js";
import { regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type IssuerSetup, withIssuer } from "../support/issuer.js";
import { turns } from "../support/moody-amity.js";
import { operation, withPipeline } from "../support/pipeline.js";
import { type ForwardProxyFault, withForwardProxy } from "../support/proxy.js";
import { closedPort, listening } from "../support/sockets.js";
import { bearer, forgeToken, makeKey, type SigningKey, signatureOf } from "../support/tokens.js";
import { type Answer, always, withUpstream } from "../support/upstream.js";

/** A line of the log. */
type Line = Readonly<Record<string, unknown>>;

/** What somebody runs into, and the lines that the log then has. */
interface Scene {
  readonly lines: () => Promise<readonly Line[]>;
  /** What the line with the reason says besides. */
  readonly says?: object;
}

const mint = '{ authToken(userId: "alice") { token } }';
const openSession = 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { accessToken } }';
const write = 'mutation { upsertUser(input: { userId: "bob", displayName: "Bob" }) { userId } }';
const lookUp = '{ user(userId: "bob") { userId } }';
const endAll = 'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }';
const quick = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "200", UPSTREAM_TIMEOUT_MS: "300" };
const asked = { code: expect.any(String), region: "EU", operation: "mintAuthToken", requestId: expect.any(String) };

const linesOf = ({ logged }: TestGateway): Line[] => logged.map((line) => JSON.parse(line));

/** What the log of a gateway with these settings has after `use`. */
async function logOf(
  env: Record<string, string>,
  use: (gateway: TestGateway) => Promise<unknown>,
  clock: Partial<Clock> = {},
): Promise<readonly Line[]> {
  let lines: Line[] = [];
  await withGateway({ env, random: () => 0, ...clock }, async (gateway) => {
    await use(gateway);
    lines = linesOf(gateway);
  });
  return lines;
}

// Callers

const billing = createApiKey({ id: "billing", scopes: [] });
const old = createApiKey({ id: "old", scopes: [], expires: "2001-01-01T00:00:00Z" });
const shared: SigningKey = {
  alg: "HS256",
  kid: "k",
  key: createSecretKey(Buffer.from(jwtEnv.AUTH_JWT_SECRET)),
  text: "",
  jwk: {},
};
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const goodClaims = () => ({
  iss: jwtEnv.AUTH_JWT_ISSUER,
  aud: jwtEnv.AUTH_JWT_AUDIENCE,
  sub: "alice",
  exp: inAnHour(),
});
const inAnHour = () => nowSeconds() + 3_600;
const signed = (payload: unknown, header: unknown = { alg: "HS256" }) =>
  `Bearer ${forgeToken(header, payload, (input) => signatureOf(shared, input))}`;

/** Somebody comes with this Authorization header. */
function credential(authorization: () => string, says: object = {}): Scene {
  const lines = () =>
    withFolder(async (folder) => {
      const path = join(folder, "keys.json");
      await writeFile(path, JSON.stringify([billing.entry, old.entry]));
      const env = { ...jwtEnv, AUTH_MODE: "jwt,apikey", AUTH_API_KEYS_FILE: path };
      return logOf(env, ({ ask }) => ask("{ regions { code } }", {}, { authorization: authorization() }));
    });
  return { lines, says: { message: "credential refused", requestId: expect.any(String), ...says } };
}

const claim = (claims: object, name: string) =>
  credential(() => signed({ ...goodClaims(), ...claims }), { claim: name });

/** A known caller asks for this, and is audited. */
function audited(query: string, env: Record<string, string> = {}, claims: Record<string, unknown> = {}): Scene {
  return {
    lines: () =>
      logOf({ ...jwtEnv, ...env }, async ({ ask }) => {
        const headers = await signedIn("alice", claims);
        for (let i = 0; i < 2; i++) await ask(query, {}, headers);
      }),
    says: { audit: true, by: "user:alice" },
  };
}

// The audit

const sinkDown = { level: "error", message: "the audit cannot be written here; it is tried again twice a second" };

/** A sink that could be opened, and then fails so when it is to be opened again. */
function sinkThat(failure: Error): Scene {
  const lines = async () => {
    const { logger, lines: logged } = recordingLogger();
    const clock = testClock();
    const outlet = scriptedOutlet();
    const sink = new AuditSink({
      outlet,
      key: undefined,
      isRequired: false,
      clock,
      events: toldEvents("AUDIT_FILE", logger, new Metrics()),
    });
    await sink.start();
    outlet.open = () => Promise.reject(failure);
    sink.reopen();
    for (let i = 0; i < 3; i++) {
      await turns(10);
      clock.advance(0);
    }
    return logged.map((line) => JSON.parse(line));
  };
  return { lines, says: sinkDown };
}

/** The log hears of it in the background. */
async function askUntilTold({ ask, logged }: TestGateway, reason: string): Promise<void> {
  while (!logged.join().includes(reason)) await ask(mint, {}, await signedIn("alice"));
}

/** A gateway that somebody built with a public key where a shared secret should be. */
async function askWithoutSecret(): Promise<readonly Line[]> {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const rules = {
    issuer: "app",
    audience: ["app"],
    algorithms: ["HS256"],
    userClaim: "sub",
    clockSkewSeconds: 0,
    maxAgeSeconds: 0,
    typ: undefined,
    delegateScope: undefined,
    displayNameClaim: undefined,
  };
  const jwt = { rules, keys: { kind: "static", key: publicKey } } as const;
  let lines: readonly Line[] = [];
  await withPipeline({ auth: { mode: "credentials", jwt, delegateScope: undefined } }, async ({ pipeline, logged }) => {
    await pipeline.handle(operation("{ regions { code } }", { authorization: signed(goodClaims()) }));
    lines = logged();
  });
  return lines;
}

// The identity provider

/** Callers come while the identity provider is like this. */
function provider(setup: IssuerSetup & { readonly document?: object }, says: object = {}): Scene {
  const lines = async () => {
    let seen: readonly Line[] = [];
    await withIssuer(setup, async (issuer) => {
      issuer.describe(setup.document ?? {});
      seen = await askWithKeysAt({ AUTH_JWT_ISSUER: issuer.url });
    });
    return seen;
  };
  return { lines, says: { message: "the identity provider's keys cannot be fetched", ...says } };
}

const wellFormed = forgeToken({ alg: "RS256", kid: "canary-of-a-kid" }, {}, () => Buffer.alloc(256));

async function askWithKeysAt(env: Record<string, string>, headers = bearer(wellFormed)): Promise<readonly Line[]> {
  return logOf({ AUTH_MODE: "jwt", AUTH_JWT_AUDIENCE: "app", ...env }, ({ ask }) =>
    ask("{ regions { code } }", {}, headers),
  );
}

/** Somebody comes with a token by a new key while the identity provider publishes this key of it, and a good one. */
async function askWithKey(publish: (key: SigningKey) => SigningKey | object | undefined): Promise<readonly Line[]> {
  const [other, key] = [await makeKey("EdDSA", "other"), await makeKey("EdDSA", "new")];
  const published = publish(key);
  let seen: readonly Line[] = [];
  await withIssuer({ keys: [other, ...(published ? [published] : [])] }, async ({ url, keysUrl }) => {
    const token = forgeToken({ alg: "EdDSA", kid: "new" }, goodClaims(), (input) => signatureOf(key, input));
    const env = { AUTH_JWT_ISSUER: url, AUTH_JWT_JWKS_URL: keysUrl, AUTH_JWKS_COOLDOWN_S: "1" };
    seen = await askWithKeysAt(env, bearer(token));
  });
  return seen;
}

/** The address of the keys is that of the discovery document. */
async function askForKeysOfNone(): Promise<readonly Line[]> {
  let seen: readonly Line[] = [];
  await withIssuer({}, async ({ url }) => {
    const documentUrl = `${url}/.well-known/openid-configuration`;
    seen = await askWithKeysAt({ AUTH_JWT_ISSUER: url, AUTH_JWT_JWKS_URL: documentUrl });
  });
  return seen;
}

// Amity

/** A token is asked for while Amity answers so. */
function amity(answer: Answer, says: object = {}, query = mint, env: Record<string, string> = {}): Scene {
  const lines = async () => {
    let seen: readonly Line[] = [];
    await withUpstream(answer, async ({ url }) => {
      seen = await logOf(regionAt(url, env), ({ ask }) => ask(query));
    });
    return seen;
  };
  return { lines, says };
}

/** A token is asked for while Amity's host is this one. */
function amityAt(url: string | (() => Promise<string>), phase: string, more: Record<string, string> = {}): Scene {
  return {
    lines: async () => {
      const at = typeof url === "string" ? url : await url();
      return logOf(regionAt(at, more), ({ ask }) => ask(mint));
    },
    says: { message: "a call to Amity failed", ...asked, code: expect.any(String), phase },
  };
}

/** The operating system says this of Amity's host, which nothing on loopback makes it say. */
function amityBehind(error: { readonly code: string; readonly syscall: string }, phase: string): Scene {
  const scene = amityAt("https://amity.invalid", phase);
  const lines = async () => {
    const { lookup } = dns;
    const failing = (host: string, options: dns.LookupOptions, done: (error: Error | null) => void) => {
      if (host !== "amity.invalid") return lookup(host, options, done);
      setImmediate(done, Object.assign(new Error("canary-of-a-text"), error));
    };
    dns.lookup = failing as typeof dns.lookup;
    try {
      return await scene.lines();
    } finally {
      dns.lookup = lookup;
    }
  };
  return { ...scene, lines };
}

/** A token is asked for while Amity's host speaks TLS so. `trust`: the CA that the gateway knows. */
function amityByTls(
  setup: () => Promise<{ readonly server: ServerOptions; readonly trust?: string }>,
  phase = "tls",
): Scene {
  const lines = () =>
    withFolder(async (folder) => {
      const { server: options, trust } = await setup();
      const caPath = join(folder, "ca.pem");
      await writeFile(caPath, trust ?? "");
      return listening(
        createHttpsServer(options, (_request, response) => response.end('"token"')),
        (port) => amityAt(`https://127.0.0.1:${port}`, phase, trust ? { AMITY_MTLS_CA_FILE: caPath } : {}).lines(),
      );
    });
  return { lines, says: { message: "a call to Amity failed", ...asked, code: "UPSTREAM_UNAVAILABLE", phase } };
}

/** Amity's host has a certificate of an authority that the gateway knows. */
function withCertificate(
  make: (authority: Awaited<ReturnType<typeof createTestAuthority>>) => Promise<Credential>,
  more: ServerOptions = {},
  phase = "tls",
): Scene {
  return amityByTls(async () => {
    const authority = await createTestAuthority();
    return { server: { ...(await make(authority)), ...more }, trust: authority.ca };
  }, phase);
}

/** What listens at Amity's port sends these bytes, whatever it hears. */
function amityByBytes(protocol: "http" | "https", bytes: string, phase: string): Scene {
  const server = () =>
    createServer((socket) => {
      socket.on("error", () => {}).resume();
      socket.end(bytes);
    });
  return {
    lines: () => listening(server(), (port) => amityAt(`${protocol}://127.0.0.1:${port}`, phase).lines()),
    says: { message: "a call to Amity failed", phase },
  };
}

const session = (body: object) => always(200, JSON.stringify(body));
const byRoute =
  (token: Answer, sessions: Answer): Answer =>
  (response, request) =>
    (request.url.includes("/authentication/token") ? token : sessions)(response, request);

/** A token is asked for while the proxy to Amity does this. */
function amityByProxy(fault: ForwardProxyFault): Scene {
  const lines = async () => {
    let seen: readonly Line[] = [];
    await withForwardProxy({ ports: {} }, async (proxy) => {
      proxy.fail(fault);
      const env = regionAt("https://amity.invalid", { ...quick, HTTPS_PROXY: proxy.url });
      seen = await logOf(env, ({ ask }) => ask(mint));
    });
    return seen;
  };
  const problem = expect.stringContaining("(HTTPS_PROXY)");
  return { lines, says: { message: "a call to Amity failed", ...asked, phase: "connect", problem } };
}

/** Amity's answer takes as long as the whole operation may. */
async function askWithoutTime(): Promise<readonly Line[]> {
  const clock = testClock();
  const slow: Answer = (response, request) => {
    clock.advance(300);
    always(200, '"token"')(response, request);
  };
  let seen: readonly Line[] = [];
  await withUpstream(slow, async ({ url }) => {
    seen = await logOf(regionAt(url, quick), ({ ask }) => ask(openSession), clock);
  });
  return seen;
}

/** Amity holds as many calls as a region takes at once, until another one has waited long enough. */
async function askMoreThanFit(): Promise<readonly Line[]> {
  const held = new Set<ServerResponse>();
  let isBusy = true;
  const answer: Answer = (response) => (isBusy ? held.add(response) : response.end('"token"'));
  const patient = { UPSTREAM_TIMEOUT_MS: "25000", UPSTREAM_ATTEMPT_TIMEOUT_MS: "25000" };
  let seen: readonly Line[] = [];
  await withUpstream(answer, async ({ url }) => {
    seen = await logOf(regionAt(url, patient), async ({ ask }) => {
      const all = Array.from({ length: 65 }, (_, i) => ask(`{ authToken(userId: "user-${i}") { token } }`));
      await Promise.race(all);
      isBusy = false;
      for (const response of held) response.end('"token"');
      await Promise.all(all);
    });
  });
  return seen;
}

// Files

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const keptOut = { level: "error", message: "changed files were kept out: the last good ones stay in use" };

/** The server key's file changes under a gateway that runs. */
function keyFile(change: (path: string) => Promise<unknown>): Scene {
  const lines = () =>
    withFolder(async (folder) => {
      const path = join(folder, "key");
      await writeFile(path, "canary-server-key");
      const clock = testClock();
      const url = `http://127.0.0.1:${await closedPort()}`;
      const env = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY_FILE: path };
      return logOf(
        env,
        async ({ ask }) => {
          await rm(path);
          await change(path);
          clock.advance(1_000);
          await ask(mint);
        },
        clock,
      );
    });
  return { lines, says: { ...keptOut, name: "AMITY_EU_SERVER_KEY_FILE", problem: expect.any(String) } };
}

/** A client certificate's files change under a gateway that runs. */
function certificateFiles(change: (cert: string, key: string) => Promise<Partial<Credential>>): Scene {
  const lines = () =>
    withFolder(async (folder) => {
      const [certPath, keyPath] = [join(folder, "cert"), join(folder, "key")];
      const { cert, key } = await (await createTestAuthority()).client();
      await Promise.all([writeFile(certPath, cert), writeFile(keyPath, key)]);
      const clock = testClock();
      const url = `http://127.0.0.1:${await closedPort()}`;
      const env = regionAt(url, { AMITY_MTLS_CERT_FILE: certPath, AMITY_MTLS_KEY_FILE: keyPath });
      return logOf(
        env,
        async ({ ask }) => {
          const next = await change(cert, key);
          await Promise.all([writeFile(certPath, next.cert ?? cert), writeFile(keyPath, next.key ?? key)]);
          clock.advance(1_000);
          await ask(mint);
        },
        clock,
      );
    });
  return { lines, says: { ...keptOut, name: "AMITY_MTLS_CERT_FILE" } };
}

async function serviceKeysThatAreNone(): Promise<readonly Line[]> {
  return withFolder(async (folder) => {
    const path = join(folder, "keys.json");
    await writeFile(path, "[]");
    const clock = testClock();
    return logOf(
      { ...jwtEnv, AUTH_MODE: "jwt,apikey", AUTH_API_KEYS_FILE: path },
      async ({ ask }) => {
        await writeFile(path, '[{"id":"a","canary":1}]');
        clock.advance(1_000);
        await ask("{ regions { code } }", {}, { authorization: "ApiKey a.b" });
      },
      clock,
    );
  });
}

/** The operating system or a parser says this of a file, which no file that root makes does. */
function fileThat(fault: object, { read }: { readonly read: boolean } = { read: true }): Scene {
  const fail = () => {
    throw Object.assign(new Error("canary-of-a-text"), fault);
  };
  const lines = async () => {
    const { logger, lines: logged } = recordingLogger();
    const tell = reloadTeller({ logger, metrics: new Metrics() });
    const reloads = new Reloads(testClock(), tell, async () => (read ? fail() : "text"));
    reloads.watch({ name: "KEYS", paths: ["/keys"], parse: fail, first: "" });
    await reloads.reloadAll();
    return logged.map((line) => JSON.parse(line));
  };
  return { lines, says: keptOut };
}

const scenes = {
  "unknown scheme": credential(() => "Basic eDp5"),
  "token too long": credential(() => `Bearer ${"x".repeat(8_193)}`),
  ERR_JWS_INVALID: credential(() => "Bearer opaque"),
  ERR_JWT_INVALID: credential(() => signed([])),
  ERR_JOSE_ALG_NOT_ALLOWED: credential(() => signed(goodClaims(), { alg: "none" })),
  ERR_JOSE_NOT_SUPPORTED: credential(() => signed(goodClaims(), { alg: "HS256", crit: ["x"], x: 1 })),
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: credential(() => signed(goodClaims()).slice(0, -4)),
  ERR_JWKS_NO_MATCHING_KEY: { lines: () => askWithKey(() => undefined), says: { message: "credential refused" } },
  ERR_JWT_EXPIRED: claim({ exp: nowSeconds() - 3_600 }, "exp"),
  "claim missing": claim({ sub: undefined }, "sub"),
  "claim invalid": claim({ sub: true }, "sub"),
  "claim check failed": claim({ aud: "canary-of-another" }, "aud"),
  "a name twice": credential(() => signed(`{"sub":"bob",${JSON.stringify(goodClaims()).slice(1)}`)),
  "sender-constrained token": credential(() => signed({ ...goodClaims(), cnf: {} })),
  "unusable token": { lines: askWithoutSecret, says: { message: "credential refused" } },
  "no such key": credential(() => "ApiKey nobody.secret"),
  "expired key": credential(() => `ApiKey ${old.credential}`),

  "changes users": audited(write),
  "acts for another": audited('{ authToken(userId: "bob") { token } }'),
  "another display name": audited(
    'mutation { createSession(input: { deviceId: "d", displayName: "Admin" }) { accessToken } }',
    { AUTH_DISPLAY_NAME_CLAIM: "name" },
    { name: "Alice" },
  ),
  "caller's rate": audited("{ authToken { token } }", { RATE_LIMIT_USER: "1" }),
  "visitors' rate": audited('{ visitorSignature(deviceId: "phone") { region } }', {
    VISITORS: "on",
    VISITOR_LIMIT_DEVICE: "1",
  }),

  ENOTFOUND: amityBehind({ code: "ENOTFOUND", syscall: "getaddrinfo" }, "lookup"),
  EAI_AGAIN: amityBehind({ code: "EAI_AGAIN", syscall: "getaddrinfo" }, "lookup"),
  ECONNREFUSED: amityAt(async () => `http://127.0.0.1:${await closedPort()}`, "connect"),
  ECONNRESET: amity((response) => response.destroy(), { ...asked, code: "UPSTREAM_UNAVAILABLE", phase: "request" }),
  EHOSTUNREACH: amityBehind({ code: "EHOSTUNREACH", syscall: "connect" }, "connect"),
  ENETUNREACH: amityAt("https://255.255.255.255", "connect"),
  timeout: amity(() => {}, { ...asked, code: "UPSTREAM_TIMEOUT", phase: "request" }, mint, quick),
  CERT_HAS_EXPIRED: withCertificate((authority) => authority.server(["127.0.0.1"], lives.expired)),
  CERT_NOT_YET_VALID: withCertificate((authority) => authority.server(["127.0.0.1"], lives.notYetValid)),
  DEPTH_ZERO_SELF_SIGNED_CERT: amityByTls(async () => ({ server: await selfSigned() })),
  SELF_SIGNED_CERT_IN_CHAIN: amityByTls(async () => {
    const { ca, server } = await createTestAuthority();
    const { cert, key } = await server();
    return { server: { cert: cert + ca, key } };
  }),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: amityByTls(async () => ({ server: await (await createTestAuthority()).server() })),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: amityByTls(async () => ({ server: await withoutRoot() })),
  ERR_TLS_CERT_ALTNAME_INVALID: withCertificate((authority) => authority.server(["amity.example"])),
  "unusable certificate": withCertificate((authority) => authority.client()),
  "client certificate refused": withCertificate(
    (authority) => authority.server(),
    { requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.3" },
    "request",
  ),
  "not TLS": amityByBytes("https", "not TLS", "tls"),
  "TLS failure": withCertificate((authority) => authority.server(), {
    maxVersion: "TLSv1.2",
    ciphers: "ECDHE-RSA-AES128-GCM-SHA256",
  }),
  "malformed HTTP": amityByBytes("http", "not HTTP\r\n\r\n", "request"),
  "unknown fault": amityBehind({ code: "canary-of-a-code", syscall: "connect" }, "connect"),

  PROXY_UNREACHABLE: amityByProxy("breaks off"),
  PROXY_TIMEOUT: amityByProxy("says nothing"),
  PROXY_AUTH_REQUIRED: amityByProxy(407),
  PROXY_REFUSED: amityByProxy(403),
  PROXY_CANNOT_CONNECT: amityByProxy(502),

  redirect: provider({ fault: "redirects to itself" }, { document: "discovery", status: 302 }),
  "unexpected status": provider({ fault: "answers 500" }, { document: "discovery", status: 500 }),
  "too large": provider({ fault: "sends 10 MB" }, { document: "discovery" }),
  "encoded body": amity(always(200, '"token"', { "content-encoding": "gzip" }), { ...asked, phase: "answer" }),
  "not UTF-8": amity((response) => response.end(Buffer.from([0x22, 0xff, 0x22])), { phase: "answer" }),
  "HTML page": amity(always(200, "<html>maintenance</html>"), { phase: "answer" }),
  "not JSON": provider({ fault: "sends half of it" }, { document: "discovery" }),

  "not https": provider({ document: { jwks_uri: "http://issuer.example/keys" } }, { document: "keys" }),
  "no discovery document": provider({ fault: "sends null" }, { document: "discovery" }),
  "another issuer": provider({ document: { issuer: "https://issuer.example" } }, { document: "discovery" }),
  "no key set": { lines: askForKeysOfNone, says: { document: "keys" } },
  "no usable key": provider({ keys: [] }, { document: "keys" }),
  "odd key": {
    lines: () => askWithKey(({ jwk }) => ({ ...jwk, x: "short" })),
    says: { message: "a caller cannot be verified", code: "AUTH_UNAVAILABLE", requestId: expect.any(String) },
  },

  "key refused": amity(always(401, "Unauthorized"), { level: "error", amity: { status: 401 } }),
  "auth token refused": amity(
    always(403, "Forbidden"),
    { audit: true },
    'mutation { createSession(input: { userId: "alice", deviceId: "d", authToken: "t" }) { accessToken } }',
  ),
  "visitor signature refused": amity(
    always(422, '{"code":500000,"message":"Invalid signature"}'),
    { audit: true },
    'mutation { createVisitorSession(input: { deviceId: "d" }) { accessToken } }',
    { VISITORS: "on", AMITY_EU_VISITOR_SECRET: "canary-visitor-secret" },
  ),
  "access token refused": amity(
    always(401, '{"code":400100}'),
    { message: "credential refused", requestId: expect.any(String) },
    'mutation { revokeSession(input: { accessToken: "canary-access-token" }) { revoked } }',
  ),
  "admin token refused": amity(
    always(401, "Unauthorized"),
    { level: "error", operation: "revokeUserSessions", amity: { status: 401 } },
    endAll,
    { AMITY_EU_ADMIN_TOKEN: "canary-admin-token" },
  ),
  "key of another region": amity(
    byRoute(always(200, '"token"'), always(403, '{"code":400300}')),
    { level: "error", operation: "createSession", amity: { status: 403, code: 400_300 } },
    openSession,
  ),
  "no success": amity(always(200, '{"success":false}'), { operation: "revokeUserSessions", phase: "answer" }, endAll, {
    AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
  }),
  "no admin token": amity(
    () => {},
    { message: "a region has no key for what was asked: no call was made", region: "EU", code: "ADMIN_NOT_CONFIGURED" },
    endAll,
  ),
  "user banned": amity(always(403, '{"code":400312}'), { audit: true }),
  "request refused": amity(always(422, '{"code":500000}'), { amity: { status: 422, code: 500_000 } }),
  "rate limit": amity(always(429, '{"code":400311}'), { amity: { status: 429, code: 400_311 } }),
  "server error": amity(always(500, ""), { amity: { status: 500 } }),
  "not an auth token": amity(always(200, "{}"), { phase: "answer" }),
  "not a session": amity(
    byRoute(always(200, '"token"'), session({})),
    { operation: "createSession", problem: "accessToken" },
    openSession,
  ),
  "no users": amity(always(200, "{}"), { operation: "listUsers", phase: "answer" }, lookUp, {
    AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
    USER_PROFILES: "on",
  }),
  "another user": amity(
    byRoute(always(200, '"token"'), session({ accessToken: "a", users: [{ userId: "bob" }] })),
    {},
    openSession,
  ),
  "circuit open": {
    lines: async () => {
      const env = regionAt(`http://127.0.0.1:${await closedPort()}`);
      return logOf(env, async ({ ask }) => {
        for (let i = 0; i < 25; i++) await ask(mint);
      });
    },
    says: { message: "a call to Amity was not made", code: "UPSTREAM_UNAVAILABLE", region: "EU" },
  },
  "no time left": {
    lines: askWithoutTime,
    says: { message: "a call to Amity was not made", code: "UPSTREAM_TIMEOUT" },
  },
  "region queue full": { lines: askMoreThanFit, says: { level: "warn", code: "OVERLOADED", region: "EU" } },
  "no API key": amity(
    () => {},
    { message: "a region has no key for what was asked: no call was made", region: "US" },
    'mutation { createSession(input: { userId: "a", deviceId: "d", region: US }) { accessToken } }',
  ),
  "no server key": {
    lines: () => logOf({ AMITY_REGION: "eu", AMITY_EU_API_KEY: "canary-api-key" }, ({ ask }) => ask(mint)),
    says: { message: "a region has no key for what was asked: no call was made", region: "EU" },
  },

  ENOENT: keyFile(async () => {}),
  ENOTDIR: keyFile(async (path) => {
    await writeFile(`${path}-file`, "");
    await symlink(join(`${path}-file`, "key"), path);
  }),
  ELOOP: keyFile((path) => symlink(path, path)),
  EACCES: fileThat({ code: "EACCES" }),
  EMFILE: fileThat({ code: "EMFILE" }),
  EIO: fileThat({ code: "EIO" }),
  "not a regular file": keyFile((path) => symlink("/dev/null", path)),
  "not a header value": keyFile((path) => writeFile(path, "schlüssel")),
  "not a certificate": certificateFiles(async () => ({ cert: "none" })),
  "not a private key": certificateFiles(async () => ({ key: "none" })),
  "another key": certificateFiles(async () => ({ key: (await selfSigned()).key })),
  "expired certificate": certificateFiles(async () =>
    (await createTestAuthority()).client("client", { ...lives.expired }),
  ),
  "not a list of keys": { lines: serviceKeysThatAreNone, says: { ...keptOut, name: "AUTH_API_KEYS_FILE" } },
  "cannot be used": fileThat({ code: "canary-of-a-code" }, { read: false }),

  ENOSPC: {
    lines: () => logOf({ ...jwtEnv, AUDIT_FILE: "/dev/full" }, async (gateway) => askUntilTold(gateway, "ENOSPC")),
    says: { ...sinkDown, sink: "AUDIT_FILE" },
  },
  "nobody reads": {
    lines: () => logOf({ AUDIT_SOCKET: join(tmpdir(), "nobody-listens-here") }, async () => {}),
    says: { ...sinkDown, sink: "AUDIT_SOCKET" },
  },
  "not writable": sinkThat(Object.assign(new Error(), { code: "EACCES" })),
  "another writer": sinkThat(new NotOurs("is written by another process already")),
} satisfies Record<Reason, Scene>;

test.each(Object.entries(scenes) as [Reason, Scene][])("the log names %j when it happens", async (reason, scene) => {
  const lines = await scene.lines();
  expect(lines.map((line) => line["reason"])).toContain(reason);
  expect(lines).toContainEqual(expect.objectContaining({ ...scene.says, reason }));
  expect(JSON.stringify(lines)).not.toContain("canary");
});

test("every reason of the table has its scene", () => {
  expect(Object.keys(scenes).sort()).toEqual(Object.keys(reasons).sort());
});
