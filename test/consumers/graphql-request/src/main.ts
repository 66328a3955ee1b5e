import { CreateVisitorSessionSource, FetchAuthTokenDocument, RegionsDocument } from "amity-graphql-client/documents";
import { ClientError, GraphQLClient } from "graphql-request";
import { checkAuthToken, checkRefusal, checkRegions } from "./answers.js";
import { appToken, endpoint } from "./app.js";

const gateway = new GraphQLClient(endpoint, { headers: () => ({ authorization: `Bearer ${appToken()}` }) });

const { regions } = await gateway.request(RegionsDocument);
checkRegions(regions);
const { authToken } = await gateway.request(FetchAuthTokenDocument, {});
checkAuthToken(authToken);
await checkRefusal(
  () => gateway.request(FetchAuthTokenDocument, { userId: "somebody-else" }),
  (error) => error instanceof ClientError && error.response.errors?.[0]?.extensions?.["code"],
);

const text: string = CreateVisitorSessionSource;
if (!text.startsWith("mutation")) throw new Error("not the operation's text");
// @ts-expect-error what the schema does not have is found when it is compiled
authToken.nonsense;
// @ts-expect-error and so is a variable that the operation does not have
await gateway.request(FetchAuthTokenDocument, { nonsense: 1 }).catch(() => {});
