const { Client } = require("@amityco/ts-sdk");
const { createAmityAuth } = require("amity-graphql-client");
const { connectSdk, startTestGateway } = require("amity-graphql-client/testing");

test("the SDK logs in with the client's token", async () => {
  const gateway = await startTestGateway();
  const auth = createAmityAuth({ endpoint: gateway.endpoint, getCredentials: () => gateway.credentials("alice") });
  connectSdk(Client, gateway);
  const { token, userId } = await auth.getAuthToken();
  expect(await Client.login({ userId, authToken: token }, auth.sessionHandler())).toBe(true);
  await Client.logout();
  await gateway.stop();
});
