const { AmityAuthError, createAmityAuth } = require("amity-graphql-client");
const { FetchAuthTokenSource } = require("amity-graphql-client/documents");
const { startTestGateway } = require("amity-graphql-client/testing");

let gateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

test("Alice gets her own token", async () => {
  const auth = createAmityAuth({ endpoint: gateway.endpoint, getCredentials: () => gateway.credentials("alice") });
  expect((await auth.getAuthToken()).userId).toBe("alice");
});

test("another user's token is refused", async () => {
  const auth = createAmityAuth({ endpoint: gateway.endpoint, getCredentials: () => gateway.credentials("alice") });
  const refusal = await auth.getAuthToken({ userId: "bob" }).catch((error) => error);
  expect(refusal).toBeInstanceOf(AmityAuthError);
  expect(refusal.code).toBe("FORBIDDEN");
});

test("fake timers leave the gateway alone", async () => {
  jest.useFakeTimers({ advanceTimers: true });
  const auth = createAmityAuth({ endpoint: gateway.endpoint, getCredentials: () => gateway.credentials("alice") });
  expect((await auth.getAuthToken()).userId).toBe("alice");
  jest.useRealTimers();
});

test("a wrong setting is told", async () => {
  await expect(startTestGateway({ env: { AUTH_MODE: "nonsense" } })).rejects.toThrow("AUTH_MODE");
});

test("the operations come as text", () => {
  expect(FetchAuthTokenSource).toMatch(/^query FetchAuthToken\(/);
});
