import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";

/**
 * Many callers ask for tokens at once, of an upstream whose answers overtake each other. A token says for which region
 * and user it was minted, so that one that reaches anybody else is seen. Shared by the load test and its small version.
 */

const regions = ["EU", "SG", "US"];
const issuer = "https://issuer.example";
const audience = "gateway";
const maxUpstreamDelayMs = 20;
const requestTimeoutMs = 30_000;
/** A broken gateway fails every call; the first few tell why. */
const maxExamples = 10;

/** Random numbers from 0 to 1 (mulberry32): Math.random has no seed, and a failure must be repeatable. */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Callers with a JWT each, and the public key in PEM that verifies them. Only every fifth ever hangs up: whether their
 * tokens were minted is not known, so what was minted for the others can be told exactly.
 */
export async function createCallers(count) {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const callers = Array.from({ length: count }, async (_, index) => {
    const userId = userIdOf(index);
    const jwt = new SignJWT({ sub: userId, iss: issuer, aud: audience }).setProtectedHeader({ alg: "EdDSA" });
    const authorization = `Bearer ${await jwt.setIssuedAt().setExpirationTime("1h").sign(privateKey)}`;
    return { userId, authorization, hangsUp: index % 5 === 0 };
  });
  return { publicKey: await exportSPKI(publicKey), callers: await Promise.all(callers) };
}

/** Ids that become one under case folding, Unicode normalisation, trimming or cutting must stay apart. */
function userIdOf(index) {
  const number = Math.floor(index / 5);
  return [`é-${number}`, `É-${number}`, `e\u0301-${number}`, `é-${number} `, `é-${number}-`][index % 5];
}

/** Settings of a gateway with a network at each of these URLs, and without limits that a load test would only test. */
export function gatewayEnv(publicKey, urls) {
  return {
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: issuer,
    AUTH_JWT_AUDIENCE: audience,
    AUTH_JWT_PUBLIC_KEY: publicKey,
    RATE_LIMIT_USER: "0",
    SHED_EVENT_LOOP_DELAY_MS: "0",
    LOG_LEVEL: "warn",
    ...Object.fromEntries(regions.map((region, index) => [`AMITY_${region}_BASE_URL`, urls[index]])),
    ...Object.fromEntries(regions.map((region) => [`AMITY_${region}_SERVER_KEY`, serverKeyOf(region)])),
  };
}

function serverKeyOf(region) {
  return `server-key-of-${region}`;
}

/**
 * The token routes, one for each region, each with its own server key; `minted` counts the tokens of each user.
 * They answer after a random delay, so answers come in another order than the requests.
 */
export function createTokenRoutes(seed) {
  const random = createRandom(seed);
  const minted = new Map();
  const answers = regions.map((region) => async (response, { headers, body }) => {
    const { userId } = JSON.parse(body);
    add(minted, userId, 1);
    const token = Buffer.from(JSON.stringify([region, userId, minted.get(userId)])).toString("base64url");
    await sleep(random() * maxUpstreamDelayMs);
    const status = headers["x-server-key"] === serverKeyOf(region) ? 200 : 401;
    response.writeHead(status, { "content-type": "text/plain" }).end(JSON.stringify(token));
  });
  return { answers, minted };
}

/** Gives undefined when it hung up. Node's own client costs a fifth of fetch, and the load is to reach the gateway. */
export function createSend(url) {
  const agent = new Agent({ keepAlive: true });
  return ({ caller, payload, abortAfterMs }) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", authorization: caller.authorization };
      const outgoing = request(url, { method: "POST", agent, headers, timeout: requestTimeoutMs });
      const hangUp = () => {
        resolve(undefined);
        outgoing.destroy();
      };
      const timer = abortAfterMs === undefined ? undefined : setTimeout(hangUp, abortAfterMs);
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("error", reject);
      outgoing.on("response", async (incoming) => {
        try {
          const answer = { status: incoming.statusCode, body: JSON.parse(await text(incoming)) };
          clearTimeout(timer);
          resolve(answer);
        } catch (error) {
          reject(error);
        }
      });
      outgoing.end(payload);
    });
}

function add(counts, key, amount) {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** About a tenth is refused or aborted: a gateway that answers nothing must not be asked for ever. */
const mostOperationsPerCall = 5;

/**
 * Workers send random operations until so many authToken calls were answered; `calls` does not count what was refused
 * or aborted. They give up, with fewer, after five operations for each of them.
 */
export async function runScenario({ callers, calls, workers, seed, send }) {
  const totals = {
    calls: 0,
    right: 0,
    mismatches: 0,
    errors: 0,
    refused: 0,
    aborted: 0,
    rightful: new Map(),
    examples: [],
  };
  let operations = 0;
  const work = async (_, index) => {
    const random = createRandom(seed + index);
    while (totals.calls < calls && operations++ < mostOperationsPerCall * calls) {
      const operation = planOperation(random, callers);
      const answer = await send(operation).catch((error) => ({ status: 0, body: { thrown: String(error) } }));
      count(totals, operation, answer);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return totals;
}

/** Mostly one region, sometimes several at once; some ask for another user as well or only, and some hang up. */
function planOperation(random, callers) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const caller = pick(callers);
  const start = Math.floor(random() * regions.length);
  const fields = Array.from({ length: random() < 0.8 ? 1 : 2 + Math.floor(random() * 2) }, (_, index) => ({
    region: regions[(start + index) % regions.length],
    userId: random() < 0.5 ? caller.userId : null,
  }));
  const other = pick(callers);
  const isForbidden = random() < 0.06 && other !== caller;
  if (isForbidden) pick(fields).userId = other.userId;
  const abortAfterMs = caller.hangsUp && random() < 0.2 ? random() * maxUpstreamDelayMs : undefined;
  return { caller, fields, isForbidden, abortAfterMs, payload: payloadOf(fields) };
}

/** Users and regions are variables: all callers share three documents, which the gateway keeps parsed. */
function payloadOf(fields) {
  const types = fields.map((_, index) => `$u${index}: ID, $r${index}: RegionCode`);
  const selections = fields.map(
    (_, index) => `a${index}: authToken(userId: $u${index}, region: $r${index}) { ...all }`,
  );
  const variables = Object.fromEntries(
    fields.flatMap(({ userId, region }, index) => [
      [`u${index}`, userId],
      [`r${index}`, region],
    ]),
  );
  const query = `query (${types}) { ${selections} } fragment all on AuthToken { token userId region }`;
  return JSON.stringify({ query, variables });
}

function count(totals, operation, answer) {
  const { caller, fields, isForbidden, payload } = operation;
  if (!isForbidden) add(totals.rightful, caller.userId, fields.length);
  if (answer === undefined) {
    totals.aborted += 1;
    return;
  }
  const problem = isForbidden ? refusalProblem(answer) : deliveryProblem(answer, operation);
  if (!isForbidden) totals.calls += fields.length;
  if (!problem) totals[isForbidden ? "refused" : "right"] += isForbidden ? 1 : fields.length;
  else totals[problem] += 1;
  if (problem && totals.examples.length < maxExamples) {
    totals.examples.push({ problem, caller: caller.userId, payload, answer });
  }
}

/** One forbidden field, and nothing of the operation may run. */
function refusalProblem({ status, body }) {
  if (body.data) return "mismatches";
  return status === 403 && body.errors?.[0]?.extensions.code === "FORBIDDEN" ? undefined : "errors";
}

function deliveryProblem({ status, body }, { caller, fields }) {
  if (status !== 200 || body.errors) return "errors";
  const areRight = fields.every(({ region }, index) => {
    const given = body.data?.[`a${index}`];
    const [tokenRegion, tokenUserId] = decode(given?.token);
    return (
      [tokenRegion, given?.region].every((r) => r === region) &&
      [tokenUserId, given?.userId].every((u) => u === caller.userId)
    );
  });
  return areRight && Object.keys(body.data).length === fields.length ? undefined : "mismatches";
}

function decode(token = "") {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return [];
  }
}

/** Tokens that were minted although nobody rightfully asked, delivered or not. */
export function strayMints(minted, { rightful }) {
  const strays = [...minted].map(([userId, number]) => Math.max(0, number - (rightful.get(userId) ?? 0)));
  return strays.reduce((sum, number) => sum + number, 0);
}
