import { expect, test } from "@jest/globals";
import { RegionCode, regionCodes } from "../../src/amity/regions.js";
import { withGateway } from "../support/gateway.js";
import { type ForwardProxyFault, withForwardProxy } from "../support/proxy.js";

const keys = Object.fromEntries(
  regionCodes.flatMap((region) =>
    ["API_KEY", "SERVER_KEY", "ADMIN_TOKEN"].map((kind) => [`AMITY_${region}_${kind}`, `canary-${kind}-of-${region}`]),
  ),
);

const hosts = { EU: "api.eu.amity.co:443", SG: "api.sg.amity.co:443", US: "api.us.amity.co:443" };

const operations = [
  '($r: RegionCode!) { authToken(userId: "alice", region: $r) { token } }',
  '($r: RegionCode!) { user(userId: "alice", region: $r) { userId } }',
].map((text) => `query ${text}`);
const create =
  'mutation ($r: RegionCode!) { createSession(input: { userId: "alice", deviceId: "d", region: $r }) { accessToken } }';

/** A circuit opens at twenty calls, and is tried again after seconds. */
const burst = Array.from({ length: 8 }, () => [...operations, create]).flat();
const rounds = 10;
const pauseMs = 20 * 60_000;

const faults: [RegionCode, ForwardProxyFault][] = [
  [RegionCode.EU, "connects and breaks off"],
  [RegionCode.SG, "connects and breaks off"],
  [RegionCode.SG, "breaks off"],
  [RegionCode.US, 502],
];

/** Every call to Amity goes by a proxy, which sees each host that is tried. */
test.each(faults)("no call for %s leaves for another host in hours without it (%p)", async (region, fault) => {
  await withForwardProxy({ ports: {} }, async ({ url, targets, fail }) => {
    fail(fault);
    let aheadMs = 0;
    const clock = { now: () => Date.now() + aheadMs, elapsed: () => performance.now() + aheadMs, random: () => 0 };
    const env = { ...keys, AMITY_REGION: "sg", HTTPS_PROXY: url, USER_PROFILES: "on" };
    await withGateway({ env, ...clock }, async ({ ask }) => {
      for (let round = 0; round < rounds; round++) {
        const before = targets.length;
        const answers = await Promise.all(burst.map((operation) => ask(operation, { r: region })));
        const codes = answers.map(({ body }) => body.errors[0].extensions.code);
        expect(codes.filter((code) => !code.startsWith("UPSTREAM_"))).toEqual([]);
        // It is tried again and again, or there would be nothing to see.
        expect(targets.length).toBeGreaterThan(before);
        const { body } = await ask("query ($r: RegionCode!) { region(code: $r) { status } }", { r: region });
        expect(body.data.region.status).toBe("UNAVAILABLE");
        aheadMs += pauseMs;
      }
    });
    expect(new Set(targets)).toEqual(new Set([hosts[region]]));
  });
});
