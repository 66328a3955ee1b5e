import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { documentLimits } from "../../src/limits.js";
import { signedIn } from "../support/callers.js";
import { type SeenRequest, startUpstream } from "../support/upstream.js";
import { wholeSession } from "../support/whole-session.js";
import { productionEnv, unlimited } from "./gateway.js";
import { type UpstreamAnswer, upstreamAnswers } from "./members/upstream-answers.js";
import { describeCosts } from "./suite.js";

const operation = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), "utf8");

const [lookUp, check] = [operation("users"), operation("session-status")];
const lists = [
  "users { userId displayName roles permissions metadata }",
  "files { fileId }",
  "roles { roleId permissions }",
];
/** Selects the lists as often as aliases are allowed. */
const again = `mutation ($input: CreateSessionInput!) {
  createSession(input: $input) {
    ${Array.from({ length: documentLimits.aliases }, (_, index) => `a${index}: ${lists[index % lists.length]}`).join(" ")}
  }
}`;

const good = {
  token: '"a-token-of-24-characters"',
  session: '{"accessToken":"a","users":[{"userId":"alice"}]}',
  users: '{"users":[]}',
  check: "{}",
} as const;

function routeOf({ method, url }: SeenRequest): keyof typeof good {
  if (url.includes("/authentication/token")) return "token";
  if (url.includes("/users")) return "users";
  return method === "POST" ? "session" : "check";
}

const deviceId = "device-1";
const userIds = Array.from({ length: 100 }, (_, i) => `user-${i}`);

/** What makes the gateway ask a route, where it is another than for a session and its token. */
const asked: Partial<Record<UpstreamAnswer["route"], string>> = { users: lookUp, check };

/** Longer than calls are counted: no circuit opens. Seconds. */
const forgotten = 60;

describe("Amity", () => {
  let hostile: UpstreamAnswer | undefined;
  let amity: Awaited<ReturnType<typeof startUpstream>>;

  beforeAll(async () => {
    amity = await startUpstream((response, request) => {
      const route = routeOf(request);
      if (hostile?.route !== route) return response.end(good[route]);
      const { status, headers, text, dripped } = hostile;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      if (dripped) for (const byte of text) response.write(byte);
      response.end(dripped ? "" : text);
    });
  });
  afterAll(() => amity.close());

  for (const [entry, query] of Object.entries({
    "upstream answer": wholeSession,
    "upstream answer, selected 15 times": again,
  })) {
    describeCosts(
      entry,
      upstreamAnswers,
      () => productionEnv(amity.url, unlimited),
      (gateway, answer) => async () => {
        hostile = answer;
        await gateway.skip(forgotten);
        const headers = await signedIn("alice");
        const variables = { input: { deviceId }, userIds, accessToken: "a" };
        return {
          bytes: Buffer.byteLength(answer.text),
          use: () => gateway.client.ask(asked[answer.route] ?? query, variables, headers),
        };
      },
    );
  }
});
