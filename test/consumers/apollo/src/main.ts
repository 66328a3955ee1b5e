import { equal, ok } from "node:assert/strict";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { checkAuthToken, checkKeepsNone, checkRefusal, checkRegions, checkSession } from "./answers.js";
import { client, createSession, getAuthToken } from "./client.js";
import { FetchAuthTokenDocument, RegionsDocument } from "./generated/graphql.js";

const { data } = await client.query({ query: RegionsDocument });
ok(data);
checkRegions(data.regions);

const authToken = await getAuthToken();
ok(authToken);
checkAuthToken(authToken);

const session = await createSession({ deviceId: "apollo", authToken: authToken.token });
ok(session);
checkSession(session);

checkKeepsNone(client.cache.extract(), [authToken.token, session.accessToken]);
ok(JSON.stringify(client.cache.extract()).includes("Region:"), "the cache serves what is no secret");

await checkRefusal(
  () => getAuthToken("somebody-else"),
  (error) => CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions?.["code"],
);

// Why the fetch policy matters: without it the token goes into the cache, and is served from there however old it is.
const { data: first } = await client.query({ query: FetchAuthTokenDocument, fetchPolicy: "network-only" });
const { data: second } = await client.query({ query: FetchAuthTokenDocument });
ok(first && JSON.stringify(client.cache.extract()).includes(first.authToken.token));
equal(second?.authToken.token, first.authToken.token);

// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;
client.stop();
