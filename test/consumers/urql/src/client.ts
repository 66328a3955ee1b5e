import { Client, fetchExchange } from "@urql/core";
import { appToken, endpoint } from "./app.js";
import { FetchAuthTokenDocument } from "./generated/graphql.js";

export const client = new Client({
  url: endpoint,
  // Without the cacheExchange, which would keep the token.
  exchanges: [fetchExchange],
  // urql's default is to send short queries by GET.
  preferGetMethod: false,
  fetchOptions: () => ({ headers: { authorization: `Bearer ${appToken()}` } }),
});

export async function getAuthToken(userId?: string) {
  const { data, error } = await client.query(FetchAuthTokenDocument, { userId }).toPromise();
  if (error) throw error;
  return data?.authToken;
}
