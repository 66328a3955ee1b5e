import type { TadaDocumentNode } from "gql.tada";
import { GraphQLError, type GraphQLFormattedError, print } from "graphql";
import { appToken, endpoint } from "./app.js";
import { graphql } from "./graphql.js";

const AuthToken = graphql(`
  query AuthToken($userId: ID, $region: RegionCode) {
    authToken(userId: $userId, region: $region) {
      token
      userId
      region
      issuedAt
      expiresAt
      refreshAfter
    }
  }
`);

export async function getAuthToken(userId?: string) {
  const { authToken } = await ask(AuthToken, { userId });
  return authToken;
}

export async function ask<Result, Variables>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      authorization: `Bearer ${appToken()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Result; errors?: GraphQLFormattedError[] };
  if (data) return data;
  const { message = "no data", extensions } = errors?.[0] ?? {};
  throw new GraphQLError(message, { extensions });
}
