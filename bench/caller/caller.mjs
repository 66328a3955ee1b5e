import { fork } from "node:child_process";
import { createPublicKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import { createJwtVerifier } from "../../dist/caller/jwt.js";

/**
 * What it costs to know the caller, in microseconds of CPU: alone, and as a share of a whole request. The machine may
 * be shared and noisy, so rounds are interleaved, each measures everything once, and ratios are taken within a round.
 */

const { values } = parseArgs({ options: { rounds: { type: "string", default: "21" } } });
const rounds = Number(values.rounds);
const callerCount = 500;
const inFlight = 32;
const issuer = "https://issuer.example";
const audience = "gateway";

const algorithms = ["RS256", "PS256", "ES256", "EdDSA", "HS256"];
const keyPairs = Object.fromEntries(await Promise.all(algorithms.map(async (alg) => [alg, await createKeys(alg)])));
const tokens = Object.fromEntries(
  await Promise.all(algorithms.map(async (alg) => [alg, await signTokens(alg, keyPairs[alg].privateKey)])),
);

/**
 * The public key is read from PEM, as the gateway reads it. One that this process generated can hang Node 20: it locks
 * the key to look at it, and when garbage collection then ends the job that generated it, that locks the key as well.
 */
async function createKeys(alg) {
  if (alg === "HS256") {
    const secret = randomBytes(32);
    return { privateKey: secret, publicKey: secret };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const pem = await exportSPKI(publicKey);
  return { privateKey, publicKey: createPublicKey(pem), pem };
}

function signTokens(alg, key) {
  const sign = (_, index) =>
    new SignJWT({ sub: `user-${index}`, iss: issuer, aud: audience, scope: "openid profile email" })
      .setProtectedHeader({ alg })
      .setIssuedAt()
      .setExpirationTime("2h")
      .sign(key);
  return Promise.all(Array.from({ length: callerCount }, sign));
}

/** Runs `task` so many times, `inFlight` at once. */
async function repeat(times, task) {
  let started = 0;
  const work = async () => {
    while (started < times) await task(started++);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

function total({ user, system }) {
  return user + system;
}

/** Measures every subject once a round, after a round that only warms up: the microseconds of each, round by round. */
async function measure(subjects) {
  const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, sample] of Object.entries(subjects)) {
      const microseconds = await sample();
      if (round > 0) results[name].push(microseconds);
    }
  }
  return results;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function ratios(numbers, bases) {
  return numbers.map((number, round) => number / bases[round]);
}

function printTable(head, rows) {
  for (const cells of [head, head.map(() => "---"), ...rows]) console.log(`| ${cells.join(" | ")} |`);
  console.log();
}

// Verification alone, in this process.

function verifierSample(verify, alg, calls) {
  return async () => {
    const before = process.cpuUsage();
    await repeat(calls, (index) => verify(tokens[alg][index % callerCount]));
    return total(process.cpuUsage(before)) / calls;
  };
}

async function benchVerifiers() {
  const subjects = {};
  for (const [alg, { publicKey }] of Object.entries(keyPairs)) {
    const rules = {
      issuer,
      audience: [audience],
      algorithms: [alg],
      userClaim: "sub",
      clockSkewSeconds: 30,
      maxAgeSeconds: 0,
    };
    subjects[alg] = verifierSample(
      createJwtVerifier(rules, () => publicKey, Date.now),
      alg,
      2_000,
    );
  }
  const results = await measure(subjects);
  printTable(
    ["algorithm", "us a call"],
    algorithms.map((alg) => [alg, median(results[alg]).toFixed(0)]),
  );
}

// Whole requests, in gateways of their own.

const operations = {
  regions: { query: "{ regions { code } }", requests: 1_000 },
  authToken: { query: "query ($u: ID) { authToken(userId: $u) { token expiresAt } }", requests: 500 },
};

async function startUpstream() {
  const server = createServer((incoming, response) => {
    incoming.resume().on("end", () => response.end('"a-token"'));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

/** A gateway without limits and logs, which would only blur the difference. `alg`: none for AUTH_MODE=none. */
async function startGateway(upstream, alg) {
  const env = {
    PORT: "0",
    AMITY_EU_BASE_URL: `http://127.0.0.1:${upstream.address().port}`,
    AMITY_EU_SERVER_KEY: "server-key",
    RATE_LIMIT_USER: "0",
    SHED_EVENT_LOOP_DELAY_MS: "0",
    ...(alg ? jwtSettings(alg) : { AUTH_MODE: "none" }),
  };
  const child = fork(fileURLToPath(new URL("gateway.mjs", import.meta.url)), { env });
  const ask = async (question) => {
    if (question) child.send(question);
    return (await once(child, "message"))[0];
  };
  const { url } = await ask();
  return { url, cpuTime: async () => total(await ask("cpu")), stop: () => child.disconnect() };
}

function jwtSettings(alg) {
  return {
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    AUTH_JWT_PUBLIC_KEY: keyPairs[alg].pem,
  };
}

/** Each gateway gets the same bytes; AUTH_MODE=none does not look at the token. */
function requestSample(gateway, { query, requests }, alg) {
  const agent = new Agent({ keepAlive: true });
  return async () => {
    const before = await gateway.cpuTime();
    await repeat(requests, (index) => {
      const caller = index % callerCount;
      return post(
        gateway.url,
        agent,
        tokens[alg][caller],
        JSON.stringify({ query, variables: { u: `user-${caller}` } }),
      );
    });
    return ((await gateway.cpuTime()) - before) / requests;
  };
}

/** Any other answer than 200 ends the benchmark: it would measure something else. */
function post(url, agent, token, body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const outgoing = request(url, { method: "POST", agent, headers }, (incoming) => {
      if (incoming.statusCode !== 200) reject(new Error(`status ${incoming.statusCode}`));
      incoming.resume().on("end", resolve);
    });
    outgoing.on("error", reject).end(body);
  });
}

async function benchRequests() {
  const upstream = await startUpstream();
  const arrangements = {
    none: await startGateway(upstream),
    RS256: await startGateway(upstream, "RS256"),
    ES256: await startGateway(upstream, "ES256"),
    EdDSA: await startGateway(upstream, "EdDSA"),
  };
  for (const [operationName, operation] of Object.entries(operations)) {
    const samples = Object.entries(arrangements).map(([name, gateway]) => {
      const alg = name === "none" ? "RS256" : name;
      return [name, requestSample(gateway, operation, alg)];
    });
    const results = await measure(Object.fromEntries(samples));
    const rows = Object.entries(results).map(([name, microseconds]) => [
      name,
      median(microseconds).toFixed(0),
      median(ratios(microseconds, results.none)).toFixed(2),
    ]);
    printTable([`${operationName}: caller verified by`, "us a request", "ratio to none"], rows);
  }
  for (const { stop } of Object.values(arrangements)) stop();
  upstream.close().closeAllConnections();
}

await benchVerifiers();
await benchRequests();
// Keep-alive connections to the stopped gateways would hold the process for a while.
process.exit();
