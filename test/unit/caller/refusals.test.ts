import { expect, test } from "@jest/globals";
import { RateLimits } from "../../../src/caller/rate-limits.js";
import { countRefusal, type Refusal } from "../../../src/caller/refusals.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { recordingLogger } from "../../support/canary.js";

/** Counts refusals, of which an address may have one in a minute. */
function counting() {
  const { logger, lines } = recordingLogger();
  const metrics = new Metrics();
  const rateLimits = new RateLimits({ user: 0, service: 0, failedAuth: 1 });
  return {
    count: (refusal: Refusal, address = "192.0.2.1") => countRefusal({ rateLimits, logger, metrics }, refusal, address),
    logged: () => lines.map((line) => JSON.parse(line)),
    counted: async () => (await metrics.text()).body.match(/^amity_credentials_refused_total\{.*/gm),
  };
}

const refusal = { reason: "expired key", requestId: "request-1" } as const;

test.each<[string, Refusal]>([
  ["its reason and its request", refusal],
  ["the claim that it is about", { reason: "claim missing", requestId: "request-2", claim: "sub" }],
])("a refused credential leaves a line with %s", async (_what, told) => {
  const { count, logged } = counting();
  await count(told);
  expect(logged()).toEqual([{ level: "info", message: "credential refused", ...told }]);
});

test("refused credentials are held back by address", async () => {
  const { count } = counting();
  await count(refusal);
  await expect(count(refusal)).rejects.toMatchObject({ code: "RATE_LIMITED", details: { limit: "failedAuth" } });
  await expect(count(refusal, "192.0.2.2")).resolves.toBeUndefined();
});

test("refused credentials are told and counted beyond the rate too", async () => {
  const { count, logged, counted } = counting();
  await count(refusal);
  await expect(count(refusal)).rejects.toThrow();
  await expect(count({ ...refusal, reason: "no such key" })).rejects.toThrow();
  expect(logged()).toHaveLength(3);
  expect(await counted()).toEqual([
    'amity_credentials_refused_total{reason="expired key"} 2',
    'amity_credentials_refused_total{reason="no such key"} 1',
  ]);
});
