import { expect, test } from "@jest/globals";
import { createCallers, createNetworks, createSend, gatewayEnv, runScenario, strays } from "../load/scenario.mjs";
import { withGateway } from "../support/gateway.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const seed = 1;

/** The small version of `npm run test:load`. */
test("nobody gets what is for another user or region", async () => {
  const { publicKey, callers } = await createCallers(50);
  const { answers, done } = createNetworks(seed);
  await withUpstreams(answers, async (urls) => {
    await withGateway({ env: gatewayEnv(publicKey, urls) }, async ({ url }) => {
      const totals = await runScenario({ callers, calls: 1_000, workers: 32, seed, send: createSend(url) });
      expect(totals).toMatchObject({ mismatches: 0, errors: 0, right: totals.calls, examples: [] });
      expect(strays(done, totals)).toBe(0);
      expect(totals.calls).toBeGreaterThanOrEqual(1_000);
      expect(totals.refused).toBeGreaterThan(0);
      expect(totals.aborted).toBeGreaterThan(0);
    });
  });
}, 60_000);

/** One server for each answer, open until `use` ends. */
async function withUpstreams(answers: readonly Answer[], use: (urls: string[]) => Promise<void>, urls: string[] = []) {
  const [answer, ...others] = answers;
  if (!answer) return use(urls);
  await withUpstream(answer, ({ url }) => withUpstreams(others, use, [...urls, url]));
}
