/**
 * What it costs a request that limits are shared: one gateway that counts by a redis-server on this machine, beside one
 * that counts in its memory. Needs a build and Debian's redis-server: node bench/shared.mjs [requests]
 */
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const secret = "a shared secret of more than 32 bytes for the bench";
const count = Number(process.argv[2] ?? 20_000);
const roundLength = 500;
const port = 20_000 + (process.pid % 10_000);

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(sub) {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const signed = `${encode({ alg: "HS256" })}.${encode({ iss: "https://bench", aud: "bench", sub, exp })}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

async function startGateway(more) {
  const env = {
    PATH: process.env.PATH,
    PORT: "0",
    LOG_LEVEL: "silent",
    AUTH_MODE: "jwt",
    AUTH_JWT_ISSUER: "https://bench",
    AUTH_JWT_AUDIENCE: "bench",
    AUTH_JWT_SECRET: secret,
    RATE_LIMIT_USER: "1000000",
    ...more,
  };
  const child = spawn(process.execPath, [main, "start"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    const [, url] = /Listening on (\S+)/.exec(text) ?? [];
    if (url) return { url, end: () => child.kill() };
  }
  throw new Error("a gateway did not start");
}

/** Milliseconds. */
async function timeOf(url, agent, token) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const startedAt = performance.now();
  const asking = request(url, { method: "POST", agent, headers });
  asking.end('{"query":"{ regions { code } }"}');
  const [response] = await once(asking, "response");
  let text = "";
  for await (const chunk of response) text += chunk;
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
  return performance.now() - startedAt;
}

const share = (times, part) => times.toSorted((a, b) => a - b)[Math.floor(part * (times.length - 1))];
const mean = (times) => times.reduce((sum, time) => sum + time, 0) / times.length;

const redis = spawn(
  "redis-server",
  ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
  {
    stdio: "ignore",
  },
);
await new Promise((resolve) => setTimeout(resolve, 500));
const gateways = [];
try {
  gateways.push(await startGateway({}), await startGateway({ REDIS_URL: `redis://127.0.0.1:${port}` }));
  const agent = new Agent({ keepAlive: true });
  const tokens = Array.from({ length: 100 }, (_, index) => tokenOf(`user-${index}`));
  const times = gateways.map(() => []);
  // In turn, so that whatever else the machine does falls on both.
  for (let done = -roundLength; done < count; done += roundLength) {
    for (const [index, { url }] of gateways.entries()) {
      for (let i = 0; i < roundLength; i++) {
        const time = await timeOf(url, agent, tokens[i % tokens.length]);
        if (done >= 0) times[index].push(time);
      }
    }
  }
  const [local, shared] = times;
  for (const [name, own] of Object.entries({ local, shared })) {
    const numbers = [0.5, 0.99].map((part) => share(own, part).toFixed(3));
    console.log(`${name}: mean ${mean(own).toFixed(3)} ms, p50 ${numbers[0]} ms, p99 ${numbers[1]} ms`);
  }
  console.log(`ratio of the means ${(mean(shared) / mean(local)).toFixed(2)}, of ${local.length} requests each`);
} finally {
  for (const { end } of gateways) end();
  redis.kill();
}
process.exit(0);
