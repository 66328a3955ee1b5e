import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { candidates } from "./candidates.mjs";
import { connect, send } from "./load.mjs";
import { startServer } from "./server-process.mjs";
import { median, spread } from "./statistics.mjs";

/** From the start of a process to its first answer, beside one that does little more than load the same packages. */

const lengths = { full: 21, quick: 5 };
const query = JSON.stringify({ query: "{ regions { code } }" });

/**
 * Gives the milliseconds of the gateway and of the reference, the ratio, and what the gateway loads. CPU as well, which
 * depends less on what else the machine does.
 */
export async function measureStart(isQuick, shared, tell) {
  const { upstream, callers, node, folder } = shared;
  const gateway = candidates["gateway-jwt"];
  const servers = {
    "gateway-jwt": {
      command: gateway.command,
      env: gateway.envFor({ ...upstream, reuseSeconds: 0 }),
      authorization: callers[0].authorization,
    },
    reference: {
      command: [fileURLToPath(new URL("peers/start-reference.mjs", import.meta.url))],
      env: { NODE_ENV: "production", NODE_EXTRA_CA_CERTS: upstream.caFile },
    },
  };
  const times = { "gateway-jwt": [], reference: [] };
  for (let round = 0; round < (isQuick ? lengths.quick : lengths.full); round++) {
    for (const [name, server] of Object.entries(servers)) {
      times[name].push(await firstAnswer(name, { ...server, node, folder }));
    }
  }
  tell("start: what is loaded");
  return {
    milliseconds: spreads(times, "ms"),
    ratio: ratioOf(times, "ms"),
    cpuMilliseconds: spreads(times, "cpuMs"),
    cpuRatio: ratioOf(times, "cpuMs"),
    loaded: await loadedBy({ ...servers["gateway-jwt"], node, folder }),
  };
}

function spreads(times, field) {
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, spread(list.map((start) => start[field]))]),
  );
}

function ratioOf({ "gateway-jwt": gateway, reference }, field) {
  return median(gateway.map((start, round) => start[field] / reference[round][field]));
}

async function firstAnswer(name, { authorization, ...options }) {
  const startedAt = performance.now();
  const server = await startServer(name, options);
  const pool = connect(server.url, 1);
  const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
  await send(pool, { method: "POST", path: "/graphql", headers, body: query, marker: '"EU"' });
  const ms = performance.now() - startedAt;
  const cpuMs = (await server.cpuMicroseconds()) / 1_000;
  await pool.close();
  await server.stop();
  return { ms, cpuMs };
}

/** How many files of each package, and of our own, the process has loaded when it has answered; V8 lists them. */
async function loadedBy(options) {
  const coverage = await mkdtemp(join(options.folder, "loaded-"));
  await firstAnswer("gateway-jwt", { ...options, env: { ...options.env, NODE_V8_COVERAGE: coverage } });
  const [file] = await readdir(coverage);
  const { result } = JSON.parse(await readFile(join(coverage, file), "utf8"));
  const counts = {};
  for (const { url } of result) {
    if (!url.startsWith("file:")) continue;
    const [, name = "the gateway's own"] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}
