import { describe, expect, test } from "@jest/globals";
import { healthRoutes, metricsRoute } from "../../../src/server/operator-routes.js";
import { Readiness } from "../../../src/server/readiness.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { testClock } from "../../support/clock.js";
import { requestWith } from "../../support/pipeline.js";

describe("metrics on the public port", () => {
  const { answer } = metricsRoute(new Metrics(), { localOnly: true });

  test.each(["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"])("are for %s", async (address) => {
    expect(await answer(requestWith({ address }))).toMatchObject({
      status: 200,
      headers: { "content-type": expect.stringContaining("text/plain") },
    });
  });

  test.each(["192.0.2.1", "10.0.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1", ""])("are not for %j", async (address) => {
    await expect(async () => answer(requestWith({ address }))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test.each(["forwarded", "via", "x-forwarded-for", "x-real-ip"])("are not for a proxy that sends %s", async (name) => {
    const request = requestWith({ address: "127.0.0.1", headers: { [name]: "127.0.0.1" } });
    await expect(async () => answer(request)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

test("metrics on the operator's port are for everybody there", async () => {
  const { answer } = metricsRoute(new Metrics(), { localOnly: false });
  const headers = { "x-forwarded-for": "192.0.2.1" };
  expect((await answer(requestWith({ address: "192.0.2.1", headers }))).status).toBe(200);
});

describe("health", () => {
  const readiness = new Readiness(async () => true, testClock());
  const [livez, readyz] = healthRoutes(readiness);
  const told = async (route = livez) => {
    const { status, body } = (await route?.answer(requestWith({}))) ?? {};
    return [status, JSON.parse(String(body)).status];
  };

  test("is alive from the start and ready while it serves", async () => {
    expect([await told(livez), await told(readyz)]).toEqual([
      [200, "ok"],
      [503, "starting"],
    ]);
    readiness.serve();
    expect(await told(readyz)).toEqual([200, "ready"]);
    readiness.drain();
    expect([await told(livez), await told(readyz)]).toEqual([
      [200, "ok"],
      [503, "draining"],
    ]);
  });
});
