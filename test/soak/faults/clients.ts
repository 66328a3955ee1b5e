import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bearer, forgeToken } from "../../support/tokens.js";
import { ask } from "../client.js";
import { type Line, says } from "../log.js";
import { secrets, type World } from "../world.js";
import { again, type Fault, type Lane } from "./fault.js";

const list = "{ regions { code } }";
const mint = "query ($user: ID!) { authToken(userId: $user, region: EU) { token } }";
const service = { authorization: `ApiKey ${secrets.service}` };

/** Sends these bytes; after so long it leaves, or when the other side does. */
async function say({ gateway }: World, bytes: string | Buffer, leaveAfterMs = 60_000): Promise<void> {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {}).resume();
  socket.write(bytes);
  const left = new AbortController();
  socket.on("close", () => left.abort());
  await sleep(leaveAfterMs, undefined, { signal: left.signal }).catch(() => {});
  socket.destroy();
}

function post(body: string, headers: readonly string[] = [], length = Buffer.byteLength(body)): string {
  const head = [
    "POST /graphql HTTP/1.1",
    "host: localhost",
    `content-length: ${length}`,
    "content-type: application/json",
    ...headers,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Requests that are none, and what their line says. */
const malformed: readonly (readonly [name: string, bytes: string, line: Line])[] = [
  ["speak no HTTP", "\x16\x03\x01 no HTTP\r\n\r\n", { codes: "BAD_REQUEST" }],
  ["send endless headers", `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, { codes: "HEADERS_TOO_LARGE" }],
  ["send too much", post("x".repeat(200_000)), { codes: "PAYLOAD_TOO_LARGE" }],
  ["send no JSON", post("{query"), { codes: "BAD_REQUEST" }],
  ["send no GraphQL", post('{"query":"{ regions {"}'), { documentRefused: "GRAPHQL_PARSE_FAILED" }],
  ["ask what is not there", post('{"query":"{ secrets }"}'), { documentRefused: "GRAPHQL_VALIDATION_FAILED" }],
  [
    "ask too much",
    post(JSON.stringify({ query: `{ ${Array.from({ length: 9 }, (_, i) => `a${i}: regions { code }`).join(" ")} }` })),
    { documentRefused: "QUERY_TOO_COMPLEX", limit: "rootFields" },
  ],
  ["send XML", post("<query/>").replace("application/json", "text/xml"), { codes: "UNSUPPORTED_MEDIA_TYPE" }],
];

/** Credentials that are refused, and why. */
const refused: readonly (readonly [name: string, header: (world: World) => Promise<string>, line: Line])[] = [
  ["no credential of ours", async () => "Basic eDp5", { reason: "unknown scheme" }],
  ["an opaque token", async () => "Bearer opaque", { reason: "ERR_JWS_INVALID" }],
  [
    "an unsigned token",
    async () => `Bearer ${forgeToken({ alg: "none" }, { sub: "alice" }, () => Buffer.alloc(0))}`,
    { reason: "ERR_JOSE_ALG_NOT_ALLOWED" },
  ],
  [
    "a changed token",
    async ({ callers }) => `${(await callers.headerOf("alice")).authorization.slice(0, -6)}AAAAAA`,
    { reason: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
  ],
  [
    "a token that has expired",
    async ({ callers }) => (await callers.headerOf("alice", { exp: 1_700_000_000 })).authorization,
    { reason: "ERR_JWT_EXPIRED", claim: "exp" },
  ],
  [
    "a token for another service",
    async ({ callers }) => (await callers.headerOf("alice", { aud: "another" })).authorization,
    { reason: "claim check failed", claim: "aud" },
  ],
  ["a service key that is none", async () => "ApiKey backend.secret", { reason: "no such key" }],
];

/** From another address each time: those of refused credentials are shut out. */
function addressed({ chance }: World): { readonly "x-forwarded-for": string } {
  return { "x-forwarded-for": `198.51.100.${Math.floor(chance() * 256)}` };
}

async function leaveWhileWaiting(world: World): Promise<void> {
  const { chance } = world;
  const body = JSON.stringify({ query: mint, variables: { user: `leaver-${chance()}` } });
  await say(world, post(body, [`authorization: ${service.authorization}`]), 5 + chance() * 20);
}

const many = (count: number, act: () => Promise<unknown>) => Promise.all(Array.from({ length: count }, act));

function limited(world: World): readonly Fault[] {
  const { gateway, callers } = world;
  return [
    {
      name: "a client tries credentials",
      begin: again(() =>
        many(30, () => ask(gateway.url, { ...bearer("guessed"), "x-forwarded-for": "192.0.2.1" }, { query: list })),
      ),
      named: says({ codes: "RATE_LIMITED", limit: "failedAuth", address: "192.0.2.1" }),
    },
    {
      name: "a user asks too often",
      begin: again(async () => {
        const headers = { ...(await callers.headerOf("greedy")), ...addressed(world) };
        await many(100, () =>
          ask(gateway.url, headers, {
            query: `{ a: regions { code } b: regions { code } c: regions { code } d: regions { code } }`,
          }),
        );
      }),
      named: says({ codes: "RATE_LIMITED", limit: "user" }),
    },
    {
      name: "a user asks for another one's token",
      begin: again(async () => {
        const headers = { ...(await callers.headerOf("eve")), ...addressed(world) };
        await ask(gateway.url, headers, { query: mint, variables: { user: "alice" } });
      }),
      named: says({ audit: true, by: "user:eve", userId: "alice", outcome: "FORBIDDEN", reason: "acts for another" }),
    },
  ];
}

function leaving(world: World): readonly Fault[] {
  const half = post('{"query":', [], 500);
  return [
    {
      name: "clients leave in the middle of a request",
      begin: again(() => many(5, () => say(world, half, 50))),
      named: says({ msg: "request", path: "/graphql", status: 499, codes: "CANCELLED" }),
    },
    {
      name: "clients leave while they wait",
      begin: again(() => many(5, () => leaveWhileWaiting(world))),
      named: says({ msg: "request", status: 499, rootFields: { field: "authToken" } }),
    },
    {
      name: "clients connect and say nothing",
      begin: () => {
        void many(20, () => say(world, ""));
        return () => {};
      },
      named: says({ status: 408, codes: "REQUEST_TIMEOUT" }),
    },
    {
      name: "clients never finish a request",
      begin: () => {
        void many(5, () => say(world, half));
        return () => {};
      },
      named: says({ status: 408, codes: "REQUEST_TIMEOUT" }),
    },
  ];
}

/** Clients do harm. */
export const clients: Lane = {
  faults: (world) => [
    ...malformed.map(
      ([name, bytes, line]): Fault => ({
        name: `clients ${name}`,
        begin: again(() => say(world, bytes, 1_000)),
        named: says({ msg: "request", ...line }),
      }),
    ),
    ...refused.map(
      ([name, header, line]): Fault => ({
        name: `a client shows ${name}`,
        begin: again(async () => {
          const headers = { authorization: await header(world), ...addressed(world) };
          await ask(world.gateway.url, headers, { query: list });
        }),
        named: says({ msg: "credential refused", ...line }),
      }),
    ),
    ...limited(world),
    ...leaving(world),
  ],
};
