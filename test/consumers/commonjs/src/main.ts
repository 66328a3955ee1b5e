import { AmityAuthError, createAmityAuth } from "amity-graphql-client";
import {
  FetchAuthTokenDocument,
  type FetchAuthTokenQuery,
  FetchAuthTokenSource,
  scalars,
} from "amity-graphql-client/documents";
import { useAmityAuth } from "amity-graphql-client/react";
import { startTestGateway, type TestGateway } from "amity-graphql-client/testing";
import { print } from "graphql";
import { checkAuthToken, checkRefusal } from "./answers";
import { appToken, endpoint } from "./app";

const amityAuth = createAmityAuth({ endpoint, getCredentials: () => `Bearer ${appToken()}` });

async function main(): Promise<void> {
  const authToken: FetchAuthTokenQuery["authToken"] = await amityAuth.getAuthToken();
  checkAuthToken(authToken);
  await checkRefusal(
    () => amityAuth.getAuthToken({ userId: "somebody-else" }),
    (error) => error instanceof AmityAuthError && error.code,
  );
  // @ts-expect-error what the schema does not have is found when it is compiled
  authToken.nonsense;
  if (print(FetchAuthTokenDocument) !== FetchAuthTokenSource || scalars.DateTime !== "string")
    throw new Error("other documents");
  const start: () => Promise<TestGateway> = startTestGateway;
  if (typeof useAmityAuth !== "function" || typeof start !== "function") throw new Error("an entry is empty");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
