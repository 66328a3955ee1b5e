import { describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/caller/caller.js";
import { createAccessLog } from "../../../src/server/access-log.js";
import type { Incoming } from "../../../src/server/routes.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { requestWith } from "../../support/pipeline.js";

const alice: Caller = {
  kind: "user",
  subject: "user:alice",
  userId: "alice",
  mayActFor: () => false,
  mayChange: () => false,
};
const key: Caller = { kind: "service", subject: "key:shop", mayActFor: () => true, mayChange: () => true };
const anybody: Caller = { kind: "anybody", subject: "anybody", mayActFor: () => true, mayChange: () => true };

/** The line and the measurement of an answered request. */
async function recorded(incoming: Partial<Incoming>, userIds: "hash" | "plain" = "hash", elapsedMs = 1_234.5) {
  const { logger, lines } = recordingLogger();
  const metrics = new Metrics();
  const request = requestWith({ method: "POST", url: "/graphql?token=S3CRET" });
  const clock = testClock();
  const record = new RequestRecord("id-1", clock.elapsed);
  const common = { request, record, path: "/graphql", route: undefined, caller: undefined };
  clock.advance(elapsedMs);
  createAccessLog({ logger, metrics, userIds })({ ...common, ...incoming }, 200);
  const measured = (await metrics.text()).body.match(/^http_request_duration_seconds_(?:sum|count)\{.*$/gm);
  return { line: JSON.parse(lines[0] ?? ""), measured };
}

describe("an answered request", () => {
  test("leaves a line and a measurement", async () => {
    expect(await recorded({})).toEqual({
      line: {
        level: "info",
        message: "request",
        requestId: "id-1",
        method: "POST",
        path: "/graphql",
        status: 200,
        ms: 1_235,
        address: "192.0.2.1",
      },
      measured: [
        'http_request_duration_seconds_sum{path="/graphql",status="200"} 1.2345',
        'http_request_duration_seconds_count{path="/graphql",status="200"} 1',
      ],
    });
  });

  test.each<[Partial<Incoming>, string]>([
    [{ path: "/S3CRET" }, "other"],
    [{ path: undefined }, "other"],
    [{ path: "/livez", route: route({ path: "/livez" }) }, "/livez"],
    [{ path: "/files/S3CRET", route: route({ path: "/files/S3CRET", label: "/files/:file" }) }, "/files/:file"],
  ])("for %j is named as %s", async (incoming, path) => {
    const { line, measured } = await recorded(incoming);
    expect(line.path).toBe(path);
    expect(measured?.[1]).toContain(`{path="${path}",`);
    expect(JSON.stringify([line, measured])).not.toContain("S3CRET");
  });

  test.each<[string, Caller, "hash" | "plain", string]>([
    ["a user by a digest", alice, "hash", "user:2bd806c97f0e00af"],
    ["a user by name where that is wanted", alice, "plain", "user:alice"],
    ["a service key by name", key, "hash", "key:shop"],
    ["anybody as such", anybody, "hash", "anybody"],
  ])("names %s", async (_what, caller, userIds, name) => {
    expect((await recorded({ caller }, userIds)).line.caller).toBe(name);
  });

  test("whose client has left is cancelled, whatever its answer was", async () => {
    const request = requestWith({ method: "POST", url: "/graphql", hasLeft: true });
    const { line, measured } = await recorded({ request });
    expect(line).toMatchObject({ status: 499, codes: ["CANCELLED"] });
    expect(measured?.[1]).toBe('http_request_duration_seconds_count{path="/graphql",status="499"} 1');
  });

  test.each(["/livez", "/readyz", "/metrics"])("for the probe %s has its line at debug", async (path) => {
    expect((await recorded({ path, route: route({ path }) })).line).toMatchObject({ level: "debug", path });
  });

  test("of nobody names nobody", async () => {
    expect((await recorded({})).line).not.toHaveProperty("caller");
  });
});

function route(more: { path: string; label?: string }): NonNullable<Incoming["route"]> {
  return { methods: ["GET"], answer: () => ({ status: 200, headers: {} }), ...more };
}
