import { expect, test } from "@jest/globals";
import { auditServer } from "graphql-http";
import { withGateway } from "../support/gateway.js";

test("the GraphQL over HTTP audit notices only GET", async () => {
  await withGateway({}, async ({ url }) => {
    const results = await auditServer({ url });
    const failed = results.filter(({ status }) => status !== "ok");
    expect(failed.filter(({ status }) => status !== "notice").map(({ id, name }) => `${id} ${name}`)).toEqual([]);
    expect(failed.every(({ name }) => /GET/.test(name))).toBe(true);
    expect(failed.length).toBeLessThanOrEqual(3);
  });
});
