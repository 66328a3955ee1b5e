import { expect, test } from "@jest/globals";
import { LogSink } from "../../../src/telemetry/log-sink.js";
import { createLogger } from "../../../src/telemetry/logger.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { testClock } from "../../support/clock.js";

test("a line longer than one write goes out whole, and what waits behind it too", () => {
  const pending: (() => void)[] = [];
  let text = "";
  const sink = new LogSink({
    write: (bytes, done) => {
      pending.push(() => {
        text += Buffer.from(bytes).toString();
        done(null, bytes.length);
      });
    },
    clock: testClock(),
    lostLine: (lines) => `lost ${lines}\n`,
    complain: () => {},
  });
  const long = `${"x".repeat(200_000)}\n`;
  for (const line of ["before\n", long, "behind\n"]) sink.write(line);
  for (let writes = 0; writes < 3; writes++) pending.shift()?.();
  expect([text === `before\n${long}behind\n`, sink.dropped]).toEqual([true, 0]);
});

test("lines that were dropped are counted once, however often metrics are read", async () => {
  const metrics = new Metrics({ dropped: 5, droppedAudit: 2 });
  for (let scrape = 0; scrape < 3; scrape++) {
    expect((await metrics.text()).body).toMatch(/^amity_log_lines_dropped_total 5$/m);
    expect((await metrics.text()).body).toMatch(/^amity_audit_lines_dropped_total 2$/m);
  }
});

test.each([
  ["silent", 0],
  ["fatal", 1],
])("the log level %s leaves %i audit lines", (level, count) => {
  const lines: string[] = [];
  createLogger(level, "json", (line) => lines.push(line)).audit({ operation: "authToken" });
  expect(lines).toHaveLength(count);
});
