import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../src/amity/regions.js";
import { targetUserId } from "../../src/caller/access.js";
import { type Asker, anybody } from "../../src/caller/caller.js";
import { RateLimits } from "../../src/caller/rate-limits.js";
import { createContext, type RequestFacts, type Services } from "../../src/context.js";
import { mediaTypes } from "../../src/graphql/media-type.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { RequestRecord } from "../../src/telemetry/request-record.js";
import { alice } from "../support/apollo.js";
import { recordingLogger } from "../support/canary.js";

/** Services that note what they are asked, and contexts of requests that share them. */
function noted() {
  const { logger, lines } = recordingLogger();
  const asked: (readonly [what: unknown, asker: Asker])[] = [];
  const services = {
    tokens: { issue: async (key: unknown, asker: Asker) => asked.push([key, asker]) },
    users: {
      async load(keys: readonly unknown[], asker: Asker) {
        asked.push([keys, asker]);
        return keys;
      },
    },
    refusals: { rateLimits: new RateLimits({ user: 0, service: 0, failedAuth: 1 }), logger, metrics: new Metrics() },
  } as unknown as Services;
  const request = (address = "192.0.2.1") => {
    const facts: RequestFacts = {
      requestId: "request-1",
      record: new RequestRecord("request-1", () => 0),
      mediaType: mediaTypes.current,
      authorization: undefined,
      address,
      signal: new AbortController().signal,
    };
    return { context: createContext(services, facts), facts };
  };
  return { request, asked, logged: () => lines.map((line) => JSON.parse(line)) };
}

const key = { region: RegionCode.EU, userId: targetUserId(anybody, "userId", "bob") };
const unauthenticated = expect.objectContaining({ code: "UNAUTHENTICATED" });

describe("a request's services", () => {
  test("are asked in its caller's name, record and signal", async () => {
    const { request, asked } = noted();
    const { context, facts } = request();
    context.identity.caller = alice;
    await Promise.all([context.tokens.load(key), context.userProfiles.load(key)]);
    expect(asked.map(([what]) => what)).toEqual([key, [key]]);
    for (const [, { subject, record, signal }] of asked) {
      expect([subject, record === facts.record, signal === facts.signal]).toEqual(["user:alice", true, true]);
    }
  });

  test("are asked for nothing without a caller", async () => {
    const { request, asked } = noted();
    const { context } = request();
    expect(() => context.asker()).toThrow(unauthenticated);
    await expect(context.tokens.load(key)).rejects.toEqual(unauthenticated);
    await expect(context.userProfiles.load(key)).rejects.toEqual(unauthenticated);
    expect(asked).toEqual([]);
  });

  test("give one token to it, and another to the next request", async () => {
    const { request, asked } = noted();
    for (const { context } of [request(), request()]) {
      context.identity.caller = alice;
      await context.tokens.load(key);
      await context.tokens.load(key);
    }
    expect(asked).toHaveLength(2);
  });
});

test("who needs no caller is a visitor, or the caller that there is", () => {
  const { context, facts } = noted().request();
  const { subject, record, signal } = context.visitor();
  expect([subject, record === facts.record, signal === facts.signal]).toEqual(["visitor", true, true]);
  context.identity.caller = alice;
  expect(context.visitor().subject).toBe("user:alice");
});

test("access tokens that are none are told, and counted by address", async () => {
  const { request, logged } = noted();
  const { context } = request();
  await context.countDeadToken();
  expect(logged()).toEqual([expect.objectContaining({ reason: "access token refused", requestId: "request-1" })]);
  await expect(context.countDeadToken()).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await expect(request("192.0.2.2").context.countDeadToken()).resolves.toBeUndefined();
});
