import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { costOf, type Sample, warmUp } from "./cost.js";
import { type HostileGateway, mostTime, startHostileGateway } from "./gateway.js";
import { Report } from "./report.js";

/** What a suite needs of a row of its table. */
export interface Row {
  readonly name: string;
  readonly code: string | undefined;
}

/** One gateway for a table: a test measures each row, and all of them are printed at the end. */
export function describeCosts<R extends Row>(
  entry: string,
  rows: readonly R[],
  env: () => Record<string, string>,
  sampleOf: (gateway: HostileGateway, row: R) => (run: number) => Sample | Promise<Sample>,
): void {
  describe(entry, () => {
    const report = new Report(entry);
    let gateway: HostileGateway;
    beforeAll(async () => {
      gateway = await startHostileGateway(env());
      await warmUp(gateway);
    }, mostTime);
    afterAll(async () => {
      report.print(gateway.mostSeen());
      await gateway.stop();
    }, mostTime);

    test.each(rows.map((row) => [row.name, row] as const))(
      "%s",
      async (name, row) => {
        const cost = await costOf(gateway, sampleOf(gateway, row));
        report.add(name, cost);
        expect([
          cost.code,
          cost.multiple <= cost.most ? "cheap" : `${cost.multiple.toFixed(0)} plain requests`,
        ]).toEqual([row.code, "cheap"]);
      },
      mostTime,
    );
  });
}
