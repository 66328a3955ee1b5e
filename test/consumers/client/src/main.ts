import { equal } from "node:assert/strict";
import { AmityAuthError, createAmityAuth } from "amity-graphql-client";
import { checkAuthToken, checkRefusal } from "./answers.js";
import { appToken, endpoint } from "./app.js";

const amityAuth = createAmityAuth({ endpoint, getCredentials: () => `Bearer ${appToken()}` });

const authToken = await amityAuth.getAuthToken();
checkAuthToken(authToken);
equal((await amityAuth.getAuthToken()).token, authToken.token);

const renewed = await new Promise<string>((renewWithAuthToken, reject) => {
  const unableToRetrieveAuthToken = () => reject(new Error("no token for the renewal"));
  amityAuth.sessionHandler().sessionWillRenewAccessToken({ renewWithAuthToken, unableToRetrieveAuthToken });
});
checkAuthToken({ ...authToken, token: renewed });

await checkRefusal(
  () => amityAuth.getAuthToken({ userId: "somebody-else" }),
  (error) => error instanceof AmityAuthError && error.code,
);

// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;
