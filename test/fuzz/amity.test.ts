import { readFileSync } from "node:fs";
import { afterAll, beforeAll } from "@jest/globals";
import fc from "fast-check";
import { mostTime, productionEnv, unlimited } from "../hostile/gateway.js";
import { type SeenRequest, startUpstream } from "../support/upstream.js";
import { wholeSession } from "../support/whole-session.js";
import { answersOf, bytesOf, type RawAnswer, type Route, retryAfters } from "./arbitraries/answers.js";
import type { Exchanged } from "./exchange.js";
import { fuzz } from "./property.js";
import { Target } from "./target.js";

const good = {
  token: '"a-token-of-24-characters"',
  session: '{"accessToken":"a","users":[{"userId":"alice"}]}',
  users: '{"users":[{"userId":"alice"}]}',
  check: "{}",
  revocation: '{"success":true}',
} as const;

/** What makes the gateway ask this route. */
const operations: Readonly<Record<Route, Buffer>> = {
  token: operation("auth-token", {}),
  session: asked(wholeSession, { input: { deviceId: "device-1", authToken: "a-token" } }),
  users: operation("users", { userIds: ["alice", "bob"] }),
  check: operation("session-status", { accessToken: "a" }),
  revocation: operation("revoke-user-sessions", {}),
};

function routeOf({ method, url }: SeenRequest): Route {
  if (url.includes("/authentication/token")) return "token";
  if (method === "DELETE") return "revocation";
  if (url.includes("/users/list")) return "users";
  return method === "POST" ? "session" : "check";
}

/** Longer than a circuit stays open. Seconds. */
const openAgain = 6;

let hostile: { readonly route: Route; readonly answer: RawAnswer } | undefined;
let amity: Awaited<ReturnType<typeof startUpstream>>;
let target: Target;

beforeAll(async () => {
  amity = await startUpstream((response, request) => {
    const route = routeOf(request);
    if (hostile?.route === route) response.socket?.end(bytesOf(hostile.answer));
    else response.end(good[route]);
  });
  target = new Target(productionEnv(amity.url, { ...unlimited, UPSTREAM_TIMEOUT_MS: "500" }));
  await target.start();
}, mostTime);
afterAll(async () => {
  await amity.close();
  await target.stop();
}, mostTime);

function operation(name: string, variables: object): Buffer {
  return asked(readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8"), variables);
}

function asked(query: string, variables: object): Buffer {
  return Buffer.from(JSON.stringify({ query, variables }));
}

/** Asks once while Amity answers so. */
function ask(route: Route, answer: RawAnswer): Promise<Exchanged> {
  const attempt = async (run: number) => {
    if (run > 1) await target.gateway.skip(openAgain);
    hostile = { route, answer };
    return { bytes: bytesOf(answer).length, use: () => target.send(operations[route]) };
  };
  return target.check(attempt, ({ code }) => code === undefined).finally(() => recover(route));
}

/** Asks while Amity is well; an open circuit first has its time. */
async function recover(route: Route): Promise<void> {
  hostile = undefined;
  if ((await target.send(operations[route])).code === undefined) return;
  await target.gateway.skip(openAgain);
  const { code } = await target.send(operations[route]);
  if (code !== undefined) throw new Error(`then a good answer is ${code}`);
}

const wait = /"retryAfterSeconds":([^,}]*)/;

fuzz("upstream body: token", answersOf("token"), 200, (answer) => ask("token", answer));

fuzz("upstream body: session", answersOf("session"), 200, (answer) => ask("session", answer));

fuzz("upstream body: users", answersOf("users"), 150, (answer) => ask("users", answer));

fuzz("upstream body: check", answersOf("check"), 100, (answer) => ask("check", answer));

fuzz("upstream body: revocation", answersOf("revocation"), 100, (answer) => ask("revocation", answer));

const routes = fc.constantFrom<Route>("token", "session", "users", "check", "revocation");
fuzz("Retry-After", fc.tuple(routes, retryAfters), 150, async ([route, answer]) => {
  const answered = await ask(route, answer);
  const seconds = Number(wait.exec(answered.received)?.[1] ?? 0);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 86_400) throw new Error(`it says ${seconds} seconds`);
  return answered;
});
