import { describe, expect, test } from "@jest/globals";
import { AppError } from "../../../src/errors/app-error.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { recordingLogger } from "../../support/canary.js";

const entry = { operation: "authToken", by: "user:alice", userId: "alice", region: "EU", requestId: "request-1" };

describe("an audit line's outcome", () => {
  test.each<[string, () => Promise<string>, string]>([
    ["issued after a success", async () => "token", "issued"],
    ["our code after a failure", () => Promise.reject(new AppError("UPSTREAM_TIMEOUT")), "UPSTREAM_TIMEOUT"],
    [
      "a fixed word after a fault with a code of its own",
      () => Promise.reject(Object.assign(new Error("secret"), { code: "secret" })),
      "INTERNAL_SERVER_ERROR",
    ],
  ])("is %s", async (_what, issue, outcome) => {
    const { logger, lines } = recordingLogger();
    const metrics = new Metrics();
    const audited = new Audit({ logger, metrics }).around(entry, issue);
    await audited.catch(() => {});
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "info", message: "audit", audit: true, ...entry, outcome },
    ]);
    expect((await metrics.text()).body).toContain(`amity_issued_total{operation="authToken",outcome="${outcome}"} 1`);
  });

  test("comes with the very result or error", async () => {
    const audit = new Audit({ logger: recordingLogger().logger, metrics: new Metrics() });
    const error = new Error("ours");
    await expect(audit.around(entry, async () => "token")).resolves.toBe("token");
    await expect(audit.around(entry, () => Promise.reject(error))).rejects.toBe(error);
  });
});
