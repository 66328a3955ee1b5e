import { expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { Evictions } from "../../../src/shared/evictions.js";
import { Link } from "../../../src/shared/link.js";
import { Names } from "../../../src/shared/names.js";
import { RedisTokens } from "../../../src/shared/tokens.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { silentLogger } from "../../../src/telemetry/logger.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { testClock } from "../../support/clock.js";

const nobody = { username: undefined, password: undefined };

/** Of a process that never reached Redis, and what it warns of. */
function unreached() {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_fields: object, text: string) => void warnings.push(text) };
  const clock = testClock();
  const link = new Link({
    destination: { mode: "standalone", sentinelMaster: undefined, sentinelPassword: undefined, ca: undefined },
    servers: fixed({ nodes: [], isEncrypted: false, database: 0, ...nobody }),
    prefix: "test",
    timeoutMs: 50,
    clock,
    logger,
    metrics: new Metrics().redis,
  });
  const secrets = async () => [Buffer.alloc(32, 1)];
  const own = { link, prefix: "test", clock, newId: () => "id" };
  const tokens = new RedisTokens({ ...own, names: new Names(secrets), cacheKeys: undefined, reuseMs: 60_000 });
  return { evictions: new Evictions({ ...own, tokens, secrets, logger }), warnings };
}

const user = (index: number) => ({ region: RegionCode.EU, userId: `user-${index}` });

test("the end tells how many revocations nobody heard of", () => {
  const { evictions, warnings } = unreached();
  for (let index = 0; index < 3; index++) evictions.tell(user(index));
  evictions.tell(user(0));
  evictions.close();
  expect(warnings).toEqual([expect.stringMatching(/^3 revocations were not told/)]);
});

test("revocations beyond all bounds are given up aloud, once", () => {
  const { evictions, warnings } = unreached();
  for (let index = 0; index < 10_003; index++) evictions.tell(user(index));
  expect(warnings).toEqual([expect.stringMatching(/^More than 10000 revocations wait/)]);
  expect([evictions.isPending(user(2)), evictions.isPending(user(3))]).toEqual([false, true]);
  evictions.close();
  expect(warnings[1]).toMatch(/^10003 revocations/);
});

test("an end with nothing untold says nothing", () => {
  const { evictions, warnings } = unreached();
  evictions.close();
  expect(warnings).toEqual([]);
});
