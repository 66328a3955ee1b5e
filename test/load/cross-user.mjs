import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { startGateway } from "./gateway-process.mjs";
import { createCallers, createNetworks, createSend, gatewayEnv, runScenario, strays } from "./scenario.mjs";

/** Nobody gets what is for another user or region: the built gateway, in a process of its own, under load. */

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "100000" },
    callers: { type: "string", default: "500" },
    workers: { type: "string", default: "64" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);

async function startUpstream(answer) {
  const server = createServer(async (incoming, response) => {
    const { method, url, headers } = incoming;
    answer(response, { method, url, headers, body: await text(incoming) });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

function report(totals, stray, seconds) {
  for (const example of totals.examples) console.log(JSON.stringify(example));
  const { calls, right, refused, aborted, mismatches, errors } = totals;
  const rate = Math.round(calls / seconds);
  console.log(
    `cross-user: ${calls} calls, ${mismatches} mismatches, ${errors} errors, ${refused} refused, ${aborted} aborted, ` +
      `${stray} strays, ${seconds.toFixed(1)} s, ${rate} calls/s, seed ${seed}`,
  );
  const failed = mismatches + errors + stray;
  console.log(`${right + refused} passed, ${failed} failed`);
  if (failed > 0 || calls < scenario.calls) process.exitCode = 1;
}

const { publicKey, callers } = await createCallers(Number(values.callers));
const { answers, done } = createNetworks(seed);
const upstreams = await Promise.all(answers.map(startUpstream));
const urls = upstreams.map((server) => `http://127.0.0.1:${server.address().port}`);
const gateway = await startGateway(gatewayEnv(publicKey, urls));
const scenario = { callers, calls: Number(values.calls), workers: Number(values.workers), seed };
const start = performance.now();
const totals = await runScenario({ ...scenario, send: createSend(gateway.url) });
const seconds = (performance.now() - start) / 1000;
await gateway.stop();
// The gateway finishes what was hung up on, which needs the upstreams.
for (const server of upstreams) server.close().closeAllConnections();
report(totals, strays(done, totals), seconds);
