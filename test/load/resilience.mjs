import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator } from "../../dist/emulator/server.js";
import { createKeyPair, privateKeyPem } from "../../dist/x509/keys.js";
import { createCertificateRequest } from "../../dist/x509/request.js";
import { startGateway } from "./gateway-process.mjs";

/** The built gateway through rotations, an outage and dying connections, each under a steady load. */

const common = { AUTH_MODE: "none", LOG_LEVEL: "error", SHED_EVENT_LOOP_DELAY_MS: "0" };
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
let failed = 0;
let passed = 0;

function check(name, holds, seen) {
  console.log(`${holds ? "ok" : "NOT OK"} - ${name}: ${seen}`);
  if (holds) passed++;
  else failed++;
}

/** One mint; its time in milliseconds and the error's code, if any. */
async function mint(url, region, user) {
  const startedAt = performance.now();
  const body = JSON.stringify({ query: `{ authToken(userId: "${user}", region: ${region}) { token } }` });
  const outgoing = request(url, { method: "POST", agent, headers: { "content-type": "application/json" } });
  outgoing.end(body);
  const [response] = await once(outgoing, "response");
  const { errors } = JSON.parse(await text(response));
  return { ms: performance.now() - startedAt, at: performance.now(), code: errors?.[0].extensions.code };
}

/** What a region takes at once. A machine that stood still for a moment must not find more than that waiting. */
const mostUnderWay = 64;

/** Asks `perSecond` times a second for `seconds`, as far as the machine keeps up. */
async function load(url, region, perSecond, seconds) {
  const asked = [];
  const underWay = new Set();
  const startedAt = performance.now();
  for (let i = 0; i < perSecond * seconds; i++) {
    const dueAt = startedAt + (i * 1_000) / perSecond;
    if (dueAt > performance.now()) await sleep(dueAt - performance.now());
    if (underWay.size >= mostUnderWay) await Promise.race(underWay);
    const answer = mint(url, region, `user-${i}`);
    underWay.add(answer);
    answer.finally(() => underWay.delete(answer));
    asked.push(answer);
  }
  return Promise.all(asked);
}

function failuresOf(results) {
  const codes = results.flatMap(({ code }) => code ?? []);
  return `${results.length} calls, ${codes.length} failed ${[...new Set(codes)].join(" ")}`;
}

function p99(results) {
  const times = results.map(({ ms }) => ms).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}

async function withUpstream(answer, use) {
  const server = createServer((incoming, response) => {
    incoming.resume();
    answer(response, incoming);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  await use(`http://127.0.0.1:${server.address().port}`);
  server.close().closeAllConnections();
}

async function rotateKeys() {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const [primary, secondary] = [join(folder, "primary"), join(folder, "secondary")];
  await writeFile(primary, "key-1");
  await writeFile(secondary, "key-2");
  const taken = new Set(["key-1"]);
  const answer = (response, { headers }) => {
    const isTaken = taken.has(headers["x-server-key"]);
    response.writeHead(isTaken ? 200 : 401).end(isTaken ? '"token"' : "Unauthorized");
  };
  await withUpstream(answer, async (url) => {
    const files = { AMITY_EU_SERVER_KEY_FILE: primary, AMITY_EU_SERVER_KEY_SECONDARY_FILE: secondary };
    const gateway = await startGateway({ ...common, ...files, AMITY_EU_BASE_URL: url });
    const rotation = (async () => {
      await sleep(3_000);
      taken.add("key-2").delete("key-1");
      await sleep(3_000);
      await writeFile(primary, "key-2");
      await writeFile(secondary, "key-3");
      await sleep(3_000);
      taken.add("key-3").delete("key-2");
    })();
    const results = await load(gateway.url, "EU", 200, 12);
    await rotation;
    check(
      "server keys rotate under load",
      results.every(({ code }) => !code),
      failuresOf(results),
    );
    await gateway.stop();
  });
  await rm(folder, { recursive: true });
}

async function rotateCertificates() {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const at = (name) => join(folder, name);
  const emulator = await startEmulator({ mtls: true });
  const control = async (method, path, body) => {
    const { Agent: HttpsAgent, request: httpsRequest } = await import("node:https");
    const headers = { authorization: `Bearer ${emulator.controlKey}`, "content-type": "application/json" };
    const outgoing = httpsRequest(`${emulator.url}/__emulator/certificates${path}`, {
      method,
      headers,
      agent: new HttpsAgent({ ca: emulator.ca }),
    });
    outgoing.end(body && JSON.stringify(body));
    const [response] = await once(outgoing, "response");
    return JSON.parse(await text(response));
  };
  const issue = async (name) => {
    const keys = await createKeyPair("ec-p256");
    const { certificate } = await control("POST", "", { name, csr: await createCertificateRequest(name, keys) });
    await writeFile(at("client.key"), privateKeyPem(keys));
    await writeFile(at("client.pem"), certificate);
  };
  await writeFile(at("ca.pem"), emulator.ca);
  await issue("first");
  const gateway = await startGateway({
    ...common,
    AMITY_SG_BASE_URL: emulator.url,
    AMITY_SG_SERVER_KEY: emulator.serverKey,
    AMITY_MTLS_CA_FILE: at("ca.pem"),
    AMITY_MTLS_CERT_FILE: at("client.pem"),
    AMITY_MTLS_KEY_FILE: at("client.key"),
  });
  const rotation = (async () => {
    await sleep(3_000);
    await issue("second");
    await sleep(4_000);
    await control("DELETE", "/first");
  })();
  const results = await load(gateway.url, "SG", 200, 10);
  await rotation;
  check(
    "client certificates rotate under load",
    results.every(({ code }) => !code),
    failuresOf(results),
  );
  await gateway.stop();
  await emulator.close();
  await rm(folder, { recursive: true });
}

async function breakOneRegion() {
  let broken = false;
  let calls = 0;
  const sick = (response) => {
    if (broken) calls++;
    response.writeHead(broken ? 500 : 200).end('"token"');
  };
  await withUpstream(sick, async (eu) => {
    await withUpstream(
      (response) => response.end('"token"'),
      async (us) => {
        const urls = { AMITY_EU_BASE_URL: eu, AMITY_US_BASE_URL: us };
        const keys = { AMITY_EU_SERVER_KEY: "eu", AMITY_US_SERVER_KEY: "us" };
        const gateway = await startGateway({ ...common, ...urls, ...keys });
        await load(gateway.url, "EU", 100, 2);
        const before = (await Promise.all([load(gateway.url, "US", 100, 8), load(gateway.url, "EU", 100, 8)]))[0];
        broken = true;
        const [during, sickResults] = await Promise.all([
          load(gateway.url, "US", 100, 8),
          load(gateway.url, "EU", 100, 8),
        ]);
        broken = false;
        const healedAt = performance.now();
        const recovery = await load(gateway.url, "EU", 20, 10);
        const firstGood = recovery.find(({ code }) => !code);
        const recoveredMs = firstGood ? firstGood.at - healedAt : Number.POSITIVE_INFINITY;
        check(
          "an outage costs at most 10 % extra calls",
          calls <= sickResults.length * 1.1,
          `${sickResults.length} asked, ${calls} sent`,
        );
        check("the region is back within 10 s", recoveredMs <= 10_000, `${Math.round(recoveredMs)} ms`);
        check(
          "the other region has no failure",
          during.every(({ code }) => !code),
          failuresOf(during),
        );
        console.log(
          `p99 of the other region: ${p99(before).toFixed(1)} ms before, ${p99(during).toFixed(1)} ms during`,
        );
        await gateway.stop();
      },
    );
  });
}

async function closeIdleConnections() {
  const used = new WeakSet();
  let count = 0;
  const answer = (response, { socket }) => {
    // Every other connection dies when it is used again, the rest a moment after their answer: both ways of one race.
    if (used.has(socket)) return socket.destroy();
    used.add(socket);
    response.end('"token"');
    if (count++ % 2) response.on("finish", () => setTimeout(() => socket.destroy(), 2));
  };
  await withUpstream(answer, async (url) => {
    const gateway = await startGateway({ ...common, AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY: "eu" });
    const results = [];
    for (let i = 0; i < 1_000; i++) {
      results.push(await mint(gateway.url, "EU", `user-${i}`));
      if (i % 3 === 0) await sleep(2);
    }
    check(
      "closed idle connections are never noticed",
      results.every(({ code }) => !code),
      failuresOf(results),
    );
    await gateway.stop();
  });
}

await rotateKeys();
await rotateCertificates();
await breakOneRegion();
await closeIdleConnections();
agent.destroy();
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
