import { equal, ok } from "node:assert/strict";
import { Client, CombinedError, fetchExchange } from "@urql/core";
import { checkAuthToken, checkRefusal, checkRegions, checkSession } from "./answers.js";
import { endpoint } from "./app.js";
import { client, getAuthToken } from "./client.js";
import { CreateSessionDocument, RegionsDocument } from "./generated/graphql.js";

const { data } = await client.query(RegionsDocument, {}).toPromise();
ok(data);
checkRegions(data.regions);

const authToken = await getAuthToken();
ok(authToken);
checkAuthToken(authToken);

const input = { deviceId: "urql", authToken: authToken.token };
const { data: created } = await client.mutation(CreateSessionDocument, { input }).toPromise();
ok(created);
checkSession(created.createSession);

await checkRefusal(
  () => getAuthToken("somebody-else"),
  (error) => error instanceof CombinedError && error.graphQLErrors[0]?.extensions["code"],
);

// Why preferGetMethod matters: by default short queries go by GET, which the gateway refuses.
const byGet = await new Client({ url: endpoint, exchanges: [fetchExchange] }).query(RegionsDocument, {}).toPromise();
equal(byGet.error?.response.status, 405);

// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;
