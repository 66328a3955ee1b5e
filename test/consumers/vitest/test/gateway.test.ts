import { createAmityAuth } from "amity-graphql-client";
import { CreateSessionDocument } from "amity-graphql-client/documents";
import { startTestGateway, type TestGateway } from "amity-graphql-client/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ emulator: { accessTokenLifetimeMs: 3_600_000 } });
});
afterAll(() => gateway.stop());

test("a session opens at the emulator", async () => {
  const auth = createAmityAuth({
    endpoint: gateway.endpoint,
    getCredentials: () => gateway.credentials("alice"),
    deviceId: "device",
  });
  const { userId, issuedAt, expiresAt } = await auth.createSession();
  expect([userId, Date.parse(expiresAt) - Date.parse(issuedAt)]).toEqual(["alice", 3_600_000]);
});

test("visitors are let in where they are wanted", async () => {
  const open = await startTestGateway({ env: { VISITORS: "on" } });
  const auth = createAmityAuth({ endpoint: open.endpoint });
  expect((await auth.authSignature("device")).authSignature).toMatch(/^\w{64}$/);
  await open.stop();
});

test("the documents are parsed", () => {
  expect(CreateSessionDocument.definitions[0]).toMatchObject({ kind: "OperationDefinition", operation: "mutation" });
});
