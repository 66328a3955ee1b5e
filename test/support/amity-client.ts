import { type AmityClient, createAmityClient } from "../../src/amity/client.js";
import type { CertificatePair } from "../../src/amity/client-certificate.js";
import type { RegionSettings, RegionTools } from "../../src/amity/region.js";
import type { AdminAuth, SessionApi, TokenApi } from "../../src/amity/requests.js";
import { fixed } from "../../src/system/reloading-file.js";
import { RequestRecord, type UpstreamCall } from "../../src/telemetry/request-record.js";
import { type TestClock, testClock } from "./clock.js";
import { type Answer, type SeenRequest, withUpstream } from "./upstream.js";

/** Every key that a region can have. */
export const fullKeys: Partial<RegionSettings> = {
  apiKey: fixed("api-key"),
  serverKeys: [fixed("key-1")],
  adminToken: fixed("admin-token"),
};

export interface Setup {
  readonly keys?: Partial<RegionSettings>;
  readonly tokenApi?: TokenApi;
  readonly sessionApi?: SessionApi;
  readonly adminAuth?: AdminAuth;
  /** Where client certificates come from. */
  readonly pairs?: readonly (() => Promise<readonly CertificatePair[]>)[];
  readonly traces?: RegionTools["traces"];
}

export interface Scene {
  readonly client: AmityClient;
  readonly clock: TestClock;
  readonly seen: readonly SeenRequest[];
  /** What the operator hears. */
  readonly heard: unknown[];
  /** Of a request with this id, with all the time that there is. */
  readonly limits: { readonly deadline: number; readonly record: RequestRecord };
  readonly calls: UpstreamCall[];
}

/** A client of an Amity on loopback that answers every region by this. */
export async function withClient(answer: Answer, setup: Setup, use: (scene: Scene) => Promise<void>): Promise<void> {
  const { keys = fullKeys, tokenApi = "v4", sessionApi = "v4", adminAuth = "bearer", pairs = [], traces } = setup;
  const clock = testClock();
  const heard: unknown[] = [];
  const hear =
    (what: string) =>
    (...facts: unknown[]) =>
      void heard.push([what, ...facts]);
  const calls: UpstreamCall[] = [];
  class NotedRecord extends RequestRecord {
    override call(call: UpstreamCall) {
      calls.push(call);
    }
  }
  const record = new NotedRecord("request-1", clock.elapsed);
  await withUpstream(answer, async ({ url, seen }) => {
    const region: RegionSettings = { serverKeys: [], ...keys, baseUrl: new URL(url) };
    const client = createAmityClient({
      regions: { EU: region, SG: region, US: region },
      tokenApi,
      sessionApi,
      adminAuth,
      mutualTls: { ca: undefined, pairs: pairs.map((current) => ({ ...fixed([]), current })) },
      attemptTimeoutMs: 20_000,
      clock,
      random: () => 0,
      traces,
      observer: {
        onCall: hear("call"),
        onRetry: hear("retry"),
        onHealth: hear("health"),
        onUnusableField: hear("unusable"),
        onKeyFallback: hear("fallback"),
      },
    });
    try {
      await use({ client, clock, seen, heard, calls, limits: { deadline: clock.elapsed() + 20_000, record } });
    } finally {
      client.close();
    }
  });
}
