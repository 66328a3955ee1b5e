import { GraphQLError } from "graphql";
import { checkAuthToken, checkRefusal, checkRegions, checkSession } from "./answers.js";
import { ask, getAuthToken } from "./gateway.js";
import { graphql } from "./graphql.js";

const Regions = graphql(`
  query Regions {
    regions {
      code
      isConfigured
    }
  }
`);

const CreateSession = graphql(`
  mutation CreateSession($input: CreateSessionInput!) {
    createSession(input: $input) {
      accessToken
      issuedAt
      expiresAt
      refreshAfter
      user {
        userId
      }
    }
  }
`);

const { regions } = await ask(Regions, {});
checkRegions(regions);

const authToken = await getAuthToken();
checkAuthToken(authToken);

const { createSession } = await ask(CreateSession, { input: { deviceId: "gql-tada", authToken: authToken.token } });
checkSession(createSession);

await checkRefusal(
  () => getAuthToken("somebody-else"),
  (error) => error instanceof GraphQLError && error.extensions["code"],
);

// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;
