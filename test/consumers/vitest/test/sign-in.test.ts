import { createAmityAuth } from "amity-graphql-client";
import { startTestGateway, type TestGateway } from "amity-graphql-client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

test("Alice gets her own token", async () => {
  const { endpoint, credentials } = gateway;
  const auth = createAmityAuth({ endpoint, getCredentials: () => credentials("alice") });
  expect((await auth.getAuthToken()).userId).toBe("alice");
});
