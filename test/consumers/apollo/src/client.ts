import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { appToken, endpoint } from "./app.js";
import { CreateSessionDocument, type CreateSessionInput, FetchAuthTokenDocument } from "./generated/graphql.js";

const authorization = new SetContextLink(({ headers }) => ({
  headers: { ...headers, authorization: `Bearer ${appToken()}` },
}));

export const client = new ApolloClient({
  link: authorization.concat(new HttpLink({ uri: endpoint })),
  cache: new InMemoryCache({
    typePolicies: {
      // They hold secrets and are nobody's entity: never under a key of their own.
      AuthToken: { keyFields: false },
      Session: { keyFields: false },
      Region: { keyFields: ["code"] },
    },
  }),
});

/** `no-cache` leaves the cache alone. `network-only` would still write the token into it. */
export async function getAuthToken(userId?: string) {
  const { data } = await client.query({
    query: FetchAuthTokenDocument,
    variables: { userId },
    fetchPolicy: "no-cache",
  });
  return data?.authToken;
}

export async function createSession(input: CreateSessionInput) {
  const { data } = await client.mutate({
    mutation: CreateSessionDocument,
    variables: { input },
    fetchPolicy: "no-cache",
  });
  return data?.createSession;
}
