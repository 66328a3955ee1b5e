import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import { asked, fields, readText, regions, textFor, visitorSecretOf } from "./fields.mjs";

/**
 * Many callers ask for tokens, sessions and users at once, of an upstream whose answers overtake each other. Each
 * answer says for which region and whom it is, so that one that reaches anybody else is seen. Shared by the load test
 * and its small version.
 */

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
    RATE_LIMIT_FAILED_AUTH: "0",
    VISITOR_LIMIT_ADDRESS: "0",
    VISITOR_LIMIT_DEVICE: "0",
    VISITORS: "on",
    USER_PROFILES: "on",
    SHED_EVENT_LOOP_DELAY_MS: "0",
    LOG_LEVEL: "warn",
    ...Object.fromEntries(regions.map((region, index) => [`AMITY_${region}_BASE_URL`, urls[index]])),
    ...Object.fromEntries(
      regions.flatMap((region) => [
        [`AMITY_${region}_SERVER_KEY`, keyOf("server", region)],
        [`AMITY_${region}_API_KEY`, keyOf("api", region)],
        [`AMITY_${region}_ADMIN_TOKEN`, keyOf("admin", region)],
        [`AMITY_${region}_VISITOR_SECRET`, visitorSecretOf(region)],
      ]),
    ),
  };
}

function keyOf(kind, region) {
  return `${kind}-key-of-${region}`;
}

/**
 * Amity's routes, one network for each region, each with its own keys; `done` counts the tokens of each user, and the
 * ends of each user's sessions. They answer after a random delay, so answers come in another order than the requests.
 */
export function createNetworks(seed) {
  const random = createRandom(seed);
  const done = new Map();
  const answers = regions.map((region) => async (response, request) => {
    const [status, body] = answerOf(region, request, done);
    await sleep(random() * maxUpstreamDelayMs);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return { answers, done };
}

const refused = [401, { code: 400_100 }];

function answerOf(region, { method, url, headers, body }, done) {
  const { pathname, searchParams } = new URL(url, "http://amity.example");
  const bearer = headers.authorization?.slice("Bearer ".length);
  const isAdmin = bearer === keyOf("admin", region);
  if (pathname.endsWith("/authentication/token")) {
    const { userId } = JSON.parse(body);
    const number = add(done, `token of ${userId}`, 1);
    return headers["x-server-key"] === keyOf("server", region) ? [200, textFor(region, userId, number)] : refused;
  }
  if (method === "POST") {
    if (headers["x-api-key"] !== keyOf("api", region)) return refused;
    const { userId, deviceId, authToken } = JSON.parse(body);
    if (userId === undefined) return [200, sessionOf(region, deviceId, textFor(region, deviceId))];
    return readText(authToken)[1] === userId ? [200, sessionOf(region, userId, userId)] : refused;
  }
  if (pathname.endsWith("/users/list")) {
    const users = searchParams.getAll("userIds[]").map((userId) => ({ userId, displayName: textFor(region, userId) }));
    return isAdmin ? [200, { users: users.reverse() }] : refused;
  }
  if (pathname.includes("/sessions/users/")) {
    add(done, `end of ${decodeURIComponent(pathname.slice(pathname.lastIndexOf("/") + 1))}`, 1);
    return isAdmin ? [200, { success: true }] : refused;
  }
  return readText(bearer?.split(".")[2])[0] === region ? [200, { success: true }] : refused;
}

function sessionOf(region, whom, userId) {
  return { accessToken: textFor(region, whom), users: [{ userId }] };
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
  const sum = (counts.get(key) ?? 0) + amount;
  counts.set(key, sum);
  return sum;
}

/** About a tenth is refused or aborted: a gateway that answers nothing must not be asked for ever. */
const mostOperationsPerCall = 5;

/**
 * Workers send random operations until so many root fields were answered; `calls` does not count what was refused
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

/** Mostly one field, sometimes several at once; some ask for another user as well or only, and some hang up. */
function planOperation(random, callers) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const caller = pick(callers);
  const start = Math.floor(random() * regions.length);
  const operation = random() < 0.7 ? "query" : "mutation";
  const plans = Array.from({ length: random() < 0.8 ? 1 : 2 + Math.floor(random() * 2) }, (_, index) => ({
    name: pick(asked[operation]),
    region: regions[(start + index) % regions.length],
    userId: random() < 0.5 ? caller.userId : null,
    other: pick(callers),
    caller,
    random,
  }));
  const other = pick(callers);
  const isForbidden = random() < 0.06 && other !== caller;
  if (isForbidden) forbid(pick(plans), other, operation === "query" ? ["authToken"] : forbiddenMutations, pick);
  const abortAfterMs = caller.hangsUp && random() < 0.2 ? random() * maxUpstreamDelayMs : undefined;
  const wanted = plans.map((plan) => ({ ...plan, args: fields[plan.name].args(plan) }));
  return { caller, plans: wanted, isForbidden, abortAfterMs, payload: payloadOf(operation, wanted) };
}

const forbiddenMutations = ["createSession", "revokeUserSessions", "upsertUser"];

/** Makes it one for another user. */
function forbid(plan, other, names, pick) {
  Object.assign(plan, { name: pick(names), userId: other.userId, other });
}

/** What is asked for are variables: all callers share some documents, which the gateway keeps parsed. */
function payloadOf(operation, plans) {
  const each = plans.map(({ name, args }, index) => {
    const { types, select } = fields[name];
    const names = Object.keys(types);
    return {
      types: names.map((arg) => `$${arg}${index}: ${types[arg]}`).join(", "),
      selection: `a${index}: ${name}(${names.map((arg) => `${arg}: $${arg}${index}`).join(", ")}) { ${select} }`,
      variables: names.map((arg) => [`${arg}${index}`, args[arg]]),
    };
  });
  const query = `${operation} (${each.map(({ types }) => types)}) { ${each.map(({ selection }) => selection)} }`;
  return JSON.stringify({ query, variables: Object.fromEntries(each.flatMap(({ variables }) => variables)) });
}

function count(totals, operation, answer) {
  const { caller, plans, isForbidden, payload } = operation;
  if (!isForbidden) for (const plan of plans) allow(totals.rightful, plan);
  if (answer === undefined) {
    totals.aborted += 1;
    return;
  }
  const problem = isForbidden ? refusalProblem(answer) : deliveryProblem(answer, operation);
  if (!isForbidden) totals.calls += plans.length;
  if (!problem) totals[isForbidden ? "refused" : "right"] += isForbidden ? 1 : plans.length;
  else totals[problem] += 1;
  if (problem && totals.examples.length < maxExamples) {
    totals.examples.push({ problem, caller: caller.userId, payload, answer });
  }
}

/** What it lets the gateway do at Amity. */
function allow(rightful, { name, caller }) {
  if (name === "authToken" || name === "createSession") add(rightful, `token of ${caller.userId}`, 1);
  if (name === "revokeUserSessions") add(rightful, `end of ${caller.userId}`, 1);
}

/** One forbidden field, and nothing of the operation may run. */
function refusalProblem({ status, body }) {
  if (body.data) return "mismatches";
  return status === 403 && body.errors?.[0]?.extensions.code === "FORBIDDEN" ? undefined : "errors";
}

function deliveryProblem({ status, body }, { plans }) {
  if (status !== 200 || body.errors) return "errors";
  const areRight = plans.every((plan, index) => {
    const given = body.data?.[`a${index}`];
    return given && fields[plan.name].isRight(given, plan, plan.args);
  });
  return areRight && Object.keys(body.data).length === plans.length ? undefined : "mismatches";
}

/** Tokens that were minted, and sessions that were ended, although nobody rightfully asked; delivered or not. */
export function strays(done, { rightful }) {
  const beyond = [...done].map(([what, number]) => Math.max(0, number - (rightful.get(what) ?? 0)));
  return beyond.reduce((sum, number) => sum + number, 0);
}
