import { type ApolloServer, HeaderMap } from "@apollo/server";
import { RegionCode } from "../../src/amity/regions.js";
import type { Authenticator } from "../../src/caller/authenticator.js";
import type { Caller } from "../../src/caller/caller.js";
import { RateLimits } from "../../src/caller/rate-limits.js";
import { type Context, createContext, type RequestFacts, type Services } from "../../src/context.js";
import { type ApolloOptions, createApollo } from "../../src/graphql/apollo.js";
import { mediaTypes } from "../../src/graphql/media-type.js";
import { Audit } from "../../src/telemetry/audit.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { RequestRecord } from "../../src/telemetry/request-record.js";
import { recordingLogger } from "./canary.js";

export const alice: Caller = {
  kind: "user",
  subject: "user:alice",
  userId: "alice",
  mayActFor: () => false,
  mayChange: () => false,
};

/** Takes every request for this caller's. */
export function knowing(caller: Caller | undefined): Authenticator {
  return { authenticate: async () => caller, isReady: async () => true, scheme: "Bearer" };
}

/** What stands in for the services: the methods that the test needs. */
export interface StandIns {
  readonly regions?: object;
  readonly tokens?: object;
  readonly sessions?: object;
  readonly visitors?: object;
  readonly users?: object;
}

export interface ApolloScene {
  readonly apollo: ApolloServer<Context>;
  /** Runs a GraphQL request as the HTTP layer does. */
  ask(body: object | string, facts?: Partial<RequestFacts>): Promise<ApolloAnswer>;
  /** The log's lines so far. */
  readonly logged: readonly Record<string, unknown>[];
}

export interface ApolloAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  /** The codes of its errors. */
  readonly codes: readonly string[];
}

/**
 * Everything of the GraphQL floor, without HTTP below and services above: resolvers find what `services` gives them.
 * `ask` takes a query or a whole body.
 */
export async function withApollo(
  options: Partial<ApolloOptions>,
  services: StandIns,
  use: (scene: ApolloScene) => Promise<void>,
): Promise<void> {
  const { logger, lines } = recordingLogger();
  const metrics = new Metrics();
  const apollo = createApollo({
    introspection: "on",
    authenticator: knowing(undefined),
    rateLimits: new RateLimits({ user: 0, service: 0, failedAuth: 0 }),
    production: false,
    audit: new Audit({ logger, metrics }),
    logger,
    metrics,
    ...options,
  });
  await apollo.start();
  const ask: ApolloScene["ask"] = async (body, facts) => {
    const context = contextOf(services, facts);
    const headers = new HeaderMap([
      ["content-type", "application/json"],
      // Of the kinds of answers, what the HTTP layer chose counts.
      ["accept", "*/*"],
    ]);
    const request = { method: "POST", headers, body: typeof body === "string" ? { query: body } : body, search: "" };
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: request,
      context: async () => context,
    });
    const text = answer.body.kind === "complete" ? answer.body.string : "";
    const parsed = text && JSON.parse(text);
    const codes = parsed?.errors?.map((error: { extensions: { code: string } }) => error.extensions.code) ?? [];
    return { status: answer.status ?? 200, headers: Object.fromEntries(answer.headers), body: parsed, codes };
  };
  try {
    await use({
      apollo,
      ask,
      get logged() {
        return lines.map((line) => JSON.parse(line));
      },
    });
  } finally {
    await apollo.stop();
  }
}

function contextOf({ regions, ...services }: StandIns, facts: Partial<RequestFacts> = {}): Context {
  const standIns = { ...services, regions: { resolve: (code?: RegionCode) => code ?? RegionCode.EU, ...regions } };
  return createContext(standIns as unknown as Services, {
    requestId: "request-1",
    record: new RequestRecord("request-1", () => 0),
    mediaType: mediaTypes.current,
    authorization: undefined,
    address: "192.0.2.1",
    signal: new AbortController().signal,
    ...facts,
  });
}
