import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../../src/config/config.js";

describe("the time for draining", () => {
  test.each([
    [{}, 10_000],
    [{ UPSTREAM_TIMEOUT_MS: "20000" }, 20_000],
    [{ UPSTREAM_TIMEOUT_MS: "5000" }, 10_000],
    [{ DRAIN_MS: "10000" }, 10_000],
    [{ DRAIN_MS: "5000", UPSTREAM_TIMEOUT_MS: "5000" }, 5_000],
  ])("under %j is %i ms", (env, drainMs) => {
    expect(loadConfig(env).config?.shutdown).toEqual({ delayMs: 0, drainMs });
  });

  test.each([{ DRAIN_MS: "9999" }, { DRAIN_MS: "10000", UPSTREAM_TIMEOUT_MS: "10001" }])(
    "under %j is too short",
    (env) => {
      expect(loadConfig(env).problems).toEqual([
        "DRAIN_MS is below UPSTREAM_TIMEOUT_MS: requests under way would be cut short at every stop",
      ]);
    },
  );
});

test("the delay before it is as was said", () => {
  expect(loadConfig({ SHUTDOWN_DELAY_MS: "15000" }).config?.shutdown.delayMs).toBe(15_000);
});
