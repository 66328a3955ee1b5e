import { expect, test } from "@jest/globals";
import { Audit, type Ending } from "../../../src/telemetry/audit.js";
import { silentLogger } from "../../../src/telemetry/logger.js";
import { Metrics } from "../../../src/telemetry/metrics.js";

const entry = { operation: "any", by: "user:alice", region: "EU", requestId: "one" };

test.each<[Ending["outcome"], boolean]>([
  ["revoked", true],
  ["written", true],
  ["issued", false],
  ["read", false],
  ["absent", false],
  ["ACTIVE", false],
])("a line with %s is kept for later: %s", async (outcome, isKept) => {
  const kept: boolean[] = [];
  const trail = {
    outage: undefined,
    take: async (_fields: object, isDone: boolean) => {
      kept.push(isDone);
      return false;
    },
  };
  const audit = new Audit({ logger: silentLogger, metrics: new Metrics(), trail });
  await expect(
    audit.around(
      entry,
      async () => 1,
      () => ({ outcome }),
    ),
  ).rejects.toMatchObject({ code: "AUDIT_UNAVAILABLE" });
  expect(kept).toEqual([isKept]);
});
